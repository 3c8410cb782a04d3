-- expect: lua_unknown_thing.lua:3: attempt to call a nil value (global 'daemon'): a description has system, app, message_server, aux_device, supervise, and a part of Lua that reaches nothing
-- SPDX-License-Identifier: Apache-2.0
daemon "x" {}
