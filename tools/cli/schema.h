/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one's way in the manifest's tables: from a node to what may stand in it.
 */
#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include <manifest/table.h>

/* What may stand in a node. */
struct schema_level {
    const struct manifest_member *members;
    uint32_t count;
    const struct manifest_member *elements; /* the list whose elements the children are, or null */
};

struct schema_level schema_top(void);

/* What may stand in the child of this name; nothing, when the child is not known. */
struct schema_level schema_below(const struct schema_level *level, const char *name);

/* The property or node of this name, or null; names may be written with _ for -. */
const struct manifest_member *schema_find(const struct schema_level *level, const char *name);

/* The list whose elements are children that have no member of their own name, or null. */
const struct manifest_member *schema_elements(const struct schema_level *level);

/* The name that is most like one that is not known, or null when none is. */
const char *schema_suggest(const struct schema_level *level, const char *name);

/* Whether properties of a node have names of their own. */
bool schema_is_by_name(const struct manifest_member *member);

#endif
