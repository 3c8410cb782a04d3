/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings, byte by byte: they are short here, and never on a fast path.
 */
#include <base/compiler.h>
#include <base/memory.h>

NO_LIBC_IDIOMS size_t str_length_bounded(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length] != '\0')
        length++;
    return length;
}

size_t str_length(const char *text)
{
    return str_length_bounded(text, SIZE_MAX);
}

bool str_is_terminated(const char *text, size_t size)
{
    return str_length_bounded(text, size) < size;
}

bool str_equal(const char *a, const char *b)
{
    size_t i = 0;

    while (a[i] != '\0' && a[i] == b[i])
        i++;
    return a[i] == b[i];
}

bool str_starts_with(const char *text, const char *prefix)
{
    size_t i = 0;

    while (prefix[i] != '\0' && text[i] == prefix[i])
        i++;
    return prefix[i] == '\0';
}

bool str_equal_bounded(const char *text, size_t length, const char *expected)
{
    size_t i = 0;

    while (i < length && expected[i] != '\0' && text[i] == expected[i])
        i++;
    return i == length && expected[i] == '\0';
}

size_t str_copy(char *to, size_t size, const char *from)
{
    size_t length = str_length(from);
    size_t kept = length < size ? length : size - 1;

    mem_copy(to, from, kept);
    to[kept] = '\0';
    return length;
}

void mem_erase(void *to, size_t size)
{
    volatile uint8_t *bytes = to;

    for (size_t i = 0; i < size; i++)
        bytes[i] = 0;
}
