/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the examiner's tests share: its sessions, and how it looks at what root does.
 */
#ifndef EXAMINER_EXAMINER_H
#define EXAMINER_EXAMINER_H

#include <abi/component.h>
#include <check/check.h>
#include <component/component.h>

enum { APPS_MAX = 32, NAME_BYTES = 32 };

struct examiner {
    struct component self;
    cap_t inspect;
    cap_t control;
    word_t app_count;
    char names[APPS_MAX][NAME_BYTES]; /* by index */
    uint64_t journal;                 /* position */
};

struct examiner *the_examiner(void);

/* An app as root shows it. */
struct app {
    word_t state;
    word_t instance;
    word_t restarts;
    word_t death;
};

struct app app_look(word_t index);
word_t app_find(const char *name);

/* Lets time pass, while root and all others work. */
void examiner_sleep_ms(uint64_t ms);

/* Until the app, or every one, is ready in this instance or a later one; false: not in time. */
bool app_wait_ready(word_t index, word_t instance);
bool apps_wait_settled(void);
/* Until it is in this state. */
bool app_wait_state(word_t index, word_t state);

/* What root has left. */
struct left {
    uint64_t bytes;
    word_t slots;
};

struct left examiner_look_left(void);

/* The next record of the journal; false when there is none. */
struct record {
    word_t app;
    word_t kind;
    word_t detail;
};

bool journal_next(struct record *record);
void journal_skip(void);

/* A session with an app's `fault` protocol, at the message server main. */
cap_t fault_connect(const char *name);

extern const struct check_test supervision_tests[];
extern const uint32_t supervision_test_count;
extern const struct check_test death_tests[];
extern const uint32_t death_test_count;
extern const struct check_test hostile_tests[];
extern const uint32_t hostile_test_count;
extern const struct check_test device_tests[];
extern const uint32_t device_test_count;
extern const struct check_test zone_tests[];
extern const uint32_t zone_test_count;

#endif
