/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scalars with a meaning, and the few helpers every file needs.
 *
 * A word is as wide as the machine's registers; a physical address has 64 bits everywhere, so that
 * a 32-bit machine with more memory than it can address at once needs no second set of code.
 */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define static_assert _Static_assert /* C17 has the macro in a hosted header */

typedef uintptr_t word_t;
typedef uintptr_t vaddr_t;
typedef uint64_t paddr_t;
typedef int32_t status_t; /* 0 is success; the negative values are in abi/status.h */

enum { WORD_BYTES = sizeof(word_t), WORD_BITS = 8 * sizeof(word_t) };

#define array_count(array) (sizeof(array) / sizeof((array)[0]))

/* The structure that holds `member` at `pointer`; the unused branch checks the pointer's type. */
#define container_of(pointer, type, member) \
    ((type *)(void *)((char *)(1 ? (pointer) : &((type *)0)->member) - offsetof(type, member)))

/* `alignment` is a power of two in all of these.  align_up wraps to 0 past the last address. */
static inline word_t align_down(word_t value, word_t alignment)
{
    return value & ~(alignment - 1);
}

static inline word_t align_up(word_t value, word_t alignment)
{
    return align_down(value + (alignment - 1), alignment);
}

static inline bool is_aligned(word_t value, word_t alignment)
{
    return (value & (alignment - 1)) == 0;
}

static inline paddr_t paddr_align_down(paddr_t value, paddr_t alignment)
{
    return value & ~(alignment - 1);
}

static inline paddr_t paddr_align_up(paddr_t value, paddr_t alignment)
{
    return paddr_align_down(value + (alignment - 1), alignment);
}

static inline bool paddr_is_aligned(paddr_t value, paddr_t alignment)
{
    return (value & (alignment - 1)) == 0;
}

static inline word_t word_min(word_t a, word_t b)
{
    return a < b ? a : b;
}

static inline word_t word_max(word_t a, word_t b)
{
    return a > b ? a : b;
}

static inline uint64_t u64_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t u64_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
