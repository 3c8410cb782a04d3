/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the reader share: the manifest under way, and how a mistake is noted.
 *
 * Reading goes over the tree twice, by the same tables: first all values, which also finds out
 * which components there are, then what names them.  A mistake is noted and reading goes on with
 * the next property, so that a writer sees all of them; the second pass needs a first one without
 * any.
 */
#ifndef MANIFEST_READ_H
#define MANIFEST_READ_H

#include <base/fdt.h>
#include <base/format.h>
#include <base/memory.h>
#include <manifest/manifest.h>
#include <manifest/table.h>

enum manifest_pass { PASS_VALUES, PASS_NAMES };

struct manifest_reader {
    struct fdt fdt;
    struct manifest *manifest;
    const struct manifest_listener *listener;
    enum manifest_pass pass;
    uint32_t mistakes;
};

/* Note a mistake; always false, so that a check can end with it. */
PRINTF_LIKE(4, 5)
bool manifest_refuse(struct manifest_reader *reader, const struct fdt_node *node,
                     const char *property, const char *why, ...);
PRINTF_LIKE(4, 5)
bool manifest_refuse_at(struct manifest_reader *reader, const char *path, const char *property,
                        const char *why, ...);

/* The root node and all below it, in the current pass. */
void manifest_read_system(struct manifest_reader *reader, const struct fdt_node *root);

/* One property, there or not, into `base`, the struct it belongs to. */
void manifest_read_property(struct manifest_reader *reader, const struct fdt_node *node,
                            const struct manifest_member *member, char *base);
/* A node's properties, whatever their names, as texts. */
void manifest_read_texts_by_name(struct manifest_reader *reader, const struct fdt_node *node,
                                 const struct manifest_member *member, char *base);
/* The components that a property lists. */
void manifest_read_references(struct manifest_reader *reader, const struct fdt_node *node,
                              const struct fdt_property *property, uint32_t most, uint32_t *list,
                              uint32_t *count);

/* What members say about each other, when all are read. */
void manifest_check(struct manifest_reader *reader);
void manifest_check_access(struct manifest_reader *reader);
void manifest_check_devices(struct manifest_reader *reader,
                            const struct manifest_component *component, const char *path);
void manifest_check_aux_devices(struct manifest_reader *reader);

/* A field of a struct that a table describes. */
static inline void *manifest_field(char *base, uint32_t offset)
{
    return base + offset;
}

#endif
