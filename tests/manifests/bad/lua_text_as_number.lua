-- expect: lua_text_as_number.lua:8: station heap: is not a number: write a whole one, not below 0
-- SPDX-License-Identifier: Apache-2.0
system "bad" {}
message_server "main" {
    image = "msgd", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 50,
    dir_access_control = { sensor = { publish = "station", request = "station" } },
}
app "station" {
    image = "station", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 20,
    msg_servers = "main",
    heap = "large",
}
