/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree checker: everything that the walker relies on is tested here, once.
 *
 * All offsets are checked against what is left, never as a sum that could wrap.  Offsets and sizes
 * in the structure block are multiples of 4, so padding needs no check of its own.
 */
#include "fdt_format.h"
#include <base/checked.h>

enum {
    FDT_VERSION = 17, /* the first with the size of the structure block */
    RESERVATION_BYTES = 16,
};

static const uint32_t magic = 0xd00dfeed;

/* Offsets of the header's fields. */
enum {
    AT_MAGIC = 0,
    AT_TOTAL_SIZE = 4,
    AT_STRUCTURE = 8,
    AT_STRINGS = 12,
    AT_RESERVATIONS = 16,
    AT_VERSION = 20,
    AT_COMPATIBLE_VERSION = 24,
    AT_BOOT_CPU = 28,
    AT_STRINGS_SIZE = 32,
    AT_STRUCTURE_SIZE = 36,
};

struct scan {
    const struct fdt *fdt;
    uint32_t at;
    uint32_t depth;
    bool has_root;
    bool takes_properties; /* directly in a node, before its first child */
};

static bool has_magic(const uint8_t *blob)
{
    return fdt_load(blob + AT_MAGIC) == magic;
}

uint32_t fdt_claimed_size(const void *blob)
{
    const uint8_t *bytes = blob;

    return has_magic(bytes) ? fdt_load(bytes + AT_TOTAL_SIZE) : 0;
}

/* Names are shown to people, so they must be printable. */
static bool is_name_byte(uint8_t byte)
{
    return byte > ' ' && byte <= '~';
}

static enum fdt_error check_reservations(struct fdt *fdt)
{
    static const uint8_t terminator[RESERVATION_BYTES];
    uint32_t at = fdt->reservations;

    for (; fdt->size - at >= RESERVATION_BYTES; at += RESERVATION_BYTES) {
        if (mem_equal(fdt->blob + at, terminator, RESERVATION_BYTES))
            return FDT_OK;
        fdt->reservation_count++;
    }
    return FDT_BAD_RESERVATIONS;
}

/* With a terminator at the end, every offset into the block is a terminated string. */
static enum fdt_error check_strings(const struct fdt *fdt)
{
    const uint8_t *strings = fdt->blob + fdt->strings;

    for (uint32_t i = 0; i < fdt->strings_size; i++) {
        if (strings[i] != '\0' && !is_name_byte(strings[i]))
            return FDT_BAD_STRINGS;
    }
    if (fdt->strings_size > 0 && strings[fdt->strings_size - 1] != '\0')
        return FDT_BAD_STRINGS;
    return FDT_OK;
}

static enum fdt_error check_begin(struct scan *scan)
{
    const struct fdt *fdt = scan->fdt;
    uint32_t name = scan->at + FDT_TOKEN_BYTES;
    uint32_t end = name;

    if (scan->depth == 0 && scan->has_root)
        return FDT_BAD_TOKEN;
    if (scan->depth == FDT_DEPTH_MAX)
        return FDT_TOO_DEEP;

    while (end < fdt->structure_end && is_name_byte(fdt->blob[end]) && fdt->blob[end] != '/')
        end++;
    if (end == fdt->structure_end || fdt->blob[end] != '\0')
        return FDT_BAD_NAME;
    if (end == name && scan->depth > 0)
        return FDT_BAD_NAME;

    scan->at = name + fdt_padded(end - name + 1);
    scan->depth++;
    scan->has_root = true;
    scan->takes_properties = true;
    return FDT_OK;
}

static enum fdt_error check_end(struct scan *scan)
{
    if (scan->depth == 0)
        return FDT_BAD_TOKEN;
    scan->at += FDT_TOKEN_BYTES;
    scan->depth--;
    scan->takes_properties = false;
    return FDT_OK;
}

static enum fdt_error check_property(struct scan *scan)
{
    const struct fdt *fdt = scan->fdt;
    uint32_t left = fdt->structure_end - scan->at;

    if (!scan->takes_properties)
        return FDT_BAD_TOKEN;
    if (left < FDT_PROP_BYTES)
        return FDT_BAD_PROPERTY;
    if (fdt_load_at(fdt, scan->at + 4) > left - FDT_PROP_BYTES)
        return FDT_BAD_PROPERTY;
    if (fdt_load_at(fdt, scan->at + 8) >= fdt->strings_size)
        return FDT_BAD_PROPERTY;
    scan->at = fdt_after_property(fdt, scan->at);
    return FDT_OK;
}

