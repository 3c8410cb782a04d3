/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to the fleet service, and where and as whom it is sent.
 */
#ifndef FLEET_CLI_REQUEST_H
#define FLEET_CLI_REQUEST_H

#include <jansson.h>
#include <net/buffer.h>

struct account {
    char url[256];   /* http://HOST:PORT or https://HOST:PORT */
    char token[64];  /* empty: nobody yet */
    char trust[256]; /* certificate of an https service; empty: the system's */
    char cookie[128]; /* only while a token is made */
    char csrf[64];
};

struct answer {
    unsigned status;
    struct buffer body;
    char cookie[128];
};

/* Kept in a file that only its owner reads; false, with the reason on stderr. */
bool account_load(struct account *account);
bool account_save(const struct account *account);

/*
 * Sends `method` `path` (behind /api/v1/) with `size` bytes of body; the caller clears the answer's
 * body.  False, with the reason on stderr, when there is no answer.
 */
bool request_send(const struct account *account, const char *method, const char *path,
                  const void *body, size_t size, struct answer *answer);

#endif
