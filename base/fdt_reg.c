/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the tree says that memory is: reservations, `reg`, and its translation through `ranges`.
 *
 * Each bus may number its addresses as it likes; its `ranges` says how they appear one level up.
 * A bus without `ranges` is not reachable by the processor, an empty `ranges` changes nothing.
 */
#include "fdt_format.h"
#include <base/checked.h>

enum { DEFAULT_ADDRESS_CELLS = 2, DEFAULT_SIZE_CELLS = 1, NUMBER_CELLS_MAX = 2 };

struct cells {
    uint32_t address;
    uint32_t size;
};

bool fdt_reservation(const struct fdt *fdt, uint32_t index, struct fdt_range *range)
{
    uint32_t at;

    if (index >= fdt->reservation_count)
        return false;
    at = fdt->reservations + index * 16;
    range->start = (paddr_t)fdt_load_at(fdt, at) << 32 | fdt_load_at(fdt, at + 4);
    range->size = (uint64_t)fdt_load_at(fdt, at + 8) << 32 | fdt_load_at(fdt, at + 12);
    return true;
}

void fdt_child_cells(const struct fdt_node *node, uint32_t *address_cells, uint32_t *size_cells)
{
    if (!fdt_read_u32(node, "#address-cells", address_cells))
        *address_cells = DEFAULT_ADDRESS_CELLS;
    if (!fdt_read_u32(node, "#size-cells", size_cells))
        *size_cells = DEFAULT_SIZE_CELLS;
}

/* False for buses whose addresses are more than a number, such as PCI. */
static bool numeric_cells(const struct fdt_node *bus, struct cells *cells)
{
    fdt_child_cells(bus, &cells->address, &cells->size);
    return cells->address >= 1 && cells->address <= NUMBER_CELLS_MAX &&
           cells->size <= NUMBER_CELLS_MAX;
}

/* Reads the range at `index` of the node's `reg`, in the addresses of its parent `bus`. */
static bool read_reg(const struct fdt_node *node, const struct fdt_node *bus, uint32_t index,
                     struct fdt_range *range)
{
    struct fdt_property reg;
    struct cells cells;
    uint64_t end;
    uint32_t at;

    if (!numeric_cells(bus, &cells) || !fdt_find_property(node, "reg", &reg))
        return false;
    if (index >= fdt_cell_count(&reg) / (cells.address + cells.size))
        return false;
    at = index * (cells.address + cells.size);
    return fdt_cells(&reg, at, cells.address, &range->start) &&
           fdt_cells(&reg, at + cells.address, cells.size, &range->size) &&
           u64_add(range->start, range->size, &end);
}

/* One entry of `ranges`: moves `range` if it lies in the entry's window as a whole. */
static bool translate_by_window(struct fdt_range *range, uint64_t child, uint64_t parent,
                                uint64_t size)
{
    paddr_t moved;
    uint64_t end;

    if (range->start < child || range->start - child >= size)
        return false;
    if (range->size > size - (range->start - child))
        return false;
    if (!u64_add(parent, range->start - child, &moved) ||
        !u64_add(moved, range->size, &end))
        return false;
    range->start = moved;
    return true;
}

/* From the addresses of `bus` to those of its parent `above`. */
static bool translate(const struct fdt_node *bus, const struct fdt_node *above,
                      struct fdt_range *range)
{
    struct fdt_property ranges;
    struct cells inner;
    struct cells outer;
    uint32_t entry_cells;

    if (!fdt_find_property(bus, "ranges", &ranges))
        return false;
    if (ranges.size == 0)
        return true;
    if (!numeric_cells(bus, &inner) || !numeric_cells(above, &outer))
        return false;

    entry_cells = inner.address + outer.address + inner.size;
    for (uint32_t at = 0; fdt_cell_count(&ranges) - at >= entry_cells; at += entry_cells) {
        uint64_t child;
        uint64_t parent;
        uint64_t size;

        if (fdt_cells(&ranges, at, inner.address, &child) &&
            fdt_cells(&ranges, at + inner.address, outer.address, &parent) &&
            fdt_cells(&ranges, at + inner.address + outer.address, inner.size, &size) &&
            translate_by_window(range, child, parent, size))
            return true;
    }
    return false;
}

bool fdt_reg(const struct fdt_node *node, uint32_t index, struct fdt_range *range)
{
    struct fdt_node bus;
    struct fdt_node above;
    struct fdt_range found;

    if (!fdt_parent(node, &bus) || !read_reg(node, &bus, index, &found))
        return false;
    while (fdt_parent(&bus, &above)) {
        if (!translate(&bus, &above, &found))
            return false;
        bus = above;
    }
    *range = found;
    return true;
}
