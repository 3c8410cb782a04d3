-- expect: lua_app_described_twice.lua:12: apps station: is described twice: rename or remove one
-- SPDX-License-Identifier: Apache-2.0
system "bad" {}
message_server "main" {
    image = "msgd", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 50,
    dir_access_control = { sensor = { publish = "station", request = "station" } },
}
app "station" {
    image = "station", memory = 256 * KiB, budget_us = 500, period_us = 10000, priority = 20,
    msg_servers = "main",
}
app "station" { image = "x" }
