-- expect: lua_has_no_files.lua:3: attempt to index a nil value (global 'io'): a description has system, app, message_server, aux_device, supervise, and a part of Lua that reaches nothing
-- SPDX-License-Identifier: Apache-2.0
local file = io.open("/etc/passwd")
