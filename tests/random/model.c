/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's derivation tree, its memories, and how things die.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

void m_list_insert(struct list *list, unsigned at, void *item)
{
    if (list->count == list->room) {
        list->room = list->room * 2 + 4;
        list->item = realloc(list->item, list->room * sizeof(*list->item));
    }
    memmove(&list->item[at + 1], &list->item[at], (list->count - at) * sizeof(*list->item));
    list->item[at] = item;
    list->count++;
}

void m_list_append(struct list *list, void *item)
{
    m_list_insert(list, list->count, item);
}

unsigned m_list_find(const struct list *list, const void *item)
{
    unsigned i = 0;

    while (i < list->count && list->item[i] != item)
        i++;
    return i;
}

void m_list_remove(struct list *list, const void *item)
{
    unsigned at = m_list_find(list, item);

    if (at == list->count)
        return;
    list->count--;
    memmove(&list->item[at], &list->item[at + 1], (list->count - at) * sizeof(*list->item));
}

/* ---- the tree ---- */

unsigned m_node_position(const struct node *node)
{
    return m_list_find(&node->parent->children, node);
}

void m_node_insert(struct node *parent, unsigned at, struct node *child)
{
    m_list_insert(&parent->children, at, child);
    child->parent = parent;
}

void m_node_add(struct node *parent, struct node *child)
{
    m_node_insert(parent, parent->children.count, child);
}

static void node_detach(struct model *m, struct node *node)
{
    struct node *parent = node->parent;

    m_list_remove(&parent->children, node);
    node->parent = NULL;
    if (parent->is_session && parent->children.count == 0)
        m_session_emptied(m, parent);
}

void m_node_remove(struct model *m, struct node *node)
{
    struct node *parent = node->parent;
    unsigned at = m_node_position(node);
    unsigned count = node->children.count;

    for (unsigned i = 0; i < count; i++)
        m_node_insert(parent, at + 1 + i, node->children.item[i]);
    node->children.count = 0;
    node_detach(m, node);
}

/* ---- capabilities ---- */

bool m_node_is_empty(const struct node *cap)
{
    return cap->type == TYPE_NONE;
}

status_t m_cap_check(const struct node *cap)
{
    if (m_node_is_empty(cap) || cap->is_making)
        return ERR_BAD_CAPABILITY;
    if (cap->type == TYPE_DEAD)
        return ERR_PEER_GONE;
    return cap->object != NULL && cap->object->is_dead ? ERR_PEER_GONE : OK;
}

void m_cap_clear(struct node *cap)
{
    struct object *holder = cap->holder;
    unsigned index = cap->index;

    free(cap->children.item);
    *cap = (struct node){.kind = NODE_CAP, .holder = holder, .index = index};
}

/* What a capability is, without where it is. */
static void cap_take(struct node *to, const struct node *from)
{
    struct object *holder = to->holder;
    unsigned index = to->index;

    *to = *from;
    to->holder = holder;
    to->index = index;
}

void m_cap_derive(struct model *m, struct node *to, struct node *from, u64 rights)
{
    (void)m;
    if (from->is_closed)
        m_session_reopened(from);
    cap_take(to, from);
    to->children = (struct list){.item = NULL};
    to->rights &= (unsigned)rights;
    to->is_owner = false;
    to->is_session = false;
    to->is_closed = false;
    m_node_add(from, to);
}

static struct range *range_of_frame(const struct model *m, const struct node *frame);

void m_cap_move(struct model *m, struct node *from, struct node *to)
{
    struct range *range =
        from->type == TYPE_FRAME && from->is_owner ? range_of_frame(m, from) : NULL;
    struct node *parent = from->parent;
    bool was_closed = from->is_closed;

    if (was_closed)
        m_session_reopened(from);
    cap_take(to, from);
    if (range != NULL)
        range->frame = to;
    if (parent != NULL)
        parent->children.item[m_node_position(from)] = to;
    for (unsigned i = 0; i < to->children.count; i++)
        ((struct node *)to->children.item[i])->parent = to;
    from->children = (struct list){.item = NULL};
    m_cap_clear(from);
    if (was_closed)
        m_session_emptied(m, to);
}

static void cap_kill(struct model *m, struct node *cap)
{
    bool is_held =
        cap->holder != NULL && cap->holder->type == TYPE_THREAD && cap->type != TYPE_FRAME;

    if (cap->is_closed)
        m_session_reopened(cap);
    m_node_remove(m, cap);
    if (is_held)
        m_held_died(m, cap);
    m_cap_clear(cap);
    cap->type = TYPE_DEAD;
}

