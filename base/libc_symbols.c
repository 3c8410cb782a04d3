/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four functions that compilers call of their own accord.
 *
 * A program with a C library links these before that one's.  Where both addresses agree modulo the
 * word size the bulk goes word by word, many at a time; every access is aligned, so this runs
 * before the MMU does.
 */
#include <base/compiler.h>
#include <base/types.h>

typedef word_t MAY_ALIAS any_word_t;

enum { STRIDE_WORDS = 4, FILL_WORDS = 16 };

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

static bool is_word_aligned(const void *at)
{
    return is_aligned((word_t)at, WORD_BYTES);
}

static bool is_same_phase(const void *a, const void *b)
{
    return is_aligned((word_t)a ^ (word_t)b, WORD_BYTES);
}

/* Copies upwards, which is also right for overlapping memory when `to` is below `from`. */
NO_LIBC_IDIOMS static void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
    if (is_same_phase(to, from)) {
        for (; size > 0 && !is_word_aligned(to); size--)
            *to++ = *from++;
        for (; size >= STRIDE_WORDS * WORD_BYTES; size -= STRIDE_WORDS * WORD_BYTES) {
            any_word_t *words = (any_word_t *)(void *)to;
            const any_word_t *source = (const any_word_t *)(const void *)from;
            word_t a = source[0];
            word_t b = source[1];
            word_t c = source[2];
            word_t d = source[3];

            words[0] = a;
            words[1] = b;
            words[2] = c;
            words[3] = d;
            to += STRIDE_WORDS * WORD_BYTES;
            from += STRIDE_WORDS * WORD_BYTES;
        }
        for (; size >= WORD_BYTES; size -= WORD_BYTES) {
            *(any_word_t *)(void *)to = *(const any_word_t *)(const void *)from;
            to += WORD_BYTES;
            from += WORD_BYTES;
        }
    }
    for (; size > 0; size--)
        *to++ = *from++;
}

NO_LIBC_IDIOMS static void copy_down(uint8_t *to, const uint8_t *from, size_t size)
{
    if (is_same_phase(to, from)) {
        for (; size > 0 && !is_word_aligned(to + size); size--)
            to[size - 1] = from[size - 1];
        for (; size >= WORD_BYTES; size -= WORD_BYTES) {
            size_t at = size - WORD_BYTES;

            *(any_word_t *)(void *)(to + at) = *(const any_word_t *)(const void *)(from + at);
        }
    }
    for (; size > 0; size--)
        to[size - 1] = from[size - 1];
}

NO_LIBC_IDIOMS void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    copy_up(to, from, size);
    return to;
}

NO_LIBC_IDIOMS void *memmove(void *to, const void *from, size_t size)
{
    if ((word_t)to - (word_t)from >= size)
        copy_up(to, from, size);
    else
        copy_down(to, from, size);
    return to;
}

static inline void fill_four(any_word_t *words, word_t pattern)
{
    words[0] = pattern;
    words[1] = pattern;
    words[2] = pattern;
    words[3] = pattern;
}

NO_LIBC_IDIOMS void *memset(void *to, int byte, size_t size)
{
    uint8_t value = (uint8_t)byte;
    word_t pattern = (word_t)-1 / 0xff * value;
    uint8_t *at = to;

    for (; size > 0 && !is_word_aligned(at); size--)
        *at++ = value;
    for (; size >= FILL_WORDS * WORD_BYTES; size -= FILL_WORDS * WORD_BYTES) {
        any_word_t *words = (any_word_t *)(void *)at;

        fill_four(words, pattern);
        fill_four(words + 4, pattern);
        fill_four(words + 8, pattern);
        fill_four(words + 12, pattern);
        at += FILL_WORDS * WORD_BYTES;
    }
    for (; size >= WORD_BYTES; size -= WORD_BYTES) {
        *(any_word_t *)(void *)at = pattern;
        at += WORD_BYTES;
    }
    for (; size > 0; size--)
        *at++ = value;
    return to;
}

NO_LIBC_IDIOMS int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a;
    const uint8_t *right = b;

    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}
