-- expect: lua_has_no_patterns.lua:3: attempt to call a nil value (method 'rep'): a description has system, app, message_server, aux_device, supervise, and a part of Lua that reaches nothing
-- SPDX-License-Identifier: Apache-2.0
local name = ("a"):rep(20)
