/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 is decoded as Unicode says (chapter 3, table 3-7): no longer form of a shorter sequence, no
 * surrogates, nothing above U+10FFFF.
 */
#include "clean.h"

enum { FIRST_PRINTABLE = 0x20, DELETE = 0x7f };

/* The character that begins here, and its length; 0: none is well formed. */
static size_t decode(const uint8_t *bytes, size_t size, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = bytes[0] < 0x80   ? 1
                    : bytes[0] < 0xc2 ? 0
                    : bytes[0] < 0xe0 ? 2
                    : bytes[0] < 0xf0 ? 3
                    : bytes[0] < 0xf5 ? 4
                                      : 0;

    if (length == 0 || length > size)
        return 0;
    *character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *character = *character << 6 | (bytes[i] & 0x3f);
    }
    return *character >= least[length] && *character <= 0x10ffff ? length : 0;
}

static bool is_harmless(uint32_t character)
{
    if (character < 0xa0)
        return character == '\n' || (character >= FIRST_PRINTABLE && character < DELETE);
    return !(character >= 0x200b && character <= 0x200f) && /* no width, marks of direction */
           !(character >= 0x2028 && character <= 0x202e) && /* ends of lines, direction */
           !(character >= 0x2066 && character <= 0x2069) && /* direction */
           !(character >= 0xd800 && character <= 0xdfff) && character != 0xfeff;
}

void clean_text(char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint32_t character = 0;
        size_t length = decode((const uint8_t *)text + at, size - at, &character);

        if (length > 0 && is_harmless(character)) {
            at += length;
            continue;
        }
        for (size_t i = 0; i < (length > 0 ? length : 1); i++)
            text[at++] = '?';
    }
}
