-- expect: lua_budget_beyond_period.lua:8: /apps/station budget-us: is more than period-us (10000): lower it
-- SPDX-License-Identifier: Apache-2.0
system "bad" {}
message_server "main" {
    image = "msgd", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 50,
    dir_access_control = { sensor = { publish = "station", request = "station" } },
}
app "station" {
    image = "station", memory = 256 * KiB, budget_us = 50000, period_us = 10000, priority = 20,
    msg_servers = "main",
}
