/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The derivation tree, and how capabilities are looked up, derived, moved, deleted and killed.
 * Every function is constant time but the steps, which do one bounded piece of work and are called
 * again.
 */
#include "object/cap.h"

#include <arch/paging.h>

#include "kernel.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/mapping.h"
#include "object/memory.h"
#include "object/object.h"
#include "object/thread.h"


/* ---- the tree ---- */

static const word_t PARENT_TAG = 1;

static bool is_parent(const struct cap_node *link)
{
    return ((word_t)link & PARENT_TAG) != 0;
}

static struct cap_node *as_parent(struct cap_node *node)
{
    return (struct cap_node *)((word_t)node | PARENT_TAG);
}

static struct cap_node *untag(struct cap_node *link)
{
    return (struct cap_node *)((word_t)link & ~PARENT_TAG);
}

void node_init(struct cap_node *node, unsigned flags, unsigned type)
{
    *node = (struct cap_node){.flags = (uint8_t)flags, .type = (uint8_t)type};
}

void node_add_child(struct cap_node *parent, struct cap_node *child)
{
    struct cap_node *first = parent->first;

    child->next = as_parent(parent);
    if (first == NULL) {
        child->prev = child;
        parent->first = child;
        return;
    }
    child->prev = first->prev;
    first->prev->next = child;
    first->prev = child;
}

void node_add_mapping(struct cap_node *frame, struct cap_node *mapping)
{
    node_add_child(frame, mapping);
    if (frame->first != mapping) {          /* turn the ring: the last one becomes the first */
        struct cap_node *first = frame->first;
        struct cap_node *last = mapping->prev;

        last->next = as_parent(frame);
        mapping->prev = last;
        mapping->next = first;
        first->prev = mapping;
        frame->first = mapping;
    }
}

void node_add_sibling(struct cap_node *node, struct cap_node *after)
{
    after->prev = node;
    after->next = node->next;
    if (is_parent(node->next))
        untag(node->next)->first->prev = after;
    else
        node->next->prev = after;
    node->next = after;
}

/* The parent when the node is its first child, else NULL. */
static struct cap_node *parent_of_first(struct cap_node *node)
{
    return is_parent(node->prev->next) ? untag(node->prev->next) : NULL;
}

/* Put the ring segment head..tail (a sibling list of its own) in the place of node. */
static void ring_replace(struct cap_node *node, struct cap_node *head, struct cap_node *tail)
{
    struct cap_node *parent = parent_of_first(node);
    bool is_last = is_parent(node->next);
    struct cap_node *before = node->prev;

    tail->next = node->next;
    if (parent != NULL) {
        parent->first = head;
        head->prev = is_last ? tail : before;
    } else {
        before->next = head;
        head->prev = before;
    }
    if (!is_last)
        node->next->prev = tail;
    else if (parent == NULL) {
        struct cap_node *first = untag(node->next)->first;

        first->prev = tail;
    }
}

void node_detach(struct cap_node *node)
{
    struct cap_node *parent = parent_of_first(node);
    bool is_last = is_parent(node->next);

    if (parent != NULL && is_last) {
        parent->first = NULL;
        if ((parent->flags & CAP_SESSION) != 0)
            endpoint_session_emptied(container_of(parent, struct cap, node));
    } else if (parent != NULL) {
        parent->first = node->next;
        node->next->prev = node->prev;
    } else {
        node->prev->next = node->next;
        if (is_last)
            untag(node->next)->first->prev = node->prev;
        else
            node->next->prev = node->prev;
    }
}

void node_remove(struct cap_node *node)
{
    struct cap_node *head = node->first;

    if (head == NULL)
        node_detach(node);
    else
        ring_replace(node, head, head->prev);
    node->next = NULL;
    node->prev = NULL;
    node->first = NULL;
}

void node_move_children(struct cap_node *from, struct cap_node *to)
{
    struct cap_node *head = from->first;

    if (head == NULL)
        return;
    head->prev->next = as_parent(to);
    to->first = head;
    from->first = NULL;
}

