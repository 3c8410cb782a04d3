/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bits of a word and of 64-bit values.
 *
 * Compilers turn their bit builtins into library calls on processors that lack the instruction,
 * and there is no such library here.  So there, and for counting ones, plain shifts and masks do
 * the work.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <base/compiler.h>
#include <base/types.h>

static inline unsigned u32_count_ones(uint32_t value)
{
    value -= (value >> 1) & 0x55555555u;
    value = (value & 0x33333333u) + ((value >> 2) & 0x33333333u);
    value = (value + (value >> 4)) & 0x0f0f0f0fu;
    return (unsigned)((value * 0x01010101u) >> 24);
}

/* `step` when `value` has a bit at `step` or above. */
static inline unsigned u32_half(uint32_t value, unsigned step)
{
    return value >> step != 0 ? step : 0;
}

/* Index of the highest set bit; `value` is not 0. */
static inline unsigned u32_last_set(uint32_t value)
{
    unsigned index;

    if (COMPILER_COUNTS_ZEROS)
        return 31 - (unsigned)__builtin_clz(value);
    index = u32_half(value, 16);
    index += u32_half(value >> index, 8);
    index += u32_half(value >> index, 4);
    index += u32_half(value >> index, 2);
    return index + u32_half(value >> index, 1);
}

/* Index of the lowest set bit; `value` is not 0. */
static inline unsigned u32_first_set(uint32_t value)
{
    if (COMPILER_COUNTS_ZEROS)
        return (unsigned)__builtin_ctz(value);
    return u32_count_ones((value & -value) - 1);
}

static inline unsigned u64_count_ones(uint64_t value)
{
    return u32_count_ones((uint32_t)value) + u32_count_ones((uint32_t)(value >> 32));
}

static inline unsigned u64_last_set(uint64_t value)
{
    uint32_t high = (uint32_t)(value >> 32);

    if (COMPILER_COUNTS_ZEROS)
        return 63 - (unsigned)__builtin_clzll(value);
    return high != 0 ? 32 + u32_last_set(high) : u32_last_set((uint32_t)value);
}

static inline unsigned u64_first_set(uint64_t value)
{
    uint32_t low = (uint32_t)value;

    if (COMPILER_COUNTS_ZEROS)
        return (unsigned)__builtin_ctzll(value);
    return low != 0 ? u32_first_set(low) : 32 + u32_first_set((uint32_t)(value >> 32));
}

static inline unsigned word_count_ones(word_t value)
{
    return u64_count_ones(value);
}

static inline unsigned word_last_set(word_t value)
{
    return u64_last_set(value);
}

static inline unsigned word_first_set(word_t value)
{
    return u64_first_set(value);
}

static inline bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

#endif
