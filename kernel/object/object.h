/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every kernel object with a header shares: where it lies, what it is made of, and how it
 * dies.
 *
 * Dying is immediate (the state changes, and every use of a capability looks at the state);
 * cleaning up is a list of dead objects on the memory they were made from, worked off in bounded
 * steps by whoever killed them, by whoever uses that memory next, or by an idle core.
 */
#ifndef KERNEL_OBJECT_OBJECT_H
#define KERNEL_OBJECT_OBJECT_H

#include "object/cap.h"

struct memory;

struct object {
    struct cap_node
        anchor; /* below the memory capability; the capabilities to the object hang below it */
    struct range range;             /* in the memory's tree */
    struct memory *memory;
    struct object *next_dead;       /* in the memory's list of dead objects */
    uint64_t size_bytes;
    bool is_dead;
};

static inline enum abi_object_type object_type(const struct object *object)
{
    return (enum abi_object_type)object->anchor.type;
}

/* Take zeroed memory as an object's header: below the memory capability in the tree, with its first
 * capability in slot. */
void object_init(struct object *object, enum abi_object_type type, struct cap *memory,
                 struct cap *slot);

/* Every right a capability of this type can have. */
word_t object_rights(enum abi_object_type type);

/* Declare an object dead and queue it for cleaning.  Immediate; cannot fail; harmless when it is
 * dead already. */
void object_kill(struct object *object);

/* One bounded step of cleaning up after a dead object; false when nothing is left to do. */
bool object_clean_step(struct object *object);

#endif
