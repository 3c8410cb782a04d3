/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one header that knows compilers.
 *
 * Attributes, branch hints and every `#if` of the portable tree live here, so that all other code
 * is plain C17.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stdbool.h>
#include <stdnoreturn.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define UNUSED __attribute__((unused))
#define KEEP __attribute__((used))
#define MUST_CHECK __attribute__((warn_unused_result))
#define ALIGNED(bytes) __attribute__((aligned(bytes)))
#define SECTION(name) __attribute__((section(name)))
#define PRINTF_LIKE(format_index, first_argument) \
    __attribute__((format(printf, format_index, first_argument)))

/* On a type: objects of any type may be read and written through it. */
#define MAY_ALIAS __attribute__((may_alias))

/*
 * On a function that is itself one of memcpy, memset, ...: its loops must not be recognised and
 * turned into a call of the function they implement.
 */
#if defined(__clang__)
#define NO_LIBC_IDIOMS __attribute__((no_builtin))
#else
#define NO_LIBC_IDIOMS __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

/* Whether counting leading and trailing zeros compiles to instructions, not to a library call. */
#if defined(__riscv) && !defined(__riscv_zbb)
enum { COMPILER_COUNTS_ZEROS = false };
#else
enum { COMPILER_COUNTS_ZEROS = true };
#endif

ALWAYS_INLINE bool likely(bool condition)
{
    return __builtin_expect(condition, true);
}

ALWAYS_INLINE bool unlikely(bool condition)
{
    return __builtin_expect(condition, false);
}

/* Tells the compiler that control never gets here; reaching it is undefined. */
ALWAYS_INLINE noreturn void unreachable(void)
{
    __builtin_unreachable();
}

/* Keeps the compiler, not the processor, from moving memory accesses across this point. */
ALWAYS_INLINE void compiler_barrier(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
