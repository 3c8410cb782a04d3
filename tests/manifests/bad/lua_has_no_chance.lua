-- expect: lua_has_no_chance.lua:3: attempt to call a nil value (field 'random'): a description has system, app, message_server, aux_device, supervise, and a part of Lua that reaches nothing
-- SPDX-License-Identifier: Apache-2.0
app("a" .. math.random(9)) {}
