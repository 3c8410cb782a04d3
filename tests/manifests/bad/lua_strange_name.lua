-- expect: lua_strange_name.lua:3: / a b: is no name: use letters, digits, - and _ alone
-- SPDX-License-Identifier: Apache-2.0
app "a b" {}
