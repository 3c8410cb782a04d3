-- expect: lua_raises.lua:3: no such board: set BOARD
-- SPDX-License-Identifier: Apache-2.0
error("no such board: set BOARD")
