/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices may talk to us, and which are there.
 */
#ifndef SERVER_ADMIT_H
#define SERVER_ADMIT_H

#include "link.h"

/* Why not, as the device is told. */
struct admission_answer {
    unsigned reason;
    const char *text;
    uint64_t retry_after_ms;
};

/*
 * Finds the device by its proven key, or enrols it by its token; fills in who it is in `link`.
 * ERR_NOT_PERMITTED, and why in `answer`.
 */
status_t admit_device(struct link *link, const struct fleet_hello *hello,
                      struct admission_answer *answer);

/* The welcome device is there, as it described itself. */
void admit_online(struct link *link, const struct fleet_hello *hello);

void admit_mark_online(struct server *server, int64_t device, bool is_online);

/* A device's text as it may be shown anywhere: control characters become '?'. */
void clean_text(char *to, size_t size, struct wire_bytes text);

#endif
