-- expect: lua_node_twice.lua:3: resources b: is described twice: rename or remove one
-- SPDX-License-Identifier: Apache-2.0
app "a" {
    resources = { device "b" { compatible = "x" }, b = { compatible = "y" } },
}
