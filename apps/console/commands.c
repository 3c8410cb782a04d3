/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: a table, a function each.
 */
#include "console.h"

#include <base/memory.h>
#include <protocol/control_client.h>
#include <protocol/inspect_client.h>
#include <protocol/sensor_client.h>

enum { NS_PER_MS = 1000000, KIB = 1024, NAME_BYTES = 32 };

struct command {
    const char *name;
    const char *argument; /* null: it takes none */
    const char *help;
    void (*run)(struct console *console, const char *argument);
};

static const char *status_text(status_t status)
{
    switch (status) {
    case OK: return "done";
    case ERR_NOT_FOUND: return "not found";
    case ERR_NOT_PERMITTED: return "not permitted";
    case ERR_BAD_STATE: return "not in a state for that";
    case ERR_PEER_GONE: return "gone";
    default: return "failed";
    }
}

static cap_t find_control(const struct console *console)
{
    return rt_startup_find(console->self.startup, "control");
}

static cap_t find_inspect(const struct console *console)
{
    return rt_startup_find(console->self.startup, "inspect");
}

static void report(struct console *console, const char *name, status_t status)
{
    if (status != OK)
        console_print(console, "%s: %s\n", name, status_text(status));
}

static const char *state_text(word_t state)
{
    static const char *const texts[] = {"down", "starting", "ready", "died", "given up", "empty"};

    return state < array_count(texts) ? texts[state] : "unknown";
}

static void run_ps(struct console *console, const char *argument)
{
    word_t state, instance, restarts, is_server, death, priority, core;
    uint64_t amount, period, consumed, quota, objects, image, heap, rings;
    cap_t inspect = find_inspect(console);
    char name[NAME_BYTES];

    (void)argument;
    for (word_t i = 0;
         inspect_app(inspect, i, &state, &instance, &restarts, &is_server, &death, name) == OK &&
         inspect_usage(inspect, i, &priority, &core, &amount, &period, &consumed, &quota, &objects,
                       &image, &heap, &rings) == OK;
         i++)
        console_print(console, "%-12s %-8s %3u restarts  priority %2u %6u ms %5u KiB\n", name,
                      state_text(state), (unsigned)restarts, (unsigned)priority,
                      (unsigned)(consumed / NS_PER_MS), (unsigned)(quota / KIB));
}

static void run_mem(struct console *console, const char *argument)
{
    uint64_t total, left, kernel, quarantined;
    word_t slots, slots_left;
    status_t status = inspect_memory(find_inspect(console), &total, &left, &kernel, &quarantined,
                                     &slots, &slots_left);

    (void)argument;
    if (status == OK)
        console_print(console, "%llu bytes free, %u slots free\n", (unsigned long long)left,
                      (unsigned)slots_left);
    report(console, "mem", status);
}

static void run_kill(struct console *console, const char *argument)
{
    report(console, argument, control_kill(find_control(console), argument));
}

static void run_stop(struct console *console, const char *argument)
{
    report(console, argument, control_stop(find_control(console), argument));
}

static void run_start(struct console *console, const char *argument)
{
    report(console, argument, control_start(find_control(console), argument));
}

/* The station is the one that can be asked; that it does not answer means that it worked. */
static void run_crash(struct console *console, const char *argument)
{
    cap_t sensor = 0;
    status_t status = ERR_NOT_FOUND;

    if (str_equal(argument, "station"))
        status = component_connect(&console->self, "main", "sensor", SENSOR_VERSION, &sensor);
    if (status == OK)
        status = sensor_crash(sensor);
    component_drop(&console->self, sensor);
    report(console, argument, status == ERR_PEER_GONE ? OK : status);
}

static void run_poweroff(struct console *console, const char *argument)
{
    (void)argument;
    report(console, "poweroff", control_power_off(find_control(console)));
}

static void run_reboot(struct console *console, const char *argument)
{
    (void)argument;
    report(console, "reboot", control_reboot(find_control(console)));
}

static void run_help(struct console *console, const char *argument);

static const struct command commands[] = {
    {"help", NULL, "this list", run_help},
    {"ps", NULL, "components: state, restarts, time and memory", run_ps},
    {"mem", NULL, "what root has left", run_mem},
    {"kill", "NAME", "let a component die; it and its dependants are restarted", run_kill},
    {"stop", "NAME", "take a component and its dependants down", run_stop},
    {"start", "NAME", "start what was stopped", run_start},
    {"crash", "NAME", "ask a component to write through a null pointer", run_crash},
    {"reboot", NULL, "start the machine anew", run_reboot},
    {"poweroff", NULL, "switch the machine off", run_poweroff},
};

static void run_help(struct console *console, const char *argument)
{
    (void)argument;
    for (size_t i = 0; i < array_count(commands); i++)
        console_print(console, "%-9s %-5s %s\n", commands[i].name,
                      commands[i].argument != NULL ? commands[i].argument : "", commands[i].help);
}

/* Cuts the first word off; `*rest` is what follows it, without blanks around. */
static char *cut_word(char *line, char **rest)
{
    size_t length;

    while (*line == ' ')
        line++;
    *rest = line;
    while (**rest != '\0' && **rest != ' ')
        (*rest)++;
    while (**rest == ' ')
        *(*rest)++ = '\0';
    for (length = str_length(*rest); length > 0 && (*rest)[length - 1] == ' '; length--)
        (*rest)[length - 1] = '\0';
    return line;
}

void console_execute(struct console *console, char *line)
{
    char *argument;
    const char *word = cut_word(line, &argument);

    if (word[0] == '\0')
        return;
    for (size_t i = 0; i < array_count(commands); i++) {
        const struct command *command = &commands[i];

        if (!str_equal(command->name, word))
            continue;
        if ((command->argument != NULL) != (argument[0] != '\0'))
            console_print(console, "usage: %s %s\n", word,
                          command->argument != NULL ? command->argument : "");
        else
            command->run(console, argument);
        return;
    }
    console_print(console, "unknown command '%s'; try help\n", word);
}
