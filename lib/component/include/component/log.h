/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for the log service, with a level.
 *
 * Where the manifest connects the component to no log, and while the log is away, lines of level
 * info and below go to the system's log like those of component_say.  Nothing here waits.
 */
#ifndef COMPONENT_LOG_H
#define COMPONENT_LOG_H

#include <component/component.h>

enum component_log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct component_log {
    struct component *self;
    const char *server; /* the message server where the log is; borrowed */
    cap_t session;      /* 0: none now */
    word_t wanted;      /* the highest level that the log kept when it answered last */
    uint64_t asked_ns;  /* when that was: lines above it are tried again after a second */
};

void component_log_init(struct component_log *log, struct component *self, const char *server);

PRINTF_LIKE(3, 4)
void component_log(struct component_log *log, enum component_log_level level, const char *fmt, ...);

#endif
