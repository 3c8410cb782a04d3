/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from values, into a buffer that the caller bounds.
 *
 * Knows %s %.*s %c %d %i %u %x %X %p %% with the lengths l, ll and z, a width (also *), the flags
 * 0 and -, and a precision for %s.  No floating point, no locale, no allocation.
 */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <base/compiler.h>
#include <base/types.h>
#include <stdarg.h>

/*
 * Writes at most `size` bytes, the terminator included; terminates unless `size` is 0.  Returns the
 * length of the whole text, so a result of at least `size` says that it was cut.
 */
PRINTF_LIKE(3, 4) size_t format(char *out, size_t size, const char *fmt, ...);
PRINTF_LIKE(3, 0) size_t format_v(char *out, size_t size, const char *fmt, va_list args);

#endif
