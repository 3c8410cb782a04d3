/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that the target's end of the random caller shares with the model's: the emulator keeps
 * the machine's memory in a file, which the model's program maps.
 *
 * The model asks by counting `asked` up; the target answers in the same page and then says so with
 * a line on the serial port.  A byte on that port costs the emulator more than a call does.
 */
#ifndef TESTS_RANDOM_LINE_H
#define TESTS_RANDOM_LINE_H

#include <stdint.h>

enum { LINE_REGISTERS = 12, LINE_CHANGES_MAX = 128, LINE_BYTES = 4096 };

enum line_request { LINE_CALL = 1, LINE_DUMP = 2 };

/* A word of the message buffer, and what it is to hold. */
struct line_change {
    uint64_t index;
    uint64_t value;
};

struct line {
    uint32_t asked;
    uint32_t request;
    uint32_t change_count;
    uint32_t unused;
    uint64_t registers[LINE_REGISTERS]; /* before the call, and after it */
    uint64_t buffer_hash;               /* after it: the message buffer's words and slots */
    uint64_t state_hash;                /* after it: the state dump */
    struct line_change changes[LINE_CHANGES_MAX];
};

_Static_assert(sizeof(struct line) <= LINE_BYTES, "one page");

#endif
