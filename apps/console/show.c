/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that look: what root's introspection knows, as text.
 */
#include "console.h"

#include <abi/component.h>
#include <abi/objects.h>
#include <base/memory.h>
#include <protocol/inspect_client.h>
#include <rt/process.h>

enum { NS_PER_MS = 1000000, MS_PER_SECOND = 1000, KIB = 1024, APPS_MAX = 32, PER_MILLE = 1000 };

static const uint64_t TOP_NS = 1000000000;

struct app {
    word_t state, instance, restarts, is_server, death;
    char name[CONSOLE_NAME_BYTES];
};

struct usage {
    word_t priority, core;
    uint64_t amount, period, consumed, quota, objects, image, heap, rings;
};

static bool look_app(const struct console *console, word_t index, struct app *app)
{
    return inspect_app(console->inspect, index, &app->state, &app->instance, &app->restarts,
                       &app->is_server, &app->death, app->name) == OK;
}

static bool look_usage(const struct console *console, word_t index, struct usage *usage)
{
    return inspect_usage(console->inspect, index, &usage->priority, &usage->core, &usage->amount,
                         &usage->period, &usage->consumed, &usage->quota, &usage->objects,
                         &usage->image, &usage->heap, &usage->rings) == OK;
}

bool console_app_name(const struct console *console, word_t index, char name[CONSOLE_NAME_BYTES])
{
    struct app app;

    if (!look_app(console, index, &app))
        return false;
    str_copy(name, CONSOLE_NAME_BYTES, app.name);
    return true;
}

status_t console_find_app(const struct console *console, const char *name, word_t *index)
{
    char found[CONSOLE_NAME_BYTES];

    for (*index = 0; console_app_name(console, *index, found); ++*index) {
        if (str_equal(found, name))
            return OK;
    }
    return ERR_NOT_FOUND;
}

static const char *text_of(const char *const *texts, size_t count, word_t number)
{
    return number < count ? texts[number] : "unknown";
}

static const char *state_text(word_t state)
{
    static const char *const texts[] = {"down", "starting", "ready", "died", "given up", "empty"};

    return text_of(texts, array_count(texts), state);
}

static const char *death_text(word_t death)
{
    static const char *const texts[] = {
        "never died",   "page fault", "stack overflow", "exception", "abort",  "exit",
        "unknown call", "deadlock",   "endless loop",   "starved",   "killed", "fault",
    };

    return text_of(texts, array_count(texts), death);
}

void console_ps(struct console *console, char *const *arguments)
{
    struct app app;
    struct usage usage;

    (void)arguments;
    for (word_t i = 0; look_app(console, i, &app) && look_usage(console, i, &usage); i++)
        console_print(console, "%-12s %-8s %3u restarts  priority %2u %6u ms %5u KiB\n", app.name,
                      state_text(app.state), (unsigned)app.restarts, (unsigned)usage.priority,
                      (unsigned)(usage.consumed / NS_PER_MS), (unsigned)(usage.quota / KIB));
}

void console_apps(struct console *console, char *const *arguments)
{
    word_t reason, instance, access;
    uint64_t address, pc, when;
    struct app app;

    (void)arguments;
    for (word_t i = 0; look_app(console, i, &app); i++) {
        console_print(console, "%-12s %-8s instance %u", app.name, state_text(app.state),
                      (unsigned)app.instance);
        if (inspect_death(console->inspect, i, &reason, &instance, &address, &pc, &access, &when) ==
            OK)
            console_print(console, ", %u died of %s at %u.%03u s, pc 0x%llx", (unsigned)instance,
                          death_text(reason), (unsigned)(when / NS_PER_MS / MS_PER_SECOND),
                          (unsigned)(when / NS_PER_MS % MS_PER_SECOND), (unsigned long long)pc);
        console_print(console, "\n");
    }
}

/* What news come meanwhile waits: the log has it. */
static void wait_for(struct console *console, uint64_t ns)
{
    uint64_t end = rt_time_now_ns() + ns;

    while (rt_time_now_ns() < end) {
        component_wake_at(&console->self, end);
        (void)component_wait(&console->self);
    }
}

void console_top(struct console *console, char *const *arguments)
{
    uint64_t before[APPS_MAX], start = rt_time_now_ns(), passed;
    struct usage usage;
    struct app app;
    word_t count = 0;

    (void)arguments;
    while (count < APPS_MAX && look_usage(console, count, &usage))
        before[count++] = usage.consumed;
    wait_for(console, TOP_NS);
    passed = rt_time_now_ns() - start;
    console_print(console, "%-12s core  of it  of its budget  in all\n", "component");
    for (word_t i = 0; i < count && look_app(console, i, &app) && look_usage(console, i, &usage);
         i++) {
        uint64_t used = usage.consumed - before[i];
        uint64_t budget = usage.period != 0 ? passed / usage.period * usage.amount : 0;
        unsigned of_core = (unsigned)(used * PER_MILLE / passed);
        unsigned of_budget = budget != 0 ? (unsigned)(used * PER_MILLE / budget) : 0;

        console_print(console, "%-12s %4u %4u.%u%% %12u.%u%% %6u ms\n", app.name,
                      (unsigned)usage.core, of_core / 10, of_core % 10, of_budget / 10,
                      of_budget % 10, (unsigned)(usage.consumed / NS_PER_MS));
    }
}

