/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who reaches what, and who could have given it.
 */
#include "authority.h"

#include <abi/entries.h>

/* ---- taking ---- */

static u64 table_of(const struct object *thread)
{
    const struct object *table = m_held_object(thread, HELD_CAPTABLE);

    return table == NULL ? 0 : table->base;
}

static void take_chunk(struct authority *a, const struct object *chunk)
{
    for (unsigned i = 0; i < ABI_CHUNK_SLOTS && a->count < AUTHORITY_SLOTS_MAX; i++) {
        const struct node *cap = &chunk->c->slot[i];
        struct held_right *held = &a->held[a->count];

        if (cap->type <= TYPE_DEAD)
            continue;
        *held = (struct held_right){.chunk = chunk->base, .slot = i, .rights = cap->rights};
        held->table = chunk->c->table == NULL ? 0 : chunk->c->table->base;
        held->key[0] = cap->type | (cap->type == TYPE_FRAME ? cap->base
                                    : cap->object != NULL   ? cap->object->base
                                                            : 0)
                                       << 8;
        held->key[1] = cap->type == TYPE_FRAME ? cap->pages : cap->object == NULL ? cap->badge : 0;
        a->count++;
    }
}

static void take_memory(struct authority *a, const struct object *memory)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        const struct object *o = ((struct range *)memory->m.ranges.item[i])->object;

        if (o == NULL)
            continue;
        if (o->type == TYPE_MEMORY)
            take_memory(a, o);
        if (o->type == TYPE_CHUNK)
            take_chunk(a, o);
        if (o->type == TYPE_THREAD && a->thread_count < AUTHORITY_THREADS_MAX)
            a->thread[a->thread_count++] = (struct known_thread){o->base, table_of(o), o->h->state};
    }
}

void authority_take(struct authority *a, const struct model *m)
{
    a->count = 0;
    a->thread_count = 0;
    for (unsigned i = 0; i < m->memories.count; i++)
        take_memory(a, m->memories.item[i]);
}

void authority_of_call(struct authority *a, const struct object *self)
{
    const struct registers *r = &self->h->registers;
    unsigned count = 0;

    a->caller = self->base;
    a->is_message = r->call != ABI_CALL_INVOKE;
    a->is_make = false;
    for (unsigned i = 0; i < sizeof(a->named) / sizeof(a->named[0]); i++)
        a->named[i] = 0;
    for (unsigned i = 0; i <= ABI_REGISTER_WORDS && !a->is_message; i++) {
        struct node *cap;

        if (m_cap_lookup(self, i == 0 ? r->cap : r->words[i - 1], &cap) != OK)
            continue;
        if (i == 0)
            a->is_make = cap->type == TYPE_MEMORY;
        if (cap->type == TYPE_CAPTABLE || cap->type == TYPE_CHUNK)
            a->named[count++] = cap->object->base;
    }
}

/* ---- comparing ---- */

static bool is_same(const struct held_right *a, const struct held_right *b)
{
    return a->chunk == b->chunk && a->slot == b->slot && a->table == b->table &&
           a->key[0] == b->key[0] && a->key[1] == b->key[1] && a->rights == b->rights;
}

static const struct known_thread *thread_find(const struct authority *a, u64 base)
{
    for (unsigned i = 0; i < a->thread_count; i++) {
        if (a->thread[i].base == base)
            return &a->thread[i];
    }
    return NULL;
}

/* The holder of this table or chunk took part in the call. */
static bool takes_part(const struct authority *before, const struct authority *after, u64 table,
                       u64 chunk)
{
    const struct known_thread *caller = thread_find(before, before->caller);

    if (table != 0 && caller != NULL && caller->table == table)
        return true;
    for (unsigned i = 0; i < sizeof(before->named) / sizeof(before->named[0]); i++) {
        if (before->named[i] != 0 && (before->named[i] == table || before->named[i] == chunk))
            return true;
    }
    for (unsigned i = 0; i < before->thread_count && before->is_message; i++) {
        const struct known_thread *now = thread_find(after, before->thread[i].base);

        if (now != NULL && now->state != before->thread[i].state &&
            before->thread[i].table == table && table != 0)
            return true;
    }
    return false;
}

/* Rights to the same object that the table had before, or that those who took part had. */
static unsigned rights_before(const struct authority *before, const struct authority *after,
                              const struct held_right *held, bool of_others)
{
    unsigned rights = 0;

    for (unsigned i = 0; i < before->count; i++) {
        const struct held_right *old = &before->held[i];

        if (old->key[0] != held->key[0] || old->key[1] != held->key[1])
            continue;
        if (of_others ? takes_part(before, after, old->table, old->chunk)
                      : old->table == held->table)
            rights |= old->rights;
    }
    return rights;
}

static bool existed(const struct authority *before, const struct held_right *held)
{
    for (unsigned i = 0; i < before->count; i++) {
        if (before->held[i].key[0] == held->key[0] && before->held[i].key[1] == held->key[1])
            return true;
    }
    return false;
}

static bool is_granted(const struct authority *before, const struct authority *after,
                       const struct held_right *held)
{
    if ((held->rights & ~rights_before(before, after, held, false)) == 0 && existed(before, held))
        return true;
    if (!takes_part(before, after, held->table, held->chunk))
        return false;
    if (!existed(before, held))
        return before->is_make;
    return (held->rights & ~rights_before(before, after, held, true)) == 0;
}

bool authority_is_kept(const struct authority *before, const struct authority *after)
{
    unsigned at = 0;

    for (unsigned i = 0; i < after->count; i++) {
        const struct held_right *held = &after->held[i];

        while (at < before->count && before->held[at].chunk == held->chunk &&
               before->held[at].slot < held->slot)
            at++;
        if (at < before->count && is_same(&before->held[at], held)) {
            at++;
            continue;
        }
        bool is_unchanged = held->table == 0; /* nobody reaches it */

        for (unsigned n = 0; n < before->count && !is_unchanged; n++)
            is_unchanged = is_same(&before->held[n], held);
        if (!is_unchanged && !is_granted(before, after, held))
            return false;
    }
    return true;
}
