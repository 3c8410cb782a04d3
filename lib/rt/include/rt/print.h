/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for the developer: through the kernel log to the debug console.
 *
 * For a component without the log capability these do nothing.  A line given in one call is not
 * mixed with others' lines.  Not the way for what a person using the system should see.
 */
#ifndef RT_PRINT_H
#define RT_PRINT_H

#include <base/compiler.h>
#include <stdnoreturn.h>

void rt_print(const char *text);

/* What base/format.h knows; cut after 255 characters. */
PRINTF_LIKE(1, 2) void rt_printf(const char *fmt, ...);

/* Says why and ends the component. */
PRINTF_LIKE(1, 2) noreturn void rt_panic(const char *fmt, ...);

/* Our own invariant; always compiled in. */
#define rt_assert(condition) \
    ((condition) ? (void)0 : rt_assert_failed(#condition, __FILE__, __LINE__))

noreturn void rt_assert_failed(const char *condition, const char *file, int line);

#endif