void node_replace(struct cap_node *from, struct cap_node *to)
{
    to->prev = to;
    ring_replace(from, to, to);
    to->first = NULL;
    node_move_children(from, to);
}

/* ---- lookup ---- */

status_t cap_check(const struct cap *cap)
{
    if (cap_is_empty(cap) || (cap->node.flags & CAP_MAKING) != 0)
        return ERR_BAD_CAPABILITY;
    if (cap_type(cap) == TYPE_DEAD)
        return ERR_PEER_GONE;
    if (cap_type(cap) != TYPE_FRAME && cap->object != NULL && cap->object->is_dead)
        return ERR_PEER_GONE;
    return OK;
}

/* A dead table has no slots. */
static inline struct cap *slot_of_index(struct thread *self, word_t index)
{
    struct object *table = self->slots[SLOT_CAPTABLE].object;

    return table == NULL ? NULL : captable_slot(captable_of(table), index);
}

status_t cap_lookup(struct thread *self, word_t index, struct cap **out)
{
    struct cap *cap = slot_of_index(self, index);

    if (cap == NULL)
        return ERR_BAD_CAPABILITY;
    *out = cap;
    return cap_check(cap);
}

status_t cap_argument(struct thread *self, word_t index, enum abi_object_type type, word_t rights,
                      struct cap **out)
{
    status_t status = cap_lookup(self, index, out);

    if (status != OK)
        return status;
    if (cap_type(*out) != type)
        return ERR_WRONG_TYPE;
    return cap_has(*out, rights) ? OK : ERR_NO_RIGHT;
}

status_t cap_lookup_empty(struct thread *self, word_t index, struct cap **out)
{
    struct cap *cap = slot_of_index(self, index);

    if (cap == NULL)
        return ERR_BAD_CAPABILITY;
    *out = cap;
    return cap_is_empty(cap) ? OK : ERR_SLOT_IN_USE;
}

/* ---- derive and move ---- */

static void cap_clear(struct cap *cap)
{
    uint8_t in_thread = cap->node.flags & CAP_IN_THREAD;

    *cap = (struct cap){.node = {.flags = in_thread}};
}

void cap_derive(struct cap *to, struct cap *from, word_t rights)
{
    uint8_t in_thread = to->node.flags & CAP_IN_THREAD;

    node_init(&to->node, in_thread, from->node.type);
    to->node.rights = (uint16_t)(from->node.rights & rights);
    to->node.pages = from->node.pages;
    if (cap_type(from) == TYPE_FRAME) {
        to->range.base = from->range.base;
    } else {
        to->object = from->object;
        to->badge = from->badge;
    }
    node_add_child(&from->node, &to->node);
    if ((from->node.flags & CAP_CLOSED) != 0)
        endpoint_session_reopened(from);
}

/* A frame owner's range node is in a tree: let the tree point to its new place. */
static void frame_move_range(struct cap *from, struct cap *to)
{
    struct memory *memory = memory_find(frame_base(from));
    struct range_place place;

    memory_remove(memory, &from->range);
    to->range.base = from->range.base;
    kernel_assert(memory_find_place(memory, frame_base(to), (uint64_t)frame_pages(to) * PAGE_SIZE,
                                    &place) == OK);
    memory_insert(memory, &to->range, &place);
}

void cap_move(struct cap *from, struct cap *to)
{
    bool is_frame_owner = cap_type(from) == TYPE_FRAME && (from->node.flags & CAP_OWNER) != 0;
    bool is_closed = (from->node.flags & CAP_CLOSED) != 0;

    if (is_closed)
        endpoint_session_reopened(from);
    to->node = from->node;
    if (cap_is_empty(from))
        return;
    if (cap_type(from) == TYPE_DEAD) {
        cap_clear(from);
        return;
    }
    if (is_frame_owner)
        frame_move_range(from, to);
    else if (cap_type(from) == TYPE_FRAME)
        to->range.base = from->range.base;
    else {
        to->object = from->object;
        to->badge = from->badge;
    }
    node_replace(&from->node, &to->node);
    cap_clear(from);
    if (is_closed)
        endpoint_session_emptied(to);
}

