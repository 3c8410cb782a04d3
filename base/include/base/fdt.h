/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of flattened device trees (version 17), made for hostile input.
 *
 * fdt_open checks the whole blob in one pass: every token, bound, name and the depth.  From then on
 * the blob must not change, and walking it cannot fail: false only ever means "there is none".
 * The reader borrows the blob, keeps nothing else and never writes.
 *
 * Time: fdt_open is linear in the blob.  Any other call is at most one pass over the structure
 * block; those about one node look only at the properties of that node and its ancestors.
 */
#ifndef BASE_FDT_H
#define BASE_FDT_H

#include <base/compiler.h>
#include <base/types.h>

enum {
    FDT_DEPTH_MAX = 16,   /* levels of nodes, the root included */
    FDT_HEADER_BYTES = 40,
};

enum fdt_error {
    FDT_OK,
    FDT_TRUNCATED,
    FDT_BAD_MAGIC,
    FDT_BAD_VERSION,
    FDT_BAD_LAYOUT,
    FDT_BAD_RESERVATIONS,
    FDT_BAD_STRINGS,
    FDT_BAD_TOKEN,
    FDT_BAD_NAME,
    FDT_BAD_PROPERTY,
    FDT_TOO_DEEP,
};

struct fdt {
    const uint8_t *blob;
    uint32_t size;
    uint32_t root; /* offsets from the blob's start from here on */
    uint32_t structure_end;
    uint32_t strings;
    uint32_t strings_size;
    uint32_t reservations;
    uint32_t reservation_count;
    uint32_t boot_cpu; /* hardware id of the processor that was started */
};

/* One node and the way to it. */
struct fdt_node {
    const struct fdt *fdt;
    uint32_t depth;               /* 0 is the root */
    uint32_t path[FDT_DEPTH_MAX]; /* offsets of the ancestors and, at `depth`, of the node */
};

struct fdt_property {
    const char *name;
    const uint8_t *value; /* not aligned */
    uint32_t size;
    uint32_t next; /* for fdt_next_property */
};

struct fdt_range {
    paddr_t start;
    uint64_t size;
};

/* The size that the blob claims to have, or 0 where there is none; reads 8 bytes. */
uint32_t fdt_claimed_size(const void *blob);

/* Checks the `size` bytes at `blob`, of which the tree may need fewer. */
MUST_CHECK enum fdt_error fdt_open(struct fdt *fdt, const void *blob, size_t size);
const char *fdt_error_text(enum fdt_error error);

/* The range that the reservation map lists at `index`. */
bool fdt_reservation(const struct fdt *fdt, uint32_t index, struct fdt_range *range);

/*
 * Walking.  fdt_next goes through all nodes, parents before children; the others stay on one level.
 *     for (bool more = fdt_first_child(&bus, &node); more; more = fdt_next_sibling(&node))
 * Where the result is false the node is left as it was.
 */
void fdt_root(const struct fdt *fdt, struct fdt_node *node);
bool fdt_next(struct fdt_node *node);
bool fdt_first_child(const struct fdt_node *node, struct fdt_node *child);
bool fdt_next_sibling(struct fdt_node *node);
bool fdt_parent(const struct fdt_node *node, struct fdt_node *parent);
const char *fdt_name(const struct fdt_node *node); /* with its unit address; "" for the root */

/* `name` is the node's name, or its name without the unit address. */
bool fdt_name_is(const struct fdt_node *node, const char *name);

/*
 * Finding.  A path starts with '/'; a part without unit address takes the first node of that name;
 * what follows a ':' is ignored, as in stdout-path.
 */
bool fdt_find_child(const struct fdt_node *node, const char *name, struct fdt_node *child);
bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node);
bool fdt_find_phandle(const struct fdt *fdt, uint32_t phandle, struct fdt_node *node);

/* Goes on, as fdt_next does, to the next node that is compatible; start at the root. */
bool fdt_next_compatible(struct fdt_node *node, const char *compatible);

bool fdt_is_compatible(const struct fdt_node *node, const char *compatible);
bool fdt_is_enabled(const struct fdt_node *node); /* has no status, or "okay" */

/* Properties in turn; `property` starts as {0}. */
bool fdt_next_property(const struct fdt_node *node, struct fdt_property *property);
bool fdt_find_property(const struct fdt_node *node, const char *name,
                       struct fdt_property *property);

/* Values.  A cell is 32 bits; a number is made of 0 to 2 cells, counted from cell `index`. */
uint32_t fdt_cell_count(const struct fdt_property *property);
bool fdt_cell(const struct fdt_property *property, uint32_t index, uint32_t *value);
bool fdt_cells(const struct fdt_property *property, uint32_t index, uint32_t count,
               uint64_t *value);
bool fdt_string(const struct fdt_property *property, uint32_t index, const char **text);

/* The same by name; a number may have one or two cells. */
bool fdt_read_u32(const struct fdt_node *node, const char *name, uint32_t *value);
bool fdt_read_u64(const struct fdt_node *node, const char *name, uint64_t *value);
bool fdt_read_string(const struct fdt_node *node, const char *name, const char **text);

/* The value at the node, or else at its nearest ancestor that has one, as for interrupt-parent. */
bool fdt_inherited_u32(const struct fdt_node *node, const char *name, uint32_t *value);

/* Cells that addresses and sizes take in the `reg` of this node's children. */
void fdt_child_cells(const struct fdt_node *node, uint32_t *address_cells, uint32_t *size_cells);

/*
 * The range at `index` of the node's `reg`, as the processor sees it: translated through the
 * `ranges` of every bus above.  False where it is not there, would wrap, or is not reachable by
 * the processor.
 */
bool fdt_reg(const struct fdt_node *node, uint32_t index, struct fdt_range *range);

#endif
