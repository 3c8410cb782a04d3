/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's state as the text that the kernel's state dump writes (kernel/debug/dump.c says what
 * each line holds).
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX = 512 };

struct text {
    char *bytes;
    size_t used;
    size_t room;
};

/* ---- fields ---- */

static void begin(struct text *t, char letter)
{
    if (t->room - t->used < LINE_MAX) {
        t->room = t->room * 2 + 65536;
        t->bytes = realloc(t->bytes, t->room);
    }
    t->bytes[t->used++] = letter;
}

static void end(struct text *t)
{
    t->bytes[t->used++] = '\n';
}

static void put(struct text *t, char c)
{
    t->bytes[t->used++] = c;
}

static void hex(struct text *t, u64 value)
{
    unsigned shift = 60;

    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        put(t, "0123456789abcdef"[value >> shift & 15]);
        if (shift == 0)
            return;
    }
}

static void field(struct text *t, u64 value)
{
    put(t, ' ');
    hex(t, value);
}

/* ---- names ---- */

static u64 name_of(const struct object *object)
{
    bool is_initial = object != NULL && object->type == TYPE_MEMORY && object->memory == NULL;

    return object == NULL ? 0 : object->base + is_initial;
}

static void object(struct text *t, const struct object *object)
{
    field(t, name_of(object));
}

static void name(struct text *t, char kind, u64 address)
{
    put(t, kind);
    hex(t, address);
}

static void name_in(struct text *t, char kind, u64 address, u64 index)
{
    name(t, kind, address);
    put(t, '.');
    hex(t, index);
}

static void node_name(struct text *t, const struct node *node)
{
    if (node->kind == NODE_TOP)
        put(t, 'k');
    else if (node->kind == NODE_ANCHOR)
        name(t, 'o', name_of(node->object));
    else if (node->kind == NODE_MAPPING)
        name_in(t, 'm', node->object->base, node->address);
    else if (node->holder == NULL)
        put(t, 'w');
    else if (node->holder->type == TYPE_CHUNK)
        name_in(t, 'c', node->holder->base, node->index);
    else if (node->holder->type == TYPE_THREAD)
        name_in(t, 't', node->holder->base, node->index);
    else
        name(t, 'i', node->holder->base);
}

static void place(struct text *t, const struct node *node)
{
    const struct node *parent = node->parent;
    unsigned at = parent == NULL ? 0 : m_node_position(node);

    put(t, ' ');
    if (node->children.count == 0)
        put(t, '-');
    else
        node_name(t, node->children.item[0]);
    put(t, ' ');
    if (parent == NULL) {
        put(t, '-');
    } else if (at + 1 < parent->children.count) {
        node_name(t, parent->children.item[at + 1]);
    } else {
        put(t, '^');
        node_name(t, parent);
    }
}

static void flag(struct text *t, bool is_set, char letter)
{
    if (is_set)
        put(t, letter);
}

static void slot(struct text *t, const struct node *cap, unsigned index)
{
    if (m_node_is_empty(cap))
        return;
    begin(t, 's');
    field(t, index);
    field(t, cap->type);
    field(t, cap->rights);
    put(t, ' ');
    put(t, '.');
    flag(t, cap->is_owner, 'o');
    flag(t, cap->is_session, 's');
    flag(t, cap->is_closed, 'c');
    flag(t, cap->is_making, 'm');
    if (cap->type == TYPE_FRAME) {
        field(t, cap->base);
        field(t, cap->pages);
        field(t, cap->is_device);
    } else if (cap->type != TYPE_DEAD) {
        object(t, cap->object);
        field(t, cap->badge);
    }
    if (cap->type != TYPE_DEAD)
        place(t, cap);
    end(t);
}

/* ---- objects ---- */

static void queue(struct text *t, char letter, const struct list *list)
{
    for (unsigned i = 0; i < list->count; i++) {
        begin(t, letter);
        object(t, list->item[i]);
        end(t);
    }
}

static void space(struct text *t, const struct object *space)
{
    begin(t, 'S');
    field(t, space->s.free_pages);
    field(t, space->s.free_records);
    field(t, space->s.mapped);
    field(t, space->s.allows_write_execute);
    end(t);
    queue(t, 'p', &space->s.pools);
    for (unsigned i = 0; i < space->s.mappings.count; i++) {
        const struct node *mapping = space->s.mappings.item[i];

        begin(t, 'm');
        field(t, mapping->address);
        field(t, mapping->pages);
        field(t, mapping->base);
        field(t, mapping->attributes);
        field(t, mapping->rights);
        place(t, mapping);
        end(t);
    }
}

static void captable(struct text *t, const struct object *table)
{
    begin(t, 'T');
    field(t, table->is_dead ? 0 : table->t->size);
    end(t);
    for (unsigned i = 0; i < table->t->size; i++) {
        if (table->t->chunk[i] == NULL)
            continue;
        begin(t, 'd');
        field(t, i);
        object(t, table->t->chunk[i]);
        end(t);
    }
}

static void chunk(struct text *t, const struct object *chunk)
{
    begin(t, 'C');
    object(t, chunk->c->table);
    field(t, chunk->c->table == NULL ? 0 : chunk->c->position);
    end(t);
    for (unsigned i = 0; i < ABI_CHUNK_SLOTS; i++)
        slot(t, &chunk->c->slot[i], i);
}

