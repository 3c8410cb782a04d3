/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dump of a release kernel: none.
 */
#include <abi/status.h>

#include "debug/dump.h"

status_t dump_part(word_t part, char *out, size_t size, word_t *next, word_t *used)
{
    (void)part;
    (void)out;
    (void)size;
    (void)next;
    (void)used;
    return ERR_NOT_SUPPORTED;
}
