-- expect: lua_no_system.lua:1: / system: is missing: add it (the system's name)
-- SPDX-License-Identifier: Apache-2.0
app "station" {
    image = "station", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 20,
}
