/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line at a time.
 */
#include "lines.h"

bool lines_take(struct lines *lines, char byte)
{
    if (byte != '\n')
        lines->text[lines->size++] = byte;
    lines->text[lines->size] = '\0';
    return byte == '\n' || lines->size == LINES_BYTES;
}

bool lines_rest(struct lines *lines)
{
    return lines->size > 0;
}

void lines_clear(struct lines *lines)
{
    lines->size = 0;
    lines->text[0] = '\0';
}
