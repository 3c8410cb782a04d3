/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the reader share: the manifest under way, and how a refusal is written.
 */
#ifndef MANIFEST_READ_H
#define MANIFEST_READ_H

#include <base/format.h>
#include <base/memory.h>
#include <manifest/manifest.h>

struct manifest_reader {
    struct fdt fdt;
    struct manifest *manifest;
    struct manifest_error *error;
};

/* Both note the refusal and answer false, so that a reader can return them. */
bool manifest_refuse(struct manifest_reader *reader, const struct fdt_node *node,
                     const char *property, const char *why);
bool manifest_refuse_name(struct manifest_reader *reader, const struct fdt_node *node,
                          const char *property, const char *name, const char *why);

/* A list of names of at most `max` entries; each has 1 to `length` bytes. */
bool manifest_read_names(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct fdt_property *property, uint32_t length, const char **names,
                         uint32_t max, uint32_t *count);

/* Names of components as indices. */
bool manifest_read_components(struct manifest_reader *reader, const struct fdt_node *node,
                              const struct fdt_property *property,
                              uint32_t list[MANIFEST_COMPONENTS_MAX], uint32_t *count);

/* One component's node; `component` is zero but for what its group decides. */
bool manifest_read_component(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component);

/* Parts of it. */
bool manifest_read_resources(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component);
bool manifest_read_heartbeats(struct manifest_reader *reader, const struct fdt_node *node,
                              struct manifest_component *component);

/* Devices that only setup scripts touch; before any component. */
bool manifest_read_aux_devices(struct manifest_reader *reader, const struct fdt_node *node);

/* What names components, and so is read when all are known. */
bool manifest_read_servers(struct manifest_reader *reader, const struct fdt_node *node,
                           struct manifest_component *component);
bool manifest_read_installer(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component);
bool manifest_read_access(struct manifest_reader *reader, const struct fdt_node *node,
                          struct manifest_component *component);
bool manifest_read_supervision(struct manifest_reader *reader, const struct fdt_node *node);

#endif
