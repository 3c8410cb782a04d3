/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of the log service.
 */
#include <base/format.h>
#include <component/log.h>
#include <protocol/log_client.h>
#include <rt/process.h>

enum { LINE_BYTES = 192 };

static const uint64_t TRY_AGAIN_NS = 1000000000;

void component_log_init(struct component_log *log, struct component *self, const char *server)
{
    *log = (struct component_log){.self = self, .server = server, .wanted = LOG_DEBUG};
}

/* False: there is no log now. */
static bool write_line(struct component_log *log, enum component_log_level level, const char *line,
                       size_t length)
{
    status_t status;

    if (log->session == 0) {
        log->wanted = LOG_DEBUG; /* the first answer says what it is */
        component_find_again(log->self, log->server, "log", LOG_VERSION, &log->session);
    }
    if (log->session == 0)
        return false;
    log->asked_ns = rt_time_now_ns();
    status = log_write(log->session, (word_t)level, line, length, &log->wanted);
    if (status != ERR_PEER_GONE)
        return true;
    component_drop(log->self, log->session);
    log->session = 0;
    return false;
}

void component_log(struct component_log *log, enum component_log_level level, const char *fmt, ...)
{
    char line[LINE_BYTES + 1];
    va_list args;
    size_t length;

    if (log->session != 0 && (word_t)level > log->wanted &&
        rt_time_now_ns() - log->asked_ns < TRY_AGAIN_NS)
        return;
    va_start(args, fmt);
    length = word_min(format_v(line, sizeof(line), fmt, args), LINE_BYTES);
    va_end(args);
    /* Twice: a log that was restarted is found again. */
    if (write_line(log, level, line, length) || write_line(log, level, line, length))
        return;
    if (level <= LOG_INFO)
        component_say(log->self, "%s", line);
}