/* ---- delete and revoke ---- */

void cap_kill(struct cap *cap)
{
    bool is_in_thread = (cap->node.flags & CAP_IN_THREAD) != 0 && cap_type(cap) != TYPE_FRAME;
    struct object *object = cap_type(cap) != TYPE_FRAME ? cap->object : NULL;
    uint32_t slot = cap->node.pages;

    if ((cap->node.flags & CAP_CLOSED) != 0)
        endpoint_session_reopened(cap);
    cap->node.flags &= (uint8_t)~(CAP_SESSION | CAP_OWNER);
    node_remove(&cap->node);
    cap_clear(cap);
    cap->node.type = TYPE_DEAD;
    if (is_in_thread) {
        cap->node.pages = slot;
        thread_cap_died(cap, object);
    }
}

/* A frame's range is free again once nothing is derived from its owner. */
static void frame_release(struct cap *frame)
{
    if ((frame->node.flags & CAP_OWNER) != 0)
        memory_remove(memory_find(frame_base(frame)), &frame->range);
}

/* What must go next below a node.  What was derived from a frame's owner goes before the owner and
 * owns nothing itself, so there is one level to look at. */
static struct cap_node *node_next_to_go(struct cap_node *node)
{
    struct cap_node *child = node->first;
    bool owns_frame = child != NULL && child->type == TYPE_FRAME && (child->flags & CAP_OWNER) != 0;

    return owns_frame && child->first != NULL ? child->first : child;
}

bool node_revoke_step(struct cap_node *node, word_t *killed)
{
    struct cap_node *child = node_next_to_go(node);

    if (child == NULL)
        return false;
    if ((child->flags & NODE_MAPPING) != 0) {
        mapping_remove_step(container_of(child, struct mapping, node));
        return true;
    }
    if ((child->flags & NODE_ANCHOR) != 0) {
        object_kill(container_of(child, struct object, anchor));
        *killed += 1;
        return true;
    }
    struct cap *cap = container_of(child, struct cap, node);

    if (child->type == TYPE_FRAME)
        frame_release(cap);
    else if ((child->flags & CAP_OWNER) != 0)
        object_kill(cap->object);
    cap_kill(cap);
    *killed += 1;
    return true;
}

/* Take one thing derived from a frame owner away, or release the range; true when it is released.
 */
static bool frame_owner_release_step(struct cap *frame)
{
    word_t killed = 0;

    if (node_revoke_step(&frame->node, &killed))
        return false;
    frame_release(frame);
    frame->node.flags &= (uint8_t)~CAP_OWNER;
    return true;
}

/* Mappings go with the capability they were made through; capabilities derived from it go to its
 * parent. */
static bool frame_delete_step(struct cap *cap)
{
    struct cap_node *child = cap->node.first;

    if ((cap->node.flags & CAP_OWNER) != 0)
        return frame_owner_release_step(cap);
    if (child == NULL || (child->flags & NODE_MAPPING) == 0)
        return true;
    mapping_remove_step(container_of(child, struct mapping, node));
    return false;
}

bool cap_delete_step(struct cap *cap)
{
    if (cap_is_empty(cap))
        return true;
    if (cap_type(cap) == TYPE_DEAD) {
        cap_clear(cap);
        return true;
    }
    if (cap_type(cap) == TYPE_FRAME) {
        if (!frame_delete_step(cap))
            return false;
    } else if ((cap->node.flags & CAP_OWNER) != 0) {
        object_kill(cap->object);
    }
    if ((cap->node.flags & CAP_CLOSED) != 0)
        endpoint_session_reopened(cap);
    cap->node.flags &= (uint8_t)~CAP_SESSION;
    node_remove(&cap->node);
    cap_clear(cap);
    return true;
}
