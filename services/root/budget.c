/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's processor time, and where root keeps what not every component has.
 */
#include "root.h"

enum { NS_PER_US = 1000 };

cap_t component_endpoint(const struct component *component)
{
    return component->slots + ROOT_SLOT_MORE;
}

cap_t component_interrupt(const struct component *component, uint32_t which)
{
    return component_endpoint(component) + component->entry->is_message_server + which;
}

cap_t component_budget(const struct component *component, uint32_t core)
{
    return core == 0 ? component->slots + ROOT_SLOT_BUDGET
                     : component_interrupt(component, component->entry->resource_count) + core - 1;
}

word_t component_slot_count(const struct manifest_component *entry)
{
    return (word_t)ROOT_SLOT_MORE + entry->is_message_server + entry->resource_count +
           entry->core_count - 1;
}

static status_t fill(struct root *root, const struct component *component, uint32_t which,
                     uint64_t amount_ns)
{
    uint32_t core = component->entry->cores[which] % root->boot->core_count;

    return skr_time_control_fill(ABI_ROOT_TIME + core, component_budget(component, which),
                                 amount_ns, (uint64_t)component->entry->period_us * NS_PER_US,
                                 NULL);
}

status_t component_fill_budgets(struct root *root, const struct component *component)
{
    const struct manifest_component *entry = component->entry;
    status_t status = OK;

    for (uint32_t i = 0; i < entry->core_count && status == OK; i++) {
        uint32_t core = entry->cores[i] % root->boot->core_count;

        status = fill(root, component, i, root_budget_ns(root, core, entry->budget_us));
    }
    return status;
}

void component_empty_budgets(struct root *root, const struct component *component)
{
    for (uint32_t i = 0; i < component->entry->core_count; i++)
        (void)fill(root, component, i, 0);
}

uint64_t component_time_ns(const struct component *component)
{
    uint64_t sum = component->past_ns;

    for (uint32_t i = 0; i < component->entry->core_count && component->memory.cap != 0; i++) {
        uint64_t consumed = 0;

        (void)skr_budget_info(component_budget(component, i), NULL, NULL, NULL, &consumed);
        sum += consumed;
    }
    return sum;
}
