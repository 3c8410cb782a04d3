/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities and the derivation tree.
 *
 * A slot is 64 bytes (on 64-bit machines) and never moves.  Its node hangs in a tree: what was
 * derived from a capability stands below it.  Siblings form a ring that the last one closes with a
 * tagged pointer to the parent, so a node can be taken out and its children put in its place in
 * constant time, whatever their number.  Three kinds of node exist: capabilities in slots, the
 * anchor inside an object's header (between the memory capability it was made with and its first
 * capability), and mapping records (below the frame capability they were mapped through).
 */
#ifndef KERNEL_OBJECT_CAP_H
#define KERNEL_OBJECT_CAP_H

#include <abi/objects.h>
#include <abi/status.h>
#include <arch/paging.h>
#include <base/list.h>
#include <base/tree.h>
#include <base/types.h>

struct object;
struct thread;

/* flags of a node; none of the first two: a capability */
enum {
    NODE_ANCHOR = 1,
    NODE_MAPPING = 2,
    CAP_OWNER = 4,          /* its object, or its frame's range, dies with it */
    CAP_SESSION = 8,        /* session root: tell the endpoint when the last child goes */
    CAP_CLOSED = 16,        /* waits in its endpoint's list of closed sessions */
    CAP_MAKING = 32,        /* memory.make is still zeroing it: can only be deleted */
    CAP_IN_THREAD = 64,     /* lives in a thread, not in a table */
};

struct cap_node {
    struct cap_node *next;  /* next sibling, or parent | 1 */
    struct cap_node *prev;  /* previous sibling; the first one's is the last */
    struct cap_node *first; /* first child, or NULL */
    uint8_t flags;
    uint8_t type;           /* enum abi_object_type; TYPE_NONE: empty slot */
    uint16_t rights;
    uint32_t pages;         /* frame or mapping: how many, FRAME_DEVICE */
};

enum { FRAME_DEVICE = (int)0x80000000, FRAME_PAGES_MAX = 0x7fffffff };

/* A range of a memory that something lies in; in the memory's tree by address. */
struct range {
    struct tree_node node;
    uint64_t base;  /* bit 0: a frame capability (bits 1-11: frame_count_step), else an object */
};

struct cap {
    struct cap_node node;
    union {
        struct {
            struct object *object;
            word_t badge;
            struct list_node closed;    /* session root: in the endpoint's list */
        };
        struct range range; /* frame: base is valid in every copy, the node in the owner's only */
    };
};

static_assert(sizeof(word_t) != 8 || sizeof(struct cap) == 64, "slot size");

/* ---- reading a capability ---- */

static inline enum abi_object_type cap_type(const struct cap *cap)
{
    return (enum abi_object_type)cap->node.type;
}

static inline word_t cap_rights(const struct cap *cap)
{
    return cap->node.rights;
}

static inline bool cap_is_empty(const struct cap *cap)
{
    return cap->node.type == TYPE_NONE;
}

static inline bool cap_has(const struct cap *cap, word_t rights)
{
    return (cap->node.rights & rights) == rights;
}

static inline size_t frame_pages(const struct cap *frame)
{
    return frame->node.pages & FRAME_PAGES_MAX;
}

static inline bool frame_is_device(const struct cap *frame)
{
    return (frame->node.pages & (uint32_t)FRAME_DEVICE) != 0;
}

static inline paddr_t frame_base(const struct cap *frame)
{
    return paddr_align_down(frame->range.base, PAGE_SIZE);
}

/* ---- the tree ---- */

void node_init(struct cap_node *node, unsigned flags, unsigned type);
void node_add_child(struct cap_node *parent, struct cap_node *child);   /* as the last one */
void node_add_mapping(struct cap_node *frame,
                      struct cap_node *mapping); /* as the first one: mappings come before caps */
void node_add_sibling(struct cap_node *node, struct cap_node *after);   /* right behind node */
void node_detach(struct cap_node *node);        /* its children stay below it */
void node_remove(struct cap_node *node);        /* its children take its place */

/* Move what hangs below one node below another that has no children. */
void node_move_children(struct cap_node *from, struct cap_node *to);

/* Let `to` stand where `from` stood in the tree. */
void node_replace(struct cap_node *from, struct cap_node *to);

/* ---- slots ---- */

/* The capability of a slot of the thread's own table, alive and usable: ERR_BAD_CAPABILITY,
 * ERR_PEER_GONE. */
status_t cap_lookup(struct thread *self, word_t index, struct cap **out);

/* The same with a type and rights; also ERR_WRONG_TYPE, ERR_NO_RIGHT. */
status_t cap_argument(struct thread *self, word_t index, enum abi_object_type type, word_t rights,
                      struct cap **out);

/* An empty slot of the thread's own table: ERR_BAD_CAPABILITY, ERR_SLOT_IN_USE. */
status_t cap_lookup_empty(struct thread *self, word_t index, struct cap **out);

/* Whether a capability can be used: ERR_BAD_CAPABILITY when empty or half made, ERR_PEER_GONE when
 * dead. */
status_t cap_check(const struct cap *cap);

/* Fill an empty slot with a copy of a capability, derived from it. */
void cap_derive(struct cap *to, struct cap *from, word_t rights);

/* Move a capability to an empty slot. */
void cap_move(struct cap *from, struct cap *to);

/* One bounded step towards an empty slot; true when it is empty. */
bool cap_delete_step(struct cap *cap);

/* One bounded step of killing what is derived from the node; false when nothing is left.  *killed
 * counts. */
bool node_revoke_step(struct cap_node *node, word_t *killed);

/* Make a capability dead where it stands: its children go to its parent, its slot says TYPE_DEAD.
 */
void cap_kill(struct cap *cap);

#endif
