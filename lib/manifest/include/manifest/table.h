/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of the tables that abigen makes from abi/manifest.abi: which nodes and properties there
 * are, and where each goes.  The reader fills structs by them; a tool writes manifests by them.
 */
#ifndef MANIFEST_TABLE_H
#define MANIFEST_TABLE_H

#include <base/types.h>
#include <manifest/schema.h>

enum manifest_kind {
    MANIFEST_NAMED,     /* the node's own name */
    MANIFEST_COMPONENT, /* the node's own name, that of a component */
    MANIFEST_NUMBER,
    MANIFEST_SIZE,
    MANIFEST_NUMBERS,
    MANIFEST_FLAG,
    MANIFEST_TEXT,
    MANIFEST_TEXTS,
    MANIFEST_CHOOSE,
    MANIFEST_REFER,
    MANIFEST_REFERS,
    MANIFEST_SET,
    MANIFEST_TEXTS_BY_NAME, /* from here on nodes, before it properties */
    MANIFEST_LIST,
    MANIFEST_LIST_OF_SELF,
    MANIFEST_LISTS_BY_NAME,
    MANIFEST_PART,
    MANIFEST_END, /* behind a part's members */
};

struct manifest_shape;

struct manifest_member {
    uint8_t kind; /* enum manifest_kind */
    bool is_required;
    bool has_field;   /* of a part */
    const char *name; /* "." for the children of a part's own node */
    uint32_t field;   /* offsets in the struct */
    uint32_t counter;
    uint32_t count; /* of a list's elements at most, of a part's members */
    uint64_t least;
    uint64_t most;      /* of a number, or bytes of a text; of a choice: how many texts */
    uint64_t name_most; /* bytes of a name in texts by name */
    uint64_t otherwise;
    const char *const *texts;              /* of a choice */
    const struct manifest_shape *shape;    /* of a list's elements */
    const struct manifest_member *members; /* of a part */
    const char *meaning;
};

/* A record: a struct, and where in struct manifest all of its kind lie (the system itself:
 * nowhere). */
struct manifest_shape {
    const char *name;
    const struct manifest_member *members;
    uint32_t count;
    uint32_t bytes;
    uint32_t array;
    uint32_t array_counter;
    uint32_t array_most;
};

extern const struct manifest_shape manifest_system_shape;
extern const struct manifest_shape manifest_component_shape;

static inline bool manifest_is_node(const struct manifest_member *member)
{
    return member->kind >= MANIFEST_TEXTS_BY_NAME && member->kind <= MANIFEST_PART;
}

static inline bool manifest_is_property(const struct manifest_member *member)
{
    return member->kind > MANIFEST_COMPONENT && member->kind < MANIFEST_TEXTS_BY_NAME;
}

#endif
