/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells a test of every access to memory that some code makes, before it is made.
 *
 * The code is compiled as it is, with -fsanitize=thread: the compiler then puts a call in front of
 * each access, and accesses.c answers these calls in place of the sanitizer's library.  Copies are
 * announced and made byte by byte (link with --wrap=memcpy), so that one can end half-way.
 */
#ifndef RING_ACCESSES_H
#define RING_ACCESSES_H

#include <base/types.h>

/* Provided by the test; it may leave by longjmp, then the access is never made. */
void access_begins(const void *at, size_t bytes, bool is_write);

#endif