static void thread(struct text *t, const struct thread *h)
{
    bool is_sender = h->state == SENDING || h->state == CALLING;

    begin(t, 'H');
    field(t, (u64)h->state);
    field(t, h->priority);
    field(t, h->ceiling);
    field(t, h->options);
    field(t, h->is_stopped);
    field(t, h->core);
    object(t, h->running_on);
    object(t, h->debtor);
    field(t, h->minimum);
    field(t, h->buffer_page);
    field(t, 0);
    end(t);
    begin(t, 'W');
    object(t, h->waiting_on);
    field(t, is_sender ? (u64)h->kind : 0);
    field(t, h->state == SENDING ? h->badge : 0);
    field(t, h->state == RECEIVING && h->may_grant);
    object(t, h->reply);
    object(t, h->answer);
    field(t, is_sender && h->kind == KIND_FAULT ? h->fault_info : 0);
    end(t);
    queue(t, 'k', &h->kept);
    for (unsigned i = 0; i < HELD_SLOTS; i++)
        slot(t, &h->held[i], i);
}

static void budget(struct text *t, const struct object *budget)
{
    begin(t, 'B');
    field(t, budget->b.is_filled);
    field(t, budget->b.core);
    field(t, budget->b.amount);
    field(t, budget->b.period);
    field(t, budget->b.share);
    end(t);
    queue(t, 'b', &budget->b.waiting);
}

static void endpoint(struct text *t, const struct object *endpoint)
{
    queue(t, 'x', &endpoint->e.senders);
    queue(t, 'r', &endpoint->e.receivers);
    for (unsigned i = 0; i < endpoint->e.closed.count; i++) {
        begin(t, 'z');
        put(t, ' ');
        node_name(t, endpoint->e.closed.item[i]);
        end(t);
    }
}

static void reply(struct text *t, const struct object *reply)
{
    begin(t, 'R');
    field(t, reply->r.is_bound);
    object(t, reply->r.caller);
    object(t, reply->r.server);
    field(t, reply->r.is_bound && reply->r.may_grant);
    end(t);
}

static void notification(struct text *t, const struct object *notification)
{
    begin(t, 'N');
    field(t, notification->n.bits);
    object(t, notification->n.bound);
    end(t);
    queue(t, 'n', &notification->n.waiters);
}

static void interrupt_or_timer(struct text *t, const struct object *object)
{
    begin(t, object->type == TYPE_TIMER ? 'A' : 'I');
    field(t, object->i.is_claimed);
    field(t, object->i.is_claimed ? object->i.line : 0);
    if (object->type == TYPE_INTERRUPT)
        field(t, object->i.is_delivered);
    field(t, object->i.bits);
    end(t);
    slot(t, &object->i.slot, 0);
}

static void ranges(struct text *t, const struct object *memory);

static void whole_object(struct text *t, const struct object *o)
{
    begin(t, 'O');
    field(t, o->type);
    object(t, o);
    field(t, o->size);
    field(t, o->is_dead);
    place(t, &o->anchor);
    end(t);
    switch (o->type) {
    case TYPE_MEMORY:
        begin(t, 'M');
        field(t, o->m.kind);
        field(t, o->m.depth);
        end(t);
        ranges(t, o);
        break;
    case TYPE_SPACE: space(t, o); break;
    case TYPE_POOL:
        begin(t, 'P');
        object(t, o->pool_space);
        end(t);
        break;
    case TYPE_CAPTABLE: captable(t, o); break;
    case TYPE_CHUNK: chunk(t, o); break;
    case TYPE_THREAD: thread(t, o->h); break;
    case TYPE_BUDGET: budget(t, o); break;
    case TYPE_ENDPOINT: endpoint(t, o); break;
    case TYPE_REPLY: reply(t, o); break;
    case TYPE_NOTIFICATION: notification(t, o); break;
    case TYPE_INTERRUPT:
    case TYPE_TIMER: interrupt_or_timer(t, o); break;
    default: break;
    }
}

static void ranges(struct text *t, const struct object *memory)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        const struct range *range = memory->m.ranges.item[i];

        if (range->object != NULL) {
            whole_object(t, range->object);
            continue;
        }
        begin(t, 'F');
        field(t, range->base);
        put(t, ' ');
        node_name(t, range->frame);
        end(t);
    }
}

const char *model_dump(struct model *m, size_t *length)
{
    struct text t = {.bytes = m->text, .room = m->text_room};

    begin(&t, 'G');
    field(&t, m->records_in_space);
    field(&t, m->records_in_pool);
    field(&t, m->records_in_page);
    end(&t);
    begin(&t, 'w');
    field(&t, m->watch_bits);
    end(&t);
    slot(&t, &m->watch, 0);
    for (unsigned i = 0; i < m->core_count; i++) {
        begin(&t, 'U');
        field(&t, i);
        object(&t, m->core[i].current);
        end(&t);
        for (unsigned n = ABI_PRIORITIES; n-- > 0;)
            queue(&t, 'u', &m->core[i].queue[n]);
    }
    for (unsigned i = 0; i < m->memories.count; i++)
        whole_object(&t, m->memories.item[i]);
    begin(&t, '\0');
    t.used--;
    m->text = t.bytes;
    m->text_room = t.room;
    *length = t.used;
    return t.bytes;
}
