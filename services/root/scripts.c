/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's device scripts, run on the registers that the machine has where the manifest says.
 */
#include "root.h"

#include <rt/process.h>
#include <script/script.h>

enum { NS_PER_US = 1000 };

struct bus {
    struct root *root;
    const struct component *component;
    bool has_aux;
};

static vaddr_t find(const struct bus *bus, const char *device, uint32_t offset)
{
    return devices_find_register(bus->root, bus->component, bus->has_aux, device, offset);
}

static bool has_register(void *state, const char *device, uint32_t offset)
{
    return find(state, device, offset) != 0;
}

static uint32_t read_register(void *state, const char *device, uint32_t offset)
{
    return *(const volatile uint32_t *)find(state, device, offset);
}

static void write_register(void *state, const char *device, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)find(state, device, offset) = value;
}

static uint64_t now_us(void *state)
{
    (void)state;
    return rt_time_now_ns() / NS_PER_US;
}

static status_t run(struct root *root, const struct component *component,
                    const struct manifest_texts *texts, bool has_aux)
{
    struct bus state = {root, component, has_aux};
    const struct script_bus bus = {&state, has_register, read_register, write_register, now_us};
    uint32_t step;
    status_t status = script_run(texts->text, texts->count, &bus, &step);

    if (status != OK)
        root_say(root, "root: %s: '%s': %s", component->entry->name, texts->text[step],
                 status == ERR_IO_FAILED ? "the device does not obey"
                                         : "this machine lacks the register");
    return status;
}

status_t component_reset_devices(struct root *root, struct component *component)
{
    status_t status = run(root, component, &component->entry->reset_script, false);

    if (status == OK)
        component_end_quarantine(root, component);
    return status;
}

status_t component_set_devices_up(struct root *root, struct component *component)
{
    return run(root, component, &component->entry->setup_script, true);
}
