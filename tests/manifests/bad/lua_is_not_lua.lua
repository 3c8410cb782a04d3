-- expect: lua_is_not_lua.lua:4: unexpected symbol near <eof>
-- SPDX-License-Identifier: Apache-2.0
system "bad" {