/* ---- memories ---- */

struct range *m_memory_overlap(const struct object *memory, u64 base, u64 size)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct range *range = memory->m.ranges.item[i];

        if (base < range->base + range->size && range->base < base + size)
            return range;
    }
    return NULL;
}

void m_memory_add(struct object *memory, u64 base, u64 size, struct object *object,
                  struct node *frame)
{
    struct range *range = malloc(sizeof(*range));
    unsigned at = 0;

    *range = (struct range){.base = base, .size = size, .object = object, .frame = frame};
    while (at < memory->m.ranges.count && ((struct range *)memory->m.ranges.item[at])->base < base)
        at++;
    m_list_insert(&memory->m.ranges, at, range);
}

static void memory_drop(struct object *memory, struct range *range)
{
    m_list_remove(&memory->m.ranges, range);
    free(range);
}

/* The innermost memory and range that hold an address. */
static struct range *range_at(const struct model *m, u64 address, struct object **memory)
{
    struct range *range = NULL;

    *memory = NULL;
    for (unsigned i = 0; i < m->memories.count; i++) {
        struct object *initial = m->memories.item[i];

        if (address - initial->base < initial->size)
            *memory = initial;
    }
    while (*memory != NULL) {
        range = m_memory_overlap(*memory, address, 1);
        if (range == NULL || range->object == NULL || range->object->type != TYPE_MEMORY ||
            range->base == address)
            break;
        *memory = range->object;
    }
    return range;
}

struct object *model_find(const struct model *m, u64 base)
{
    struct object *memory;
    struct range *range = range_at(m, base, &memory);

    return range != NULL && range->base == base ? range->object : NULL;
}

/* The range of an owner, which may lie in a memory that begins at the same address as another. */
static struct range *find_frame(const struct object *memory, const struct node *frame,
                                struct object **holder)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct range *range = memory->m.ranges.item[i];
        struct range *inner = NULL;

        if (range->frame == frame) {
            *holder = (struct object *)(uintptr_t)memory;
            return range;
        }
        if (range->object != NULL && range->object->type == TYPE_MEMORY &&
            frame->base - range->base < range->size)
            inner = find_frame(range->object, frame, holder);
        if (inner != NULL)
            return inner;
    }
    return NULL;
}

static struct range *frame_range(const struct model *m, const struct node *frame,
                                 struct object **memory)
{
    struct range *range = NULL;

    for (unsigned i = 0; i < m->memories.count && range == NULL; i++)
        range = find_frame(m->memories.item[i], frame, memory);
    return range;
}

static struct range *range_of_frame(const struct model *m, const struct node *frame)
{
    struct object *memory;

    return frame_range(m, frame, &memory);
}

/* ---- delete and revoke ---- */

/* Nothing is derived from the owner any more: its range is free. */
static void frame_release(struct model *m, struct node *frame)
{
    struct object *memory = NULL;
    struct range *range = frame_range(m, frame, &memory);

    memory_drop(memory, range);
    frame->is_owner = false;
}

/* Kill the first thing derived from a node; false: there is nothing. */
static bool revoke_step(struct model *m, struct node *node, u64 *killed)
{
    struct node *child = node->children.count != 0 ? node->children.item[0] : NULL;

    if (child == NULL)
        return false;
    if (child->kind == NODE_MAPPING) {
        m_mapping_remove(m, child);
        return true;
    }
    if (child->kind == NODE_ANCHOR) {
        m_object_kill(m, child->object);
        ++*killed;
        return true;
    }
    if (child->is_owner && child->type == TYPE_FRAME) {
        m_cap_revoke(m, child, killed);
        frame_release(m, child);
    } else if (child->is_owner) {
        m_object_kill(m, child->object);
    }
    cap_kill(m, child);
    ++*killed;
    return true;
}

void m_cap_revoke(struct model *m, struct node *cap, u64 *killed)
{
    while (revoke_step(m, cap, killed))
        continue;
}

void m_cap_delete(struct model *m, struct node *cap)
{
    u64 killed = 0;

    if (m_node_is_empty(cap) || cap->type == TYPE_DEAD) {
        m_cap_clear(cap);
        return;
    }
    if (cap->type == TYPE_FRAME && cap->is_owner) {
        m_cap_revoke(m, cap, &killed);
        frame_release(m, cap);
    } else if (cap->type == TYPE_FRAME) {
        while (cap->children.count != 0 &&
               ((struct node *)cap->children.item[0])->kind == NODE_MAPPING)
            m_mapping_remove(m, cap->children.item[0]);
    } else if (cap->is_owner) {
        m_object_kill(m, cap->object);
    }
    if (cap->is_closed)
        m_session_reopened(cap);
    m_node_remove(m, cap);
    m_cap_clear(cap);
}

