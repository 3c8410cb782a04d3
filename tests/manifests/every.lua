-- SPDX-License-Identifier: Apache-2.0
-- The system of every.dts, described.

system "every" {
    generation = 7,
    persistent_boot = true,
    healthy_window_ms = 30000,
    memory = 16 * MiB,
    root_budget_us = 10000,
    root_period_us = 50000,
}

aux_device "clocks" { compatible = "vendor,clocks", registers = { 0, 0x40 } }

-- What the message servers have in common.
local function server(priority)
    return { image = "msgd", memory = 256 * KiB, budget_us = 500, period_us = 10000,
             priority = priority }
end

local main = server(50)
main.publish_limit, main.request_limit, main.token_limit = 4, 16, 64
main.dir_access_control = {}
for _, name in ipairs { "weather", "alarm" } do
    main.dir_access_control[name] = { publish = "sensor", request = "front" }
end
main.limits = { sensor = { publish_limit = 1, request_limit = 1, token_limit = 2 } }
message_server "main" (main)

local field = server(49)
field.dir_access_control = { protocol "weather" { publish = "sensor", request = { "sensor" } } }
message_server "field" (field)

app "front" {
    image = "front",
    memory = 1 * MiB, heap = 64 * KiB, stack = 32 * KiB, ring_memory = 8 * KiB,
    budget_us = 1000, period_us = 10000, priority = 20,
    cores = { 1, 2 },
    args = { "--title", 'a "quoted" one\\' },
    msg_servers = "main",
    ready_timeout_ms = 2000,
    restart_limit = 3, restart_window_ms = 5000, restart_policy = "reboot",
    minimum_run_ms = 100, diagnosis_ms = 0,
    introspection = true, control = true, log_reader = true, log_writer = true,
    env = { TITLE = "weather ä", EMPTY = "" },
    tracing = {},
}

app "sensor" {
    image = { "sensor_one", "sensor_two" },
    memory = 256 * KiB, budget_us = 1000, period_us = 10000, priority = 30,
    msg_servers = { "main", "field" },
    ready = "started",
    heartbeat = { period_ms = 100, limit = 5, writer = { period_ms = 1000 } },
    resources = {
        device "bus" {
            compatible = { "vendor,bus-2", "vendor,bus-1" },
            registers = 0x10,
            dma = true,
        },
        device "extra" { compatible = "virtio,mmio", virtio_id = 4, index = 1 },
        device_reset_script = { "write bus+0x10 0", "poll bus+0x10 0xff 0 1000" },
        aux_device_setup_script = { "set clocks+0x40 2", "delay 10" },
    },
}

app "guest" {
    installer = "front", image_memory = 128 * KiB,
    memory = 128 * KiB, budget_us = 100, period_us = 10000, priority = 5,
}

supervise "front" { "sensor", "guest" }
supervise "field" { "sensor" }
