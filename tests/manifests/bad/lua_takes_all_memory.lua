-- expect: lua_takes_all_memory.lua: takes more than 64 MiB of memory: let it make less
-- SPDX-License-Identifier: Apache-2.0
local text = "a"
while true do text = text .. text end
