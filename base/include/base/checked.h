/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on values from outside.
 *
 * Each helper stores the result and returns true, or returns false when it does not fit; what is
 * stored then is meaningless.  The range helpers answer "is [start, start + size) inside?"
 * without ever forming a sum that could wrap.
 */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <base/compiler.h>
#include <base/types.h>

MUST_CHECK static inline bool size_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

MUST_CHECK static inline bool size_sub(size_t a, size_t b, size_t *difference)
{
    return !__builtin_sub_overflow(a, b, difference);
}

MUST_CHECK static inline bool size_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

MUST_CHECK static inline bool word_add(word_t a, word_t b, word_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

MUST_CHECK static inline bool word_sub(word_t a, word_t b, word_t *difference)
{
    return !__builtin_sub_overflow(a, b, difference);
}

MUST_CHECK static inline bool word_mul(word_t a, word_t b, word_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

MUST_CHECK static inline bool u64_add(uint64_t a, uint64_t b, uint64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

MUST_CHECK static inline bool u64_sub(uint64_t a, uint64_t b, uint64_t *difference)
{
    return !__builtin_sub_overflow(a, b, difference);
}

MUST_CHECK static inline bool u64_mul(uint64_t a, uint64_t b, uint64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* [start, start + size) lies within [0, limit). */
MUST_CHECK static inline bool word_range_fits(word_t start, word_t size, word_t limit)
{
    return size <= limit && start <= limit - size;
}

MUST_CHECK static inline bool u64_range_fits(uint64_t start, uint64_t size, uint64_t limit)
{
    return size <= limit && start <= limit - size;
}

/* The ranges share at least one byte.  Neither may wrap; an empty range shares nothing. */
static inline bool u64_ranges_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    if (a_size == 0 || b_size == 0)
        return false;
    return a < b ? b - a < a_size : a - b < b_size;
}

#endif