/* ---- death ---- */

static void object_on_kill(struct model *m, struct object *object)
{
    switch (object->type) {
    case TYPE_THREAD: m_thread_on_kill(m, object); break;
    case TYPE_REPLY: m_reply_on_kill(m, object); break;
    case TYPE_INTERRUPT:
        if (object->i.is_claimed)
            m->lines[object->i.line] = NULL;
        object->i.is_claimed = false;
        object->i.line = 0;
        break;
    case TYPE_TIMER: object->i.is_claimed = false; break;
    case TYPE_POOL:
        if (object->pool_space != NULL)
            m_object_kill(m, object->pool_space);
        break;
    default: break;
    }
}

void m_object_kill(struct model *m, struct object *object)
{
    if (object->is_dead)
        return;
    object->is_dead = true;
    m->kills++;
    node_detach(m, &object->anchor);
    if (object->memory->m.dead.count == 0)
        m_list_append(&m->cleaning, object->memory);
    m_list_append(&object->memory->m.dead, object);
    object_on_kill(m, object);
}

static bool memory_empty_step(struct model *m, struct object *memory)
{
    struct range *range = memory->m.ranges.count != 0 ? memory->m.ranges.item[0] : NULL;

    if (range == NULL)
        return false;
    if (range->object != NULL) {
        m_object_kill(m, range->object);
    } else {
        struct node *frame = range->frame;
        u64 killed = 0;

        m_cap_revoke(m, frame, &killed);
        frame_release(m, frame);
        cap_kill(m, frame);
    }
    return true;
}

static bool captable_clean_step(struct object *table)
{
    for (unsigned i = 0; i < table->t->size; i++) {
        if (table->t->chunk[i] != NULL)
            table->t->chunk[i]->c->table = NULL;
        table->t->chunk[i] = NULL;
    }
    return false;
}

static bool chunk_clean_step(struct model *m, struct object *chunk)
{
    if (chunk->c->table != NULL)
        chunk->c->table->t->chunk[chunk->c->position] = NULL;
    chunk->c->table = NULL;
    for (unsigned i = 0; i < ABI_CHUNK_SLOTS; i++) {
        if (!m_node_is_empty(&chunk->c->slot[i])) {
            m_cap_delete(m, &chunk->c->slot[i]);
            return true;
        }
    }
    return false;
}

static bool pool_clean_step(struct model *m, struct object *pool)
{
    if (pool->pool_space == NULL)
        return false;
    (void)m_space_clean_step(m, pool->pool_space);
    return true;
}

static bool notification_clean_step(struct model *m, struct object *notification)
{
    if (notification->n.waiters.count == 0)
        return false;
    (void)m_thread_cancel(m, notification->n.waiters.item[0], ERR_PEER_GONE);
    return true;
}

static bool object_clean_step(struct model *m, struct object *object)
{
    u64 killed = 0;

    if (revoke_step(m, &object->anchor, &killed))
        return true;
    switch (object->type) {
    case TYPE_MEMORY: return memory_empty_step(m, object);
    case TYPE_SPACE: return m_space_clean_step(m, object);
    case TYPE_POOL: return pool_clean_step(m, object);
    case TYPE_CAPTABLE: return captable_clean_step(object);
    case TYPE_CHUNK: return chunk_clean_step(m, object);
    case TYPE_THREAD: return m_thread_clean_step(m, object);
    case TYPE_BUDGET: return m_budget_clean_step(m, object);
    case TYPE_ENDPOINT: return m_endpoint_clean_step(m, object);
    case TYPE_NOTIFICATION: return notification_clean_step(m, object);
    case TYPE_INTERRUPT:
    case TYPE_TIMER: m_cap_delete(m, &object->i.slot); return false;
    default: return false;
    }
}

