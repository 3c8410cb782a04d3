-- expect: lua_too_much.lua:4: apps and all before it: are too many values and nodes: describe less
-- SPDX-License-Identifier: Apache-2.0
for i = 1, 100000 do
    app("a" .. i) { image = "x" }
end
