/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in, lines out; pure.
 *
 * A line that is longer than there is room comes out in pieces.
 */
#ifndef POSIX_LINES_H
#define POSIX_LINES_H

#include <base/types.h>

enum { LINES_BYTES = 160 };

struct lines {
    uint32_t size;
    char text[LINES_BYTES + 1]; /* what has no end yet */
};

/* Takes one byte; true: `text` is a line now, terminated and without its end. */
bool lines_take(struct lines *lines, char byte);
/* Whether something is left; then `text` is that, terminated. */
bool lines_rest(struct lines *lines);
/* The line was used. */
void lines_clear(struct lines *lines);

#endif
