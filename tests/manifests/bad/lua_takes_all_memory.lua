-- expect: lua_takes_all_memory.lua: takes more than 64 MiB of memory: let it make less
-- SPDX-License-Identifier: Apache-2.0
local t = {}
while true do t[#t + 1] = { t, t, t, t } end