static enum fdt_error check_token(struct scan *scan)
{
    switch (fdt_load_at(scan->fdt, scan->at)) {
    case FDT_BEGIN_NODE:
        return check_begin(scan);
    case FDT_END_NODE:
        return check_end(scan);
    case FDT_PROP:
        return check_property(scan);
    case FDT_NOP:
        scan->at += FDT_TOKEN_BYTES;
        return FDT_OK;
    default:
        return FDT_BAD_TOKEN;
    }
}

/* `root` is where the structure block starts; it moves on to the root node. */
static enum fdt_error check_structure(struct fdt *fdt)
{
    struct scan scan = {.fdt = fdt, .at = fdt->root};
    enum fdt_error error;

    while (scan.at < fdt->structure_end) {
        if (fdt_load_at(fdt, scan.at) == FDT_END)
            return scan.has_root && scan.depth == 0 ? FDT_OK : FDT_BAD_TOKEN;
        if (!scan.has_root)
            fdt->root = scan.at;
        error = check_token(&scan);
        if (error != FDT_OK)
            return error;
    }
    return FDT_BAD_TOKEN; /* the end token is missing */
}

static enum fdt_error read_header(struct fdt *fdt)
{
    uint32_t structure_size = fdt_load_at(fdt, AT_STRUCTURE_SIZE);

    fdt->boot_cpu = fdt_load_at(fdt, AT_BOOT_CPU);
    fdt->root = fdt_load_at(fdt, AT_STRUCTURE);
    fdt->strings = fdt_load_at(fdt, AT_STRINGS);
    fdt->strings_size = fdt_load_at(fdt, AT_STRINGS_SIZE);
    fdt->reservations = fdt_load_at(fdt, AT_RESERVATIONS);

    if (fdt_load_at(fdt, AT_VERSION) < FDT_VERSION ||
        fdt_load_at(fdt, AT_COMPATIBLE_VERSION) > FDT_VERSION)
        return FDT_BAD_VERSION;
    if (fdt->root % 4 != 0 || structure_size % 4 != 0 || fdt->reservations % 8 != 0)
        return FDT_BAD_LAYOUT;
    if (!u64_range_fits(fdt->root, structure_size, fdt->size) ||
        !u64_range_fits(fdt->strings, fdt->strings_size, fdt->size) ||
        !u64_range_fits(fdt->reservations, RESERVATION_BYTES, fdt->size))
        return FDT_BAD_LAYOUT;
    fdt->structure_end = fdt->root + structure_size;
    return FDT_OK;
}

enum fdt_error fdt_open(struct fdt *fdt, const void *blob, size_t size)
{
    enum fdt_error error;

    *fdt = (struct fdt){.blob = blob};
    if (size < FDT_HEADER_BYTES)
        return FDT_TRUNCATED;
    if (!has_magic(blob))
        return FDT_BAD_MAGIC;
    fdt->size = fdt_claimed_size(blob);
    if (fdt->size > size || fdt->size < FDT_HEADER_BYTES)
        return FDT_TRUNCATED;

    error = read_header(fdt);
    if (error == FDT_OK)
        error = check_reservations(fdt);
    if (error == FDT_OK)
        error = check_strings(fdt);
    if (error == FDT_OK)
        error = check_structure(fdt);
    return error;
}

const char *fdt_error_text(enum fdt_error error)
{
    static const char *const texts[] = {
        [FDT_OK] = "ok",
        [FDT_TRUNCATED] = "the blob is shorter than it says",
        [FDT_BAD_MAGIC] = "not a device tree blob",
        [FDT_BAD_VERSION] = "the blob's version is not 17",
        [FDT_BAD_LAYOUT] = "a block is misaligned or outside the blob",
        [FDT_BAD_RESERVATIONS] = "the memory reservation map has no end",
        [FDT_BAD_STRINGS] = "a property name is not printable or has no end",
        [FDT_BAD_TOKEN] = "a token is unknown, out of place or missing",
        [FDT_BAD_NAME] = "a node's name is empty, not printable or has no end",
        [FDT_BAD_PROPERTY] = "a property reaches outside its block",
        [FDT_TOO_DEEP] = "nodes are nested too deeply",
    };

    return (unsigned)error < array_count(texts) ? texts[error] : "unknown error";
}
