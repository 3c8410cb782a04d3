/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model takes over a state from its dump: one that a machine has right after its start, where
 * only the first thread runs and nobody waits.  First all objects and capabilities are made, then
 * the tree is tied by their names.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 16, FIELD_MAX = 48, NAME_MAX = 80, NODES_MAX = 8192 };

/* A node and what the dump says of its place. */
struct entry {
    struct node *node;
    char name[NAME_MAX];
    char first[FIELD_MAX];
    char next[FIELD_MAX];
};

struct load {
    struct model *m;
    struct object *object; /* of the last O line */
    unsigned core;
    unsigned count;
    struct entry entry[NODES_MAX];
    char field[FIELDS_MAX][FIELD_MAX];
    unsigned fields;
};

static u64 number(const struct load *l, unsigned i)
{
    return i < l->fields ? strtoull(l->field[i], NULL, 16) : 0;
}

static void entry_add(struct load *l, struct node *node, const char *name, unsigned place)
{
    struct entry *entry = &l->entry[l->count++];

    if (l->count == NODES_MAX)
        abort();
    entry->node = node;
    (void)snprintf(entry->name, sizeof(entry->name), "%s", name);
    memcpy(entry->first, l->field[place], FIELD_MAX);
    memcpy(entry->next, l->field[place + 1], FIELD_MAX);
}

static struct entry *entry_find(struct load *l, const char *name)
{
    for (unsigned i = 0; i < l->count; i++) {
        if (strcmp(l->entry[i].name, name) == 0)
            return &l->entry[i];
    }
    return NULL;
}

/* The innermost memory around an address. */
static struct object *memory_around(const struct model *m, u64 address)
{
    struct object *memory = NULL;
    struct range *range;

    for (unsigned i = 0; i < m->memories.count; i++) {
        struct object *initial = m->memories.item[i];

        if (address - initial->base < initial->size)
            memory = initial;
    }
    while (memory != NULL && (range = m_memory_overlap(memory, address, 1)) != NULL &&
           range->object != NULL && range->object->type == TYPE_MEMORY)
        memory = range->object;
    return memory;
}

static struct object *object_at(const struct load *l, unsigned i)
{
    u64 base = number(l, i);

    for (unsigned n = 0; n < l->m->memories.count && (base & 1) != 0; n++) {
        struct object *memory = l->m->memories.item[n];

        if (memory->base == base - 1)
            return memory;
    }
    return base == 0 ? NULL : model_find(l->m, base);
}

/* ---- lines ---- */

static void load_object(struct load *l)
{
    u64 base = number(l, 2);
    bool is_initial = (base & 1) != 0;
    struct object *memory = is_initial ? NULL : memory_around(l->m, base);
    struct object *object =
        m_object_new((unsigned)number(l, 1), base & ~(u64)1, number(l, 3), memory);
    char name[NAME_MAX];

    if (is_initial)
        m_list_append(&l->m->memories, object);
    else
        m_memory_add(memory, object->base, object->size, object, NULL);
    (void)snprintf(name, sizeof(name), "o%s", l->field[2]);
    entry_add(l, &object->anchor, name, 5);
    l->object = object;
}

static struct node *slot_of(struct load *l, unsigned index, char *name)
{
    struct object *o = l->object;

    if (o == NULL) {
        (void)strcpy(name, "w");
        return &l->m->watch;
    }
    (void)snprintf(name, NAME_MAX, "%c%llx.%x", o->type == TYPE_CHUNK ? 'c' : 't',
                   (unsigned long long)o->base, index);
    return o->type == TYPE_CHUNK ? &o->c->slot[index] : &o->h->held[index];
}

static void load_slot(struct load *l)
{
    char name[NAME_MAX];
    struct node *cap = slot_of(l, (unsigned)number(l, 1), name);

    cap->type = (unsigned)number(l, 2);
    cap->rights = (unsigned)number(l, 3);
    cap->is_owner = strchr(l->field[4], 'o') != NULL;
    if (cap->type == TYPE_FRAME) {
        cap->base = number(l, 5);
        cap->pages = number(l, 6);
        cap->is_device = number(l, 7) != 0;
        entry_add(l, cap, name, 8);
    } else if (cap->type != TYPE_DEAD) {
        cap->base = number(l, 5); /* of the object; it may come later */
        cap->badge = number(l, 6);
        entry_add(l, cap, name, 7);
    }
}

static void load_mapping(struct load *l)
{
    struct node *mapping = calloc(1, sizeof(*mapping));
    char name[NAME_MAX];

    *mapping = (struct node){.kind = NODE_MAPPING,
                             .object = l->object,
                             .address = number(l, 1),
                             .pages = number(l, 2),
                             .base = number(l, 3),
                             .attributes = (unsigned)number(l, 4),
                             .rights = (unsigned)number(l, 5)};
    m_list_append(&l->object->s.mappings, mapping);
    (void)snprintf(name, sizeof(name), "m%llx.%s", (unsigned long long)l->object->base,
                   l->field[1]);
    entry_add(l, mapping, name, 6);
}

static void load_thread(struct load *l)
{
    struct thread *h = l->object->h;

    h->state = (enum state)number(l, 1);
    h->priority = (unsigned)number(l, 2);
    h->ceiling = (unsigned)number(l, 3);
    h->options = (unsigned)number(l, 4);
    h->core = (unsigned)number(l, 6);
    h->minimum = number(l, 9);
    h->buffer_page = number(l, 10);
}

static void load_budget(struct load *l)
{
    struct object *budget = l->object;

    budget->b.is_filled = number(l, 1) != 0;
    budget->b.core = (unsigned)number(l, 2);
    budget->b.amount = number(l, 3);
    budget->b.period = number(l, 4);
    budget->b.share = number(l, 5);
    budget->b.left = (int64_t)budget->b.amount;
    if (budget->b.is_filled)
        l->m->core[budget->b.core].share += budget->b.share;
}

