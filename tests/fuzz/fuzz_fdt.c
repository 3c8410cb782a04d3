/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device tree reader on any bytes: whatever fdt_open accepts can be walked and asked everything.
 *
 * The sanitizers watch the memory; the rest is what the header promises about results.
 */
#include "require.h"
#include <base/fdt.h>
#include <base/memory.h>

enum { LOOKUPS_MAX = 8 }; /* calls that pass over the whole blob, so that a run stays linear */

static void ask_property(const struct fdt_property *property)
{
    const char *text;
    uint64_t number;
    uint32_t cell;

    require_readable(property->name, str_length(property->name) + 1);
    require_readable(property->value, property->size);
    for (uint32_t i = 0; i < 4; i++) {
        if (fdt_string(property, i, &text))
            require(str_length(text) < property->size);
        require(fdt_cell(property, i, &cell) == (i < fdt_cell_count(property)));
        fdt_cells(property, i, i, &number);
    }
    require(!fdt_cell(property, UINT32_MAX, &cell));
    require(!fdt_cells(property, UINT32_MAX, 2, &number));
}

static void ask_node(const struct fdt_node *node)
{
    struct fdt_property property = {0};
    struct fdt_property found;
    struct fdt_range range;
    uint32_t cell;

    while (fdt_next_property(node, &property)) {
        ask_property(&property);
        require(fdt_find_property(node, property.name, &found));
        if (property.next - node->path[node->depth] > 4096)
            break; /* finding each property again is quadratic in one node */
    }
    fdt_is_compatible(node, "seed,uart");
    fdt_is_enabled(node);
    fdt_inherited_u32(node, "interrupt-parent", &cell);
    for (uint32_t i = 0; i < 4; i++) {
        if (fdt_reg(node, i, &range))
            require(range.start + range.size >= range.start);
    }
}

static void ask_relatives(const struct fdt_node *node)
{
    struct fdt_node other;
    struct fdt_node parent;

    require(fdt_name_is(node, fdt_name(node)));
    require(fdt_parent(node, &parent) == (node->depth > 0));
    if (node->depth > 0)
        require(fdt_find_child(&parent, fdt_name(node), &other));
    if (fdt_first_child(node, &other))
        require(other.depth == node->depth + 1);
    other = *node;
    if (fdt_next_sibling(&other))
        require(other.depth == node->depth && other.path[other.depth] > node->path[node->depth]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fdt_range range;
    struct fdt_node node;
    struct fdt_node found;
    unsigned lookups = 0;
    struct fdt fdt;

    if (fdt_open(&fdt, data, size) != FDT_OK)
        return 0;
    require(fdt.size <= size);
    require(fdt_reservation(&fdt, 0, &range) == (fdt.reservation_count > 0));
    require(!fdt_reservation(&fdt, fdt.reservation_count, &range));

    fdt_root(&fdt, &node);
    do {
        require(node.depth < FDT_DEPTH_MAX);
        ask_node(&node);
        if (lookups++ < LOOKUPS_MAX) {
            ask_relatives(&node);
            fdt_find_phandle(&fdt, lookups, &found);
        }
    } while (fdt_next(&node));
    fdt_find_path(&fdt, "/soc/bus/uart@200:115200", &found);
    fdt_root(&fdt, &node);
    fdt_next_compatible(&node, "pic");
    return 0;
}
