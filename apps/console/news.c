/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said while the console runs: the system's log, and the log service where there is one.
 *
 * Both hold what others wrote, so it is cleaned before it gets to the terminal.
 */
#include "clean.h"
#include "console.h"

#include <base/memory.h>
#include <protocol/log_client.h>
#include <rt/process.h>

enum { TEXT_MAX = 192, NS_PER_MS = 1000000, MS_PER_SECOND = 1000 };

static const char *const levels[] = {"error", "warning", "info", "debug"};

struct line {
    uint64_t number, time;
    word_t level, size;
    char app[CONSOLE_NAME_BYTES];
    char text[TEXT_MAX];
};

/* ---- the system's log ---- */

static void read_system_log(struct console *console, bool is_silent)
{
    char text[ABI_LIST_BYTES];
    word_t next, size, lost;

    if (console->log == 0)
        return;
    while (skr_log_control_read(console->log, console->log_position, &next, &size, &lost) == OK &&
           size > 0) {
        mem_copy(text, rt_buffer()->list, size);
        console->log_position = next;
        if (is_silent)
            continue;
        clean_text(text, size);
        console_put(console, text, size);
    }
}

/* ---- the log service ---- */

static status_t read_line(struct console *console, const char *app, uint64_t after,
                          struct line *line)
{
    status_t status = log_read(console->log_reader, app, after, &line->number, &line->time,
                               &line->level, line->app, (uint8_t *)line->text, &line->size);

    if (status == OK)
        clean_text(line->text, line->size);
    return status;
}

static const char *level_text(word_t level)
{
    return level < array_count(levels) ? levels[level] : "?";
}

/* A log that was restarted counts from 1 again. */
static void find_log(struct console *console)
{
    cap_t wake = 0;

    component_find_again(&console->self, "main", "log_reader", LOG_VERSION, &console->log_reader);
    console->log_number = 0;
    if (console->log_reader == 0)
        return;
    if (component_make_wake(&console->self, LOG_EVENT_GROWN, &wake) == OK)
        (void)log_follow(console->log_reader, wake);
    component_drop(&console->self, wake);
}

static void lose_log(struct console *console)
{
    component_drop(&console->self, console->log_reader);
    console->log_reader = 0;
}

static void read_log(struct console *console, bool is_silent)
{
    struct line line;
    status_t status;

    if (console->log_reader == 0)
        find_log(console);
    if (console->log_reader == 0)
        return;
    while ((status = read_line(console, "", console->log_number, &line)) == OK) {
        console->log_number = line.number;
        if (!is_silent)
            console_print(console, "%s: %s: %.*s\n", line.app, level_text(line.level),
                          (int)line.size, line.text);
    }
    if (status == ERR_PEER_GONE)
        lose_log(console);
}

void console_show_news(struct console *console)
{
    read_system_log(console, false);
    read_log(console, false);
}

void console_skip_news(struct console *console)
{
    read_system_log(console, true);
    read_log(console, true);
}

/* ---- commands ---- */

static void show_accounts(struct console *console)
{
    uint64_t written, dropped, lost;
    char name[CONSOLE_NAME_BYTES];
    word_t level;

    for (word_t i = 0;
         log_app(console->log_reader, i, &level, &written, &dropped, &lost, name) == OK; i++)
        console_print(console, "%-12s level %-7s %6llu lines %6llu dropped %6llu given way\n", name,
                      level_text(level), (unsigned long long)written, (unsigned long long)dropped,
                      (unsigned long long)lost);
}

void console_log(struct console *console, char *const *arguments)
{
    struct line line = {0};
    status_t status;

    if (console->log_reader == 0)
        console_print(console, "there is no log service\n");
    else if (arguments[0][0] == '\0')
        show_accounts(console);
    if (console->log_reader == 0 || arguments[0][0] == '\0')
        return;
    while ((status = read_line(console, arguments[0], line.number, &line)) == OK)
        console_print(console, "%6llu.%03llu %-7s %.*s\n",
                      (unsigned long long)(line.time / NS_PER_MS / MS_PER_SECOND),
                      (unsigned long long)(line.time / NS_PER_MS % MS_PER_SECOND),
                      level_text(line.level), (int)line.size, line.text);
    if (status != ERR_WOULD_BLOCK)
        console_report(console, arguments[0], status);
}

void console_loglevel(struct console *console, char *const *arguments)
{
    word_t level = 0;

    while (level < array_count(levels) && !str_equal(levels[level], arguments[1]))
        level++;
    if (level == array_count(levels))
        console_print(console, "levels: error warning info debug\n");
    else if (console->log_reader == 0)
        console_print(console, "there is no log service\n");
    else
        console_report(console, arguments[0],
                       log_set_level(console->log_reader, arguments[0], level));
}
