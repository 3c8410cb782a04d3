/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where each node and property of a device tree source stands.  A compiled tree has no lines, but
 * `dtc -T` prints the source with the place of each in a comment.
 */
#ifndef CLI_PLACES_H
#define CLI_PLACES_H

#include "tree.h"

struct places {
    struct bytes text; /* what dtc printed, cut into parts */
    struct place_entry *entries;
    size_t count;
};

/* False, with the reason on stderr and nothing to free, when dtc does not take the file. */
bool places_read(struct places *places, const char *path);
void places_free(struct places *places);

/*
 * The place of a node's property, or of the node where `property` is null or does not stand there;
 * where the node itself does not, of the nearest one above it that does.
 */
struct place places_find(const struct places *places, const char *path, const char *property);

#endif
