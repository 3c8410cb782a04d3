-- expect: lua_text_of_table.lua:3: a table has no text: take it apart
-- SPDX-License-Identifier: Apache-2.0
system(tostring({})) {}
