/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes text that others wrote fit for a terminal; pure.
 *
 * A component's words must not move the cursor, change colours or answer for the person who reads
 * them: only the ends of lines and characters that are seen are left.
 */
#ifndef CONSOLE_CLEAN_H
#define CONSOLE_CLEAN_H

#include <base/types.h>

/*
 * Replaces by '?', in place, all bytes but printable ASCII, \n, and well-formed UTF-8 of characters
 * that are no controls and do not change the direction of writing.
 */
void clean_text(char *text, size_t size);

#endif
