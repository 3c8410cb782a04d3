/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree blob's tokens and steps, shared by the checker and the walker.
 *
 * Devicetree Specification 0.4, chapter 5.  The steps trust their offsets: the checker tests the
 * bounds before it takes one, the walker comes after the checker.
 */
#ifndef BASE_FDT_FORMAT_H
#define BASE_FDT_FORMAT_H

#include <base/fdt.h>
#include <base/memory.h>

enum fdt_token {
    FDT_BEGIN_NODE = 1, /* then the name, terminated and padded to 4 bytes */
    FDT_END_NODE = 2,
    FDT_PROP = 3, /* then size, name's offset in the strings, value padded to 4 bytes */
    FDT_NOP = 4,
    FDT_END = 9,
};

enum { FDT_TOKEN_BYTES = 4, FDT_PROP_BYTES = 12 };

static inline uint32_t fdt_load(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint32_t fdt_load_at(const struct fdt *fdt, uint32_t offset)
{
    return fdt_load(fdt->blob + offset);
}

static inline const char *fdt_name_at(const struct fdt *fdt, uint32_t node)
{
    return (const char *)fdt->blob + node + FDT_TOKEN_BYTES;
}

static inline uint32_t fdt_padded(uint32_t size)
{
    return (size + 3) & ~3u;
}

static inline uint32_t fdt_after_name(const struct fdt *fdt, uint32_t node)
{
    uint32_t length = (uint32_t)str_length(fdt_name_at(fdt, node));

    return node + FDT_TOKEN_BYTES + fdt_padded(length + 1);
}

static inline uint32_t fdt_after_property(const struct fdt *fdt, uint32_t property)
{
    return property + FDT_PROP_BYTES + fdt_padded(fdt_load_at(fdt, property + 4));
}

#endif