static void load_space(struct load *l)
{
    l->object->s.free_pages = number(l, 1);
    l->object->s.free_records = number(l, 2);
    l->object->s.mapped = number(l, 3);
    l->object->s.allows_write_execute = number(l, 4) != 0;
}

static void load_line(struct load *l)
{
    struct object *o = l->object;

    switch (l->field[0][0]) {
    case 'G':
        l->m->records_in_space = number(l, 1);
        l->m->records_in_pool = number(l, 2);
        l->m->records_in_page = number(l, 3);
        break;
    case 'w': l->m->watch_bits = number(l, 1); break;
    case 'U': l->m->core_count = (unsigned)number(l, 1) + 1; break;
    case 'O': load_object(l); break;
    case 's': load_slot(l); break;
    case 'M':
        o->m.kind = number(l, 1);
        o->m.depth = (unsigned)number(l, 2);
        break;
    case 'S': load_space(l); break;
    case 'm': load_mapping(l); break;
    case 'T': o->t->size = (unsigned)number(l, 1); break;
    case 'H': load_thread(l); break;
    case 'B': load_budget(l); break;
    case 'N': o->n.bits = number(l, 1); break;
    default: break;
    }
}

/* Lines that name objects which come later. */
static void load_reference(struct load *l)
{
    struct object *o = l->object;

    switch (l->field[0][0]) {
    case 'O': l->object = object_at(l, 2); break;
    case 'U': l->m->core[number(l, 1)].current = object_at(l, 2); break;
    case 'd':
        o->t->chunk[number(l, 1)] = object_at(l, 2);
        o->t->chunk[number(l, 1)]->c->table = o;
        o->t->chunk[number(l, 1)]->c->position = (unsigned)number(l, 1);
        break;
    case 'p':
        m_list_append(&o->s.pools, object_at(l, 1));
        object_at(l, 1)->pool_space = o;
        break;
    case 'H':
        o->h->running_on = object_at(l, 7);
        if (o->h->running_on != NULL)
            m_list_append(&o->h->running_on->b.threads, o);
        break;
    case 'F': {
        struct entry *owner = entry_find(l, l->field[2]);
        u64 base = number(l, 1);

        m_memory_add(memory_around(l->m, base), base, owner->node->pages * ABI_PAGE_SIZE, NULL,
                     owner->node);
        break;
    }
    default: break;
    }
}

static void split(struct load *l, const char *line, size_t length)
{
    unsigned used = 0;

    memset(l->field, 0, sizeof(l->field));
    l->fields = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i == length || line[i] == ' ') {
            l->fields += l->fields < FIELDS_MAX - 1;
            used = 0;
        } else if (used < FIELD_MAX - 1) {
            l->field[l->fields][used++] = line[i];
        }
    }
}

static void each_line(struct load *l, const char *text, void (*handle)(struct load *))
{
    l->object = NULL;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        split(l, text, length);
        handle(l);
        text += length + (text[length] == '\n');
    }
}

/* ---- the tree ---- */

static void tie_children(struct load *l, struct node *parent, const char *first)
{
    const char *name = first;

    while (name[0] != '-' && name[0] != '^') {
        struct entry *child = entry_find(l, name);

        if (child == NULL) {
            (void)fprintf(stderr, "model: no node %s\n", name);
            exit(1);
        }
        m_node_add(parent, child->node);
        name = child->next;
    }
}

/* Nobody names the first child of the top: go back from the last. */
static void tie_top(struct load *l)
{
    struct entry *at = NULL;

    for (unsigned i = 0; i < l->count; i++) {
        if (strcmp(l->entry[i].next, "^k") == 0)
            at = &l->entry[i];
    }
    while (at != NULL) {
        struct entry *before = NULL;

        m_node_insert(&l->m->top, 0, at->node);
        for (unsigned i = 0; i < l->count; i++) {
            if (strcmp(l->entry[i].next, at->name) == 0)
                before = &l->entry[i];
        }
        at = before;
    }
}

/* What page tables the mappings need; none is empty at the start. */
static void load_tables(struct model *m, struct object *memory)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct object *o = ((struct range *)memory->m.ranges.item[i])->object;

        for (unsigned n = 0; o != NULL && o->type == TYPE_SPACE && n < o->s.mappings.count; n++)
            m_space_load_tables(o, o->s.mappings.item[n]);
        if (o != NULL && o->type == TYPE_MEMORY)
            load_tables(m, o);
    }
}

static void load_objects_of_caps(struct load *l)
{
    for (unsigned i = 0; i < l->count; i++) {
        struct node *cap = l->entry[i].node;

        if (cap->kind != NODE_CAP || cap->type == TYPE_FRAME)
            continue;
        (void)snprintf(l->field[0], FIELD_MAX, "%llx", (unsigned long long)cap->base);
        l->fields = 1;
        cap->object = object_at(l, 0);
        cap->base = 0;
    }
}

bool model_load(struct model *m, const char *text)
{
    struct load *l = calloc(1, sizeof(*l));

    m->top.kind = NODE_TOP;
    m->watch.kind = NODE_CAP;
    l->m = m;
    each_line(l, text, load_line);
    each_line(l, text, load_reference);
    load_objects_of_caps(l);
    tie_top(l);
    for (unsigned i = 0; i < l->count; i++)
        tie_children(l, l->entry[i].node, l->entry[i].first);
    for (unsigned i = 0; i < m->memories.count; i++)
        load_tables(m, m->memories.item[i]);
    free(l);
    return m->core_count != 0;
}
