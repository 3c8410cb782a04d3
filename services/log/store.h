/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of all apps: a ring for each, in which old lines give way to new ones.
 *
 * Pure bookkeeping: time comes in as an argument.  An app is known by its name, and keeps its ring
 * and its account when it is restarted.  Lines are numbered across all rings, so the newest state
 * of everything can be read in one order.
 */
#ifndef LOG_STORE_H
#define LOG_STORE_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>

enum {
    STORE_APPS_MAX = 16,
    STORE_NAME_BYTES = 32, /* with its end */
    STORE_TEXT_MAX = 192,
    STORE_RING_BYTES = 4096,
    STORE_NONE = STORE_APPS_MAX,
};

enum store_level { STORE_ERROR, STORE_WARNING, STORE_INFO, STORE_DEBUG, STORE_LEVELS };

/* How fast an app may write: `burst` lines at once, then `per_second`. */
struct store_rate {
    uint32_t burst;
    uint32_t per_second;
};

struct store_app {
    char name[STORE_NAME_BYTES]; /* empty: free */
    word_t level;                /* what is kept */
    uint64_t written;
    uint64_t dropped;   /* came too fast */
    uint64_t lost;      /* gave way to newer ones */
    uint64_t credit_ns; /* what may be spent on lines, as time */
    uint64_t credit_at_ns;
    uint32_t first; /* where the oldest line begins */
    uint32_t used;  /* bytes of the ring */
    uint8_t ring[STORE_RING_BYTES];
};

struct store {
    struct store_rate rate;
    word_t level; /* of an app that comes */
    uint64_t last_number;
    struct store_app apps[STORE_APPS_MAX];
};

/* A line as it is read; `text` is not terminated. */
struct store_line {
    uint64_t number;
    uint64_t time_ns;
    word_t level;
    uint32_t app;
    uint32_t size;
    char text[STORE_TEXT_MAX];
};

void store_init(struct store *store, const struct store_rate *rate, word_t level);

/* The app's index; it is entered if there is room, else STORE_NONE. */
uint32_t store_enter(struct store *store, const char *name, uint64_t now_ns);
/* The app's index, or STORE_NONE. */
uint32_t store_find(const struct store *store, const char *name);

/*
 * Appends a line of at most STORE_TEXT_MAX bytes; `*is_kept` says whether there is a new line.  A
 * line above the app's level is OK and not kept; ERR_OVER_LIMIT: it came too fast, and is counted.
 */
MUST_CHECK status_t store_write(struct store *store, uint32_t app, word_t level, const char *text,
                                uint32_t size, uint64_t now_ns, bool *is_kept);

/* The first line after a number, of an app or of all (STORE_NONE); false: there is none. */
bool store_read(const struct store *store, uint32_t app, uint64_t after, struct store_line *line);

#endif