static void object_free(struct object *object)
{
    struct list *const lists[] = {&object->m.ranges,       &object->m.dead,    &object->s.pools,
                                  &object->s.mappings,     &object->s.tables,  &object->b.threads,
                                  &object->b.waiting,      &object->b.debtors, &object->e.senders,
                                  &object->e.receivers,    &object->e.closed,  &object->n.waiters,
                                  &object->anchor.children};

    for (unsigned i = 0; i < object->s.mappings.count; i++)
        free(object->s.mappings.item[i]);
    for (unsigned i = 0; i < object->s.tables.count; i++)
        free(object->s.tables.item[i]);
    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        free(lists[i]->item);
    free(object->i.slot.children.item);
    for (unsigned i = 0; object->c != NULL && i < ABI_CHUNK_SLOTS; i++)
        free(object->c->slot[i].children.item);
    for (unsigned i = 0; object->h != NULL && i < HELD_SLOTS; i++)
        free(object->h->held[i].children.item);
    if (object->h != NULL)
        free(object->h->kept.item);
    free(object->t);
    free(object->c);
    free(object->h);
    free(object);
}

static void object_forget(struct model *m, struct object *object)
{
    struct object *memory = object->memory;

    m_list_remove(&memory->m.dead, object);
    if (memory->m.dead.count == 0)
        m_list_remove(&m->cleaning, memory);
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct range *range = memory->m.ranges.item[i];

        if (range->object == object) {
            memory_drop(memory, range);
            break;
        }
    }
    m_list_append(&m->graves, object);
}

void model_bury(struct model *m)
{
    for (unsigned i = 0; i < m->graves.count; i++)
        object_free(m->graves.item[i]);
    m->graves.count = 0;
}

bool model_clean_step(struct model *m, struct object *memory)
{
    struct object *object;

    if (memory->m.dead.count == 0)
        return false;
    object = memory->m.dead.item[0];
    while (object->type == TYPE_MEMORY && object->m.dead.count != 0)
        object = object->m.dead.item[0];
    if (!object_clean_step(m, object))
        object_forget(m, object);
    return true;
}

void model_clean(struct model *m)
{
    while (m->cleaning.count != 0)
        (void)model_clean_step(m, m->cleaning.item[0]);
}

/* ---- making ---- */

static void held_init(struct object *holder, struct node *cap, unsigned index)
{
    *cap = (struct node){.kind = NODE_CAP, .holder = holder, .index = index};
}

struct object *m_object_new(unsigned type, u64 base, u64 size, struct object *memory)
{
    struct object *object = calloc(1, sizeof(*object));

    object->type = type;
    object->base = base;
    object->size = size;
    object->memory = memory;
    object->anchor = (struct node){.kind = NODE_ANCHOR, .object = object};
    held_init(object, &object->i.slot, 0);
    if (type == TYPE_CAPTABLE)
        object->t = calloc(1, sizeof(*object->t));
    if (type == TYPE_CHUNK) {
        object->c = calloc(1, sizeof(*object->c));
        for (unsigned i = 0; i < ABI_CHUNK_SLOTS; i++)
            held_init(object, &object->c->slot[i], i);
    }
    if (type == TYPE_THREAD) {
        object->h = calloc(1, sizeof(*object->h));
        for (unsigned i = 0; i < HELD_SLOTS; i++)
            held_init(object, &object->h->held[i], i);
    }
    return object;
}

/* What stands in a page; zero until somebody writes there. */
struct abi_buffer *model_page(struct model *m, u64 base)
{
    struct page *page;

    for (unsigned i = 0; i < m->pages.count; i++) {
        page = m->pages.item[i];
        if (page->base == base)
            return &page->content;
    }
    page = calloc(1, sizeof(*page));
    page->base = base;
    m_list_append(&m->pages, page);
    return &page->content;
}

static void memory_free(struct object *memory)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct range *range = memory->m.ranges.item[i];
        struct object *object = range->object;

        if (object != NULL && object->type == TYPE_MEMORY)
            memory_free(object);
        else if (object != NULL)
            object_free(object);
        free(range);
    }
    object_free(memory);
}

void model_free(struct model *m)
{
    for (unsigned i = 0; i < m->memories.count; i++)
        memory_free(m->memories.item[i]);
    for (unsigned i = 0; i < m->pages.count; i++)
        free(m->pages.item[i]);
    free(m->memories.item);
    free(m->pages.item);
    free(m->cleaning.item);
    free(m->graves.item);
    free(m->text);
    free(m->top.children.item);
    for (unsigned i = 0; i < MODEL_CORES; i++) {
        free(m->core[i].refills.item);
        for (unsigned n = 0; n < ABI_PRIORITIES; n++)
            free(m->core[i].queue[n].item);
    }
    *m = (struct model){.here = 0};
}
