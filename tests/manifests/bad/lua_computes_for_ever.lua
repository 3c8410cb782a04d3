-- expect: lua_computes_for_ever.lua:3: takes more than 2000000 instructions: does a loop not end?
-- SPDX-License-Identifier: Apache-2.0
while true do end
