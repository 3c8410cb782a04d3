/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: a table, a function each.  Those that look are in show.c and news.c.
 */
#include "console.h"

#include <base/memory.h>
#include <protocol/control_client.h>
#include <protocol/sensor_client.h>

enum argument_kind { ARGUMENT_NONE, ARGUMENT_APP, ARGUMENT_LEVEL };

struct command {
    const char *name;
    const char *usage; /* of its arguments; those in brackets can be left out */
    uint8_t kinds[CONSOLE_ARGUMENTS_MAX];
    uint8_t least; /* arguments that it needs */
    const char *help;
    void (*run)(struct console *console, char *const *arguments);
};

static const char *status_text(status_t status)
{
    switch (status) {
    case OK: return "done";
    case ERR_NOT_FOUND: return "not found";
    case ERR_NOT_PERMITTED: return "not permitted";
    case ERR_BAD_CAPABILITY: return "the manifest does not let the console do that";
    case ERR_BAD_STATE: return "not in a state for that";
    case ERR_PEER_GONE: return "gone";
    default: return "failed";
    }
}

void console_report(struct console *console, const char *name, status_t status)
{
    if (status != OK)
        console_print(console, "%s: %s\n", name, status_text(status));
}

static void run_kill(struct console *console, char *const *arguments)
{
    console_report(console, arguments[0], control_kill(console->control, arguments[0]));
}

static void run_restart(struct console *console, char *const *arguments)
{
    console_report(console, arguments[0], control_restart(console->control, arguments[0]));
}

static void run_stop(struct console *console, char *const *arguments)
{
    console_report(console, arguments[0], control_stop(console->control, arguments[0]));
}

static void run_start(struct console *console, char *const *arguments)
{
    console_report(console, arguments[0], control_start(console->control, arguments[0]));
}

/* The station is the one that can be asked; that it does not answer means that it worked. */
static void run_crash(struct console *console, char *const *arguments)
{
    cap_t sensor = 0;
    status_t status = ERR_NOT_FOUND;

    if (str_equal(arguments[0], "station"))
        status = component_connect(&console->self, "main", "sensor", SENSOR_VERSION, &sensor);
    if (status == OK)
        status = sensor_crash(sensor);
    component_drop(&console->self, sensor);
    console_report(console, arguments[0], status == ERR_PEER_GONE ? OK : status);
}

static void run_env(struct console *console, char *const *arguments)
{
    const struct rt_startup *startup = console->self.startup;

    (void)arguments;
    for (uint32_t i = 0; i < startup->environment_count; i++)
        console_print(console, "%s\n", (const char *)startup + startup->environment[i]);
}

static void run_poweroff(struct console *console, char *const *arguments)
{
    (void)arguments;
    console_report(console, "poweroff", control_power_off(console->control));
}

static void run_reboot(struct console *console, char *const *arguments)
{
    (void)arguments;
    console_report(console, "reboot", control_reboot(console->control));
}

static void run_help(struct console *console, char *const *arguments);

static const struct command commands[] = {
    {"help", "", {0}, 0, "this list", run_help},
    {"ps", "", {0}, 0, "components: state, restarts, time and memory", console_ps},
    {"top", "", {0}, 0, "processor time in the next second", console_top},
    {"apps", "", {0}, 0, "components: instances, and why they died", console_apps},
    {"mem", "", {0}, 0, "who holds which memory, and what root has left", console_mem},
    {"caps", "NAME", {ARGUMENT_APP}, 1, "capabilities of a component", console_caps},
    {"tree", "", {0}, 0, "who is restarted with whom", console_tree},
    {"protocols", "", {0}, 0, "who may publish what, and who may ask for it", console_protocols},
    {"log", "[NAME]", {ARGUMENT_APP}, 0, "lines of an app, or the accounts of all", console_log},
    {"loglevel",
     "NAME LEVEL",
     {ARGUMENT_APP, ARGUMENT_LEVEL},
     2,
     "keep an app's lines up to a level",
     console_loglevel},
    {"env", "", {0}, 0, "the console's own environment", run_env},
    {"restart", "NAME", {ARGUMENT_APP}, 1, "restart a component and its dependants", run_restart},
    {"stop", "NAME", {ARGUMENT_APP}, 1, "take a component and its dependants down", run_stop},
    {"start", "NAME", {ARGUMENT_APP}, 1, "start what was stopped", run_start},
    {"kill", "NAME", {ARGUMENT_APP}, 1, "let a component die, as if by a fault", run_kill},
    {"crash",
     "NAME",
     {ARGUMENT_APP},
     1,
     "ask a component to write through a null pointer",
     run_crash},
    {"reboot", "", {0}, 0, "start the machine anew", run_reboot},
    {"poweroff", "", {0}, 0, "switch the machine off", run_poweroff},
};

static void run_help(struct console *console, char *const *arguments)
{
    (void)arguments;
    for (size_t i = 0; i < array_count(commands); i++)
        console_print(console, "%-9s %-10s %s\n", commands[i].name, commands[i].usage,
                      commands[i].help);
}

/* ---- lines ---- */

static const struct command *find_command(const char *name, size_t length)
{
    for (size_t i = 0; i < array_count(commands); i++) {
        if (str_equal_bounded(name, length, commands[i].name))
            return &commands[i];
    }
    return NULL;
}

/* Cuts a word off the line's begin, and terminates it; "" when there is none. */
static char *cut_word(char **line)
{
    char *word;

    while (**line == ' ')
        ++*line;
    word = *line;
    while (**line != '\0' && **line != ' ')
        ++*line;
    if (**line == ' ')
        *(*line)++ = '\0';
    return word;
}

void console_execute(struct console *console, char *line)
{
    char *name = cut_word(&line);
    const struct command *command = find_command(name, str_length(name));
    char *arguments[CONSOLE_ARGUMENTS_MAX];
    uint32_t given = 0, most = 0;

    if (name[0] == '\0')
        return;
    if (command == NULL) {
        console_print(console, "unknown command '%s'; try help\n", name);
        return;
    }
    for (uint32_t i = 0; i < CONSOLE_ARGUMENTS_MAX; i++) {
        arguments[i] = cut_word(&line);
        given += arguments[i][0] != '\0';
        most += command->kinds[i] != ARGUMENT_NONE;
    }
    if (given < command->least || given > most || cut_word(&line)[0] != '\0')
        console_print(console, "usage: %s %s\n", command->name, command->usage);
    else
        command->run(console, arguments);
}

/* ---- completion ---- */

const char *console_word(void *state, const char *line, unsigned position, unsigned index)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    struct console *console = state;
    const struct command *command;
    size_t length = 0;

    if (position == 0)
        return index < array_count(commands) ? commands[index].name : NULL;
    while (*line == ' ')
        line++;
    while (line[length] != '\0' && line[length] != ' ')
        length++;
    command = find_command(line, length);
    if (command == NULL || position > CONSOLE_ARGUMENTS_MAX)
        return NULL;
    switch ((enum argument_kind)command->kinds[position - 1]) {
    case ARGUMENT_APP:
        return console_app_name(console, index, console->word) ? console->word : NULL;
    case ARGUMENT_LEVEL: return index < array_count(levels) ? levels[index] : NULL;
    default: return NULL;
    }
}