void console_mem(struct console *console, char *const *arguments)
{
    uint64_t total, left, kernel, quarantined;
    word_t slots, slots_left;
    struct usage usage;
    struct app app;
    status_t status =
        inspect_memory(console->inspect, &total, &left, &kernel, &quarantined, &slots, &slots_left);

    (void)arguments;
    console_report(console, "mem", status);
    if (status != OK)
        return;
    console_print(console, "%-12s    KiB: objects    data    heap   rings\n", "component");
    for (word_t i = 0; look_app(console, i, &app) && look_usage(console, i, &usage); i++)
        console_print(console, "%-12s %6u %8u %7u %7u %7u\n", app.name,
                      (unsigned)(usage.quota / KIB), (unsigned)(usage.objects / KIB),
                      (unsigned)(usage.image / KIB), (unsigned)(usage.heap / KIB),
                      (unsigned)(usage.rings / KIB));
    console_print(console, "kernel %u KiB, quarantined %u KiB, of %u KiB in all\n",
                  (unsigned)(kernel / KIB), (unsigned)(quarantined / KIB), (unsigned)(total / KIB));
    console_print(console, "%llu bytes free, %u slots free\n", (unsigned long long)left,
                  (unsigned)slots_left);
}

static const char *type_text(word_t type)
{
    static const char *const texts[] = {
        "none",         "dead",      "memory", "frame",         "space",      "pool",
        "captable",     "chunk",     "thread", "budget",        "endpoint",   "reply",
        "notification", "interrupt", "timer",  "time",          "interrupts", "power",
        "log",          "priority",  "dma",    "space control",
    };

    return text_of(texts, array_count(texts), type);
}

/* A letter a right, in the order of enum abi_right. */
static void write_rights(word_t rights, char text[16])
{
    static const char letters[] = "rwxsvgpbkc";
    size_t length = 0;

    for (size_t i = 0; i + 1 < sizeof(letters); i++) {
        if ((rights >> i & 1) != 0)
            text[length++] = letters[i];
    }
    text[length] = '\0';
}

void console_caps(struct console *console, char *const *arguments)
{
    word_t index, slot = 0, type, rights;
    char name[CONSOLE_NAME_BYTES], letters[16];
    uint64_t badge;
    status_t status = console_find_app(console, arguments[0], &index);

    if (status == OK)
        console_print(console, "slot type          rights     badge  name\n");
    while (status == OK) {
        status =
            inspect_capability(console->inspect, index, slot, &slot, &type, &rights, &badge, name);
        if (status != OK)
            break;
        write_rights(rights, letters);
        console_print(console, "%4u %-13s %-10s %5llx  %s\n", (unsigned)slot, type_text(type),
                      letters, (unsigned long long)badge, name);
        slot++;
    }
    if (status == ERR_NOT_FOUND && slot > 0)
        console_print(console, "rights: read write execute send receiVe grant rePly badge "
                               "revoKe control\n");
    else
        console_report(console, arguments[0], status);
}

/* ---- who belongs to whom ---- */

static void print_names(struct console *console, const char *before, uint64_t set)
{
    char name[CONSOLE_NAME_BYTES];

    if (set == 0)
        return;
    console_print(console, "%s", before);
    for (word_t i = 0; set >> i != 0; i++) {
        if ((set >> i & 1) != 0 && console_app_name(console, i, name))
            console_print(console, " %s", name);
    }
}

void console_tree(struct console *console, char *const *arguments)
{
    uint64_t servers, dependants;
    uint8_t order[64];
    word_t count;
    struct app app;

    (void)arguments;
    for (word_t i = 0; look_app(console, i, &app); i++) {
        char name[CONSOLE_NAME_BYTES];

        if (inspect_connected(console->inspect, i, &servers, &dependants, order, &count) != OK)
            continue;
        console_print(console, "%s%s", app.name, app.is_server != 0 ? " (message server)" : "");
        print_names(console, " at", servers);
        console_print(console, "\n");
        for (word_t k = 0; k < count; k++) {
            if (console_app_name(console, order[k], name))
                console_print(console, "  restarts %s\n", name);
        }
    }
}

void console_protocols(struct console *console, char *const *arguments)
{
    char protocol[CONSOLE_NAME_BYTES];
    uint64_t publish, request;
    struct app app;

    (void)arguments;
    for (word_t i = 0; look_app(console, i, &app); i++) {
        for (word_t rule = 0;
             app.is_server != 0 &&
             inspect_access(console->inspect, i, rule, &publish, &request, protocol) == OK;
             rule++) {
            console_print(console, "%s: %-14s", app.name, protocol);
            print_names(console, " published by", publish);
            print_names(console, ", asked for by", request);
            console_print(console, "\n");
        }
    }
}
