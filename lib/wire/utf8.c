/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 has it: shortest forms, no surrogates, nothing above 10FFFF, and no zero byte,
 * so that a text means the same to every reader.
 */
#include <wire/cbor.h>

/* Bytes after the first, and in `least` the smallest character that needs so many. */
static unsigned tail_of(uint8_t first, uint32_t *least)
{
    if (first >= 0xc2 && first <= 0xdf) {
        *least = 0x80;
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *least = 0x800;
        return 2;
    }
    *least = 0x10000;
    return first >= 0xf0 && first <= 0xf4 ? 3 : 0;
}

bool text_is_utf8(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint8_t first = text[i++];
        uint32_t least;
        unsigned tail = tail_of(first, &least);
        uint32_t character = first & (0x3fu >> tail);

        if (first == 0 || (first >= 0x80 && tail == 0) || tail > size - i)
            return false;
        if (first < 0x80)
            continue;
        for (; tail > 0; tail--, i++) {
            if ((text[i] & 0xc0) != 0x80)
                return false;
            character = character << 6 | (text[i] & 0x3fu);
        }
        if (character < least || character > 0x10ffff ||
            (character >= 0xd800 && character <= 0xdfff))
            return false;
    }
    return true;
}
