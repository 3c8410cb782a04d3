/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and strings.
 *
 * The mem_ functions are the compiler's own, so that small constant sizes become a few
 * instructions; what is left over calls memcpy and its kin, which libc_symbols.c provides where
 * there is no C library.  A string from outside is only ever touched with a bound.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <base/types.h>

/* `to` and `from` do not overlap. */
static inline void mem_copy(void *to, const void *from, size_t size)
{
    __builtin_memcpy(to, from, size);
}

/* `to` and `from` may overlap. */
static inline void mem_move(void *to, const void *from, size_t size)
{
    __builtin_memmove(to, from, size);
}

static inline void mem_set(void *to, uint8_t byte, size_t size)
{
    __builtin_memset(to, byte, size);
}

static inline void mem_zero(void *to, size_t size)
{
    __builtin_memset(to, 0, size);
}

/* Zeroes what nobody reads any more, which the compiler would leave out: for secrets. */
void mem_erase(void *to, size_t size);

/* Negative or positive as the first byte that differs is lower or higher in `a`; 0 for none. */
static inline int mem_compare(const void *a, const void *b, size_t size)
{
    return __builtin_memcmp(a, b, size);
}

static inline bool mem_equal(const void *a, const void *b, size_t size)
{
    return __builtin_memcmp(a, b, size) == 0;
}

size_t str_length(const char *text);

/* Length of `text`, or `limit` when no terminator is among its first `limit` bytes. */
size_t str_length_bounded(const char *text, size_t limit);

/* The first `size` bytes at `text` hold a terminated string. */
bool str_is_terminated(const char *text, size_t size);

bool str_equal(const char *a, const char *b);
bool str_starts_with(const char *text, const char *prefix);

/* The `length` bytes at `text`, which need no terminator, spell exactly `expected`. */
bool str_equal_bounded(const char *text, size_t length, const char *expected);

/*
 * Copies `from` and always terminates; `size` is not 0.  Returns the length of `from`, so a result
 * of at least `size` says that it was cut.
 */
size_t str_copy(char *to, size_t size, const char *from);

#endif
