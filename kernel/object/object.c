/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The death of objects: what happens at once, and the steps that clean up afterwards.
 * Per type there is one line in each of the two functions below; the work itself stands with the
 * type.
 */
#include "object/object.h"

#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"
#include "object/timer.h"

#include "kernel.h"

word_t object_rights(enum abi_object_type type)
{
    static const uint16_t rights[] = {
        [TYPE_MEMORY] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_FRAME] = RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_REVOKE,
        [TYPE_SPACE] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_POOL] = RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_CAPTABLE] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_CHUNK] = RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_THREAD] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_BUDGET] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_ENDPOINT] = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_GRANT | RIGHT_GRANT_REPLY |
                          RIGHT_BADGE | RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_REPLY] = RIGHT_REVOKE,
        [TYPE_NOTIFICATION] = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_BADGE | RIGHT_REVOKE,
        [TYPE_INTERRUPT] = RIGHT_REVOKE | RIGHT_CONTROL,
        [TYPE_TIMER] = RIGHT_REVOKE | RIGHT_CONTROL,
    };

    return rights[type];
}

void object_init(struct object *object, enum abi_object_type type, struct cap *memory,
                 struct cap *slot)
{
    object->memory = memory_of(memory->object);
    node_init(&object->anchor, NODE_ANCHOR, type);
    node_add_child(&memory->node, &object->anchor);
    node_init(&slot->node, CAP_OWNER, type);
    slot->node.rights = (uint16_t)object_rights(type);
    slot->object = object;
    slot->badge = 0;
    node_add_child(&object->anchor, &slot->node);
}

/* Mark it, take it out of the tree and queue it for cleaning. */
static void object_bury(struct object *object)
{
    object->is_dead = true;
    kernel.kills++;
    node_detach(&object->anchor);
    memory_add_dead(object->memory, object);
}

/* What the kind does on death at once; returns what dies with it, or NULL. */
static struct object *object_on_kill(struct object *object)
{
    switch (object_type(object)) {
    case TYPE_CAPTABLE: captable_on_kill(captable_of(object)); return NULL;
    case TYPE_THREAD: thread_on_kill(thread_of(object)); return NULL;
    case TYPE_REPLY: reply_on_kill(reply_of(object)); return NULL;
    case TYPE_INTERRUPT: interrupt_on_kill(interrupt_of(object)); return NULL;
    case TYPE_TIMER: timer_on_kill(timer_of(object)); return NULL;
    case TYPE_POOL: return pool_user(pool_of(object));
    default: return NULL;
    }
}

void object_kill(struct object *object)
{
    while (object != NULL && !object->is_dead) {
        object_bury(object);
        object = object_on_kill(object);
    }
}

bool object_clean_step(struct object *object)
{
    word_t killed = 0;

    if (node_revoke_step(&object->anchor, &killed))
        return true;
    switch (object_type(object)) {
    case TYPE_MEMORY: return memory_empty_step(memory_of(object));
    case TYPE_SPACE: return space_clean_step(space_of(object));
    case TYPE_POOL: return pool_clean_step(pool_of(object));
    case TYPE_CAPTABLE: return captable_clean_step(captable_of(object));
    case TYPE_CHUNK: return chunk_clean_step(chunk_of(object));
    case TYPE_THREAD: return thread_clean_step(thread_of(object));
    case TYPE_BUDGET: return budget_clean_step(budget_of(object));
    case TYPE_ENDPOINT: return endpoint_clean_step(endpoint_of(object));
    case TYPE_NOTIFICATION: return notification_clean_step(notification_of(object));
    case TYPE_INTERRUPT: return !cap_delete_step(&interrupt_of(object)->notification);
    case TYPE_TIMER: return !cap_delete_step(&timer_of(object)->notification);
    default: return false;
    }
}
