/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scale: when everyone is up, prints a JSON line for each component and for the whole, then
 * powers the machine off.
 */
#include <abi/component.h>
#include <base/memory.h>
#include <component/component.h>
#include <protocol/control_client.h>
#include <protocol/inspect_client.h>
#include <rt/print.h>

enum { NAME_BYTES = 32, POLLS_MAX = 1000 };

static const uint64_t POLL_NS = 10000000;

static struct component self;

static bool is_app_up(cap_t inspect, word_t index, bool *exists)
{
    word_t state, instance, restarts, is_server, death;
    char name[NAME_BYTES];

    *exists =
        inspect_app(inspect, index, &state, &instance, &restarts, &is_server, &death, name) == OK;
    return *exists && state != ABI_COMPONENT_DOWN && state != ABI_COMPONENT_STARTING;
}

static bool is_all_up(cap_t inspect)
{
    bool exists, is_up;
    word_t index = 0;

    do {
        is_up = is_app_up(inspect, index++, &exists);
    } while (is_up);
    return !exists;
}

/* The quota of one component, which is printed; 0: there is none of this index. */
static uint64_t weigh(cap_t inspect, word_t index, const char *own_name)
{
    word_t state, instance, restarts, is_server, death, priority, core;
    uint64_t amount, period, consumed, quota, objects, image, heap, rings;
    char name[NAME_BYTES];

    if (inspect_app(inspect, index, &state, &instance, &restarts, &is_server, &death, name) != OK ||
        inspect_usage(inspect, index, &priority, &core, &amount, &period, &consumed, &quota,
                      &objects, &image, &heap, &rings) != OK)
        return 0;
    if (str_equal(name, own_name))
        return 1; /* it is not a part of the system, but those behind it are */
    rt_printf("{\"bench\":\"%s\",\"value\":%llu,\"objects\":%llu,\"image\":%llu,\"heap\":%llu,"
              "\"rings\":%llu}\n",
              name, (unsigned long long)quota, (unsigned long long)objects,
              (unsigned long long)image, (unsigned long long)heap, (unsigned long long)rings);
    return quota == 0 ? 1 : quota;
}

static void weigh_all(cap_t inspect, const char *left_out)
{
    uint64_t total, left, kernel = 0, quarantined, root = 0, entry, quota, sum = 0;
    word_t slots, slots_left;

    (void)inspect_memory(inspect, &total, &left, &kernel, &quarantined, &slots, &slots_left);
    (void)inspect_root(inspect, &root, &entry);
    rt_printf("{\"bench\":\"kernel\",\"value\":%llu}\n{\"bench\":\"root\",\"value\":%llu}\n",
              (unsigned long long)kernel, (unsigned long long)root);
    for (word_t i = 0; (quota = weigh(inspect, i, left_out)) != 0; i++)
        sum += quota == 1 ? 0 : quota;
    rt_printf("{\"bench\":\"total\",\"value\":%llu}\n", (unsigned long long)(kernel + root + sum));
}

/* When the last one before the scale became ready. */
static void print_ready_time(cap_t inspect)
{
    uint64_t position = 0, when, latest = 0, objects, entry = 0;
    word_t app, kind, detail;

    (void)inspect_root(inspect, &objects, &entry);
    while (inspect_journal(inspect, position, &position, &when, &app, &kind, &detail) == OK) {
        if (kind == ABI_JOURNAL_READY)
            latest = when;
    }
    rt_printf("{\"bench\":\"ready\",\"instructions\":%llu}\n",
              (unsigned long long)(latest - entry));
}

int component_main(const struct rt_startup *startup)
{
    cap_t inspect = rt_startup_find(startup, "inspect");
    const char *left_out = rt_startup_environment(startup, "LEFT_OUT");

    component_init(&self, startup);
    component_ready(&self);
    for (uint32_t i = 0; i < POLLS_MAX && !is_all_up(inspect); i++) {
        component_wake_in(&self, POLL_NS);
        (void)component_wait(&self);
    }
    print_ready_time(inspect);
    weigh_all(inspect, left_out != NULL ? left_out : "");
    return (int)control_power_off(rt_startup_find(startup, "control"));
}
