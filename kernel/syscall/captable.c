/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captable: what can be done to slots.  The invoked table holds the destination.
 */
#include "object/captable.h"

#include <abi/dispatch.h>

#include "object/endpoint.h"
#include "syscall/long.h"

static status_t slot_at(struct cap *table, word_t index, struct cap **out)
{
    *out = captable_slot(captable_of(table->object), index);
    return *out == NULL ? ERR_BAD_CAPABILITY : OK;
}

static status_t empty_slot_at(struct cap *table, word_t index, struct cap **out)
{
    status_t status = slot_at(table, index, out);

    if (status == OK && !cap_is_empty(*out))
        return ERR_SLOT_IN_USE;
    return status;
}

status_t sys_captable_attach(struct thread *self, struct cap *cap, struct captable_attach *args)
{
    struct captable *table = captable_of(cap->object);
    struct chunk *chunk = chunk_of(args->chunk->object);

    (void)self;
    args->culprit = 1;
    if (args->position >= table->chunk_count)
        return ERR_BAD_ARGUMENT;
    if (table->directory[args->position] != NULL)
        return ERR_IN_USE;
    args->culprit = 2;
    if (chunk->table != NULL)
        return ERR_IN_USE;
    args->culprit = 0;
    table->directory[args->position] = chunk;
    chunk->table = table;
    chunk->position = (uint32_t)args->position;
    return OK;
}

/* A badge can be put on an unbadged endpoint or notification once. */
static status_t badge_check(const struct cap *from, word_t badge)
{
    bool can_have = cap_type(from) == TYPE_ENDPOINT || cap_type(from) == TYPE_NOTIFICATION;

    if (badge == 0)
        return OK;
    if (badge >> (WORD_BITS - 1) != 0)
        return ERR_BAD_ARGUMENT;
    return can_have && from->badge == 0 && cap_has(from, RIGHT_BADGE) ? OK : ERR_NO_RIGHT;
}

status_t sys_captable_copy(struct thread *self, struct cap *cap, struct captable_copy *args)
{
    struct cap *to;
    struct cap *from;
    status_t status = empty_slot_at(cap, args->to, &to);

    (void)self;
    args->culprit = 1;
    if (status != OK)
        return status;
    args->culprit = 3;
    status = slot_at(args->table, args->from, &from);
    if (status == OK)
        status = cap_check(from);
    if (status != OK)
        return status;
    args->culprit = 5;
    status = badge_check(from, args->badge);
    if (status != OK)
        return status;
    args->culprit = 6;
    if (args->session > 1 ||
        (args->session == 1 && (args->badge == 0 || cap_type(from) != TYPE_ENDPOINT)))
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    cap_derive(to, from, args->rights);
    if (args->badge != 0)
        to->badge = args->badge;
    if (args->session == 1)
        to->node.flags |= CAP_SESSION;
    return OK;
}

status_t sys_captable_move(struct thread *self, struct cap *cap, struct captable_move *args)
{
    struct cap *to;
    struct cap *from;
    status_t status = empty_slot_at(cap, args->to, &to);

    (void)self;
    args->culprit = 1;
    if (status != OK)
        return status;
    args->culprit = 3;
    status = slot_at(args->table, args->from, &from);
    if (status == OK && (cap_is_empty(from) || (from->node.flags & CAP_MAKING) != 0))
        status = ERR_BAD_CAPABILITY;
    if (status != OK)
        return status;
    args->culprit = 0;
    cap_move(from, to);
    return OK;
}

status_t sys_captable_rotate(struct thread *self, struct cap *cap, struct captable_rotate *args)
{
    word_t index[3] = {args->first, args->second, args->third};
    struct cap *slot[3];
    struct cap spare = {.node = {.type = TYPE_NONE}};

    (void)self;
    for (unsigned i = 0; i < 3; i++) {
        status_t status = slot_at(cap, index[i], &slot[i]);

        args->culprit = i + 1;
        if (status != OK)
            return status;
        if ((slot[i]->node.flags & CAP_MAKING) != 0)
            return ERR_BAD_CAPABILITY;
    }
    args->culprit = slot[0] == slot[1] ? 2 : 3;
    if (slot[0] == slot[1] || slot[1] == slot[2] || slot[0] == slot[2])
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    cap_move(slot[2], &spare);
    cap_move(slot[1], slot[2]);
    cap_move(slot[0], slot[1]);
    cap_move(&spare, slot[0]);
    return OK;
}

status_t sys_captable_delete(struct thread *self, struct cap *cap, struct captable_delete *args)
{
    word_t kills = kernel.kills;
    struct cap *slot;
    status_t status = slot_at(cap, args->slot, &slot);

    args->culprit = 1;
    if (status != OK)
        return status;
    args->culprit = 0;
    kernel.killer = self;
    /* Who killed an object cleans up, also after a restart, when the slot may hold something new.
     */
    while (self->progress == 0 && !cap_delete_step(slot)) {
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    if (kernel.kills != kills)
        self->progress = 1;
    if (self->progress != 0 && long_clean(self) == PREEMPTED)
        return PREEMPTED;
    return long_done(self, OK);
}

status_t sys_captable_revoke(struct thread *self, struct cap *cap, struct captable_revoke *args)
{
    struct cap *slot;
    status_t status = slot_at(cap, args->slot, &slot);

    args->culprit = 1;
    if (status == OK)
        status = cap_check(slot);
    if (status == OK && !cap_has(slot, RIGHT_REVOKE))
        status = ERR_NO_RIGHT;
    if (status != OK)
        return long_done(self, status);
    args->culprit = 0;
    kernel.killer = self;
    while (node_revoke_step(&slot->node, &self->progress)) {
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    if (self->progress != 0 && long_clean(self) == PREEMPTED)
        return PREEMPTED;
    args->done = self->progress;
    return long_done(self, OK);
}

status_t sys_captable_query(struct thread *self, struct cap *cap, struct captable_query *args)
{
    struct cap *slot;
    status_t status = slot_at(cap, args->slot, &slot);

    (void)self;
    args->culprit = 1;
    if (status != OK)
        return status;
    args->culprit = 0;
    bool is_dead = !cap_is_empty(slot) && cap_check(slot) == ERR_PEER_GONE;

    args->type = is_dead ? TYPE_DEAD : cap_type(slot);
    args->rights = is_dead || (slot->node.flags & CAP_MAKING) != 0 ? 0 : cap_rights(slot);
    args->badge = is_dead || cap_is_empty(slot) || cap_type(slot) == TYPE_FRAME ? 0 : slot->badge;
    args->children = is_dead || slot->node.first == NULL ? 0 : 1;
    return OK;
}
