/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device scripts from any bytes, a step a line: whatever is accepted ends, and touches no register
 * that the bus does not declare.
 */
#include "require.h"
#include <base/memory.h>
#include <script/script.h>

enum { STEPS_MAX = 16, LINE_BYTES = 64, REGISTERS = 8 };

struct device {
    uint32_t registers[REGISTERS];
    uint64_t time_us;
};

static bool has(void *state, const char *device, uint32_t offset)
{
    (void)state;
    return str_equal(device, "d") && offset % 4 == 0 && offset / 4 < REGISTERS;
}

static uint32_t read_device(void *state, const char *device, uint32_t offset)
{
    require(has(state, device, offset));
    return ((struct device *)state)->registers[offset / 4]++;
}

static void write_device(void *state, const char *device, uint32_t offset, uint32_t value)
{
    require(has(state, device, offset));
    ((struct device *)state)->registers[offset / 4] = value;
}

static uint64_t now_us(void *state)
{
    return ((struct device *)state)->time_us += 100;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct device device = {0};
    const struct script_bus bus = {&device, has, read_device, write_device, now_us};
    char lines[STEPS_MAX][LINE_BYTES] = {0};
    const char *texts[STEPS_MAX];
    uint32_t count = 0, column = 0, step;
    status_t status;

    for (size_t i = 0; i < size && count < STEPS_MAX; i++) {
        if (data[i] == '\n' && lines[count][0] == '#') {
            mem_zero(lines[count], LINE_BYTES); /* a comment */
            column = 0;
        } else if (data[i] == '\n') {
            count++;
            column = 0;
        } else if (column < LINE_BYTES - 1) {
            lines[count][column++] = (char)data[i];
        }
    }
    for (uint32_t i = 0; i < count; i++)
        texts[i] = lines[i];
    status = script_run(texts, count, &bus, &step);
    require(status == OK || step < count);
    require(device.time_us <= 2 * SCRIPT_TOTAL_MAX_US);
    return 0;
}
