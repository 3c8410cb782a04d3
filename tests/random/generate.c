/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing a call, its arguments, and what must not be called: nothing may stop the one thread that
 * keeps the run going.
 */
#include "generate.h"

#include <abi/boot.h>
#include <abi/entries.h>
#include <string.h>

enum { PAGE = ABI_PAGE_SIZE, HOST_SLOTS = 64, TARGET_SLOTS = 160, WRONG_PERCENT = 4 };

/* ---- random numbers (xorshift64*) ---- */

u64 random_next(struct generator *g)
{
    g->state ^= g->state >> 12;
    g->state ^= g->state << 25;
    g->state ^= g->state >> 27;
    return g->state * 2685821657736338717u;
}

u64 random_below(struct generator *g, u64 limit)
{
    return (random_next(g) >> 16) % limit;
}

bool random_chance(struct generator *g, unsigned percent)
{
    return random_below(g, 100) < percent;
}

/* A number that is seldom right. */
static u64 odd_number(struct generator *g)
{
    static const u64 odd[] = {0,
                              1,
                              2,
                              63,
                              64,
                              65,
                              255,
                              4095,
                              4097,
                              1u << 20,
                              (u64)1 << 31,
                              (u64)1 << 32,
                              (u64)1 << 39,
                              (u64)1 << 47,
                              (u64)1 << 63,
                              ~(u64)0,
                              ~(u64)0 - 1,
                              ~(u64)4095};

    return random_chance(g, 70) ? odd[random_below(g, sizeof(odd) / sizeof(odd[0]))]
                                : random_next(g);
}

/* ---- slots ---- */

static void slots_add(struct slots *slots, u64 index)
{
    if (slots->count < SLOTS_MAX)
        slots->index[slots->count++] = index;
}

static void look(const struct object *table, struct slots *full, struct slots *empty)
{
    full->count = 0;
    empty->count = 0;
    for (unsigned i = 0; table != NULL && i < table->t->size; i++) {
        for (unsigned n = i == 0; n < ABI_CHUNK_SLOTS && table->t->chunk[i] != NULL; n++)
            slots_add(m_node_is_empty(&table->t->chunk[i]->c->slot[n]) ? empty : full,
                      i * ABI_CHUNK_SLOTS + n);
    }
}

static u64 any_slot(struct generator *g, const struct slots *slots)
{
    return slots->count == 0 ? odd_number(g) : slots->index[random_below(g, slots->count)];
}

static struct node *slot_node(const struct object *self, u64 index)
{
    return model_slot(m_held_object(self, HELD_CAPTABLE), index);
}

/* A capability of the caller with this type and these rights, if it has one; sometimes not. */
static u64 cap_of(struct generator *g, const struct object *self, unsigned type, unsigned rights)
{
    u64 start;

    if (random_chance(g, WRONG_PERCENT))
        return random_chance(g, 50)   ? any_slot(g, &g->full)
               : random_chance(g, 50) ? any_slot(g, &g->empty)
                                      : odd_number(g);
    start = g->full.count == 0 ? 0 : random_below(g, g->full.count);
    for (unsigned i = 0; i < g->full.count; i++) {
        u64 index = g->full.index[(start + i) % g->full.count];
        const struct node *cap = slot_node(self, index);

        if (m_cap_check(cap) == OK && cap->type == type && (cap->rights & rights) == rights)
            return index;
    }
    return any_slot(g, &g->full);
}

static struct object *object_of(const struct object *self, u64 index)
{
    struct node *cap = slot_node(self, index);

    return cap == NULL || cap->type == TYPE_FRAME || m_cap_check(cap) != OK ? NULL : cap->object;
}

/* A captable, preferably one that has slots. */
static u64 table_of(struct generator *g, const struct object *self)
{
    u64 index = 0;

    for (unsigned i = 0; i < 5; i++) {
        const struct object *table;

        index = cap_of(g, self, TYPE_CAPTABLE, RIGHT_CONTROL);
        table = object_of(self, index);
        for (unsigned n = 0; table != NULL && table->t != NULL && n < table->t->size; n++) {
            if (table->t->chunk[n] != NULL)
                return index;
        }
    }
    return index;
}

static u64 empty_slot(struct generator *g)
{
    return random_chance(g, WRONG_PERCENT) ? any_slot(g, &g->full) : any_slot(g, &g->empty);
}

/* ---- memory.make ---- */

static unsigned make_type(struct generator *g)
{
    static const uint8_t types[] = {
        TYPE_FRAME,     TYPE_FRAME,  TYPE_FRAME,        TYPE_ENDPOINT,     TYPE_ENDPOINT,
        TYPE_REPLY,     TYPE_REPLY,  TYPE_NOTIFICATION, TYPE_NOTIFICATION, TYPE_TIMER,
        TYPE_INTERRUPT, TYPE_BUDGET, TYPE_THREAD,       TYPE_CHUNK,        TYPE_CAPTABLE,
        TYPE_POOL,      TYPE_SPACE,  TYPE_MEMORY,
    };

    return random_chance(g, 2) ? (unsigned)random_below(g, 30)
                               : types[random_below(g, sizeof(types))];
}

static u64 make_size(struct generator *g, unsigned type)
{
    if (random_chance(g, 2))
        return odd_number(g);
    switch (type) {
    case TYPE_FRAME: return random_chance(g, 10) ? 1 + random_below(g, 64) : 1 + random_below(g, 4);
    case TYPE_MEMORY: return 2 + random_below(g, 24);
    case TYPE_SPACE: return 2 + random_below(g, 6);
    case TYPE_POOL: return 1 + random_below(g, 4);
    case TYPE_CAPTABLE: return 1 + random_below(g, 4);
    default: return 0;
    }
}

/* Large pages can only be seen where nothing must be zeroed. */
static u64 device_size(struct generator *g)
{
    return random_chance(g, 50) ? 512 * (1 + random_below(g, 3)) : 1 + random_below(g, 600);
}

static void make_arguments(struct generator *g, const struct object *memory, u64 *words)
{
    bool is_ram = memory == NULL || (memory->m.kind & ABI_MEMORY_RAM) != 0;
    unsigned type = is_ram ? make_type(g) : TYPE_FRAME;
    u64 size = is_ram ? make_size(g, type) : device_size(g);
    bool is_paged =
        type == TYPE_FRAME || type == TYPE_MEMORY || type == TYPE_SPACE || type == TYPE_POOL;
    u64 align = !is_ram && size % 512 == 0 ? (u64)512 * PAGE : is_paged ? PAGE : ABI_OBJECT_ALIGN;
    u64 bytes = is_paged ? size * PAGE : type == TYPE_CHUNK ? ABI_CHUNK_BYTES : ABI_THREAD_BYTES;
    u64 space = memory == NULL ? PAGE : memory->size;
    u64 at = 0;

    for (unsigned i = 0; i < 8; i++) {
        at = random_below(g, space / align + 1) * align;
        if (memory != NULL && m_memory_overlap(memory, memory->base + at, bytes) == NULL)
            break;
    }
    words[0] = type;
    words[1] = random_chance(g, 2) ? odd_number(g) : at;
    words[2] = size;
    words[3] = random_chance(g, 2)    ? odd_number(g)
               : random_chance(g, 80) ? 1
                                      : 1 + random_below(g, 4);
    words[4] = empty_slot(g);
}

/* ---- lists ---- */

static u64 map_address(struct generator *g)
{
    static const u64 windows[] = {0x10000000, 0x10000000, 0x10200000,
                                  0x40000000, 0x3fff0000, 0x7ffffff000};

    if (random_chance(g, 2))
        return odd_number(g);
    if (random_chance(g, 30))
        return random_below(g, 8) * 512 * PAGE;
    return windows[random_below(g, 6)] + random_below(g, 48) * PAGE;
}

static void fill_entry(struct generator *g, const struct object *self, unsigned operation,
                       struct abi_map_entry *entry)
{
    const struct node *frame;
    u64 pages = random_chance(g, 30) ? 512 * (1 + random_below(g, 2)) : 1 + random_below(g, 40);
    u64 attributes = MAP_READ | (random_chance(g, 60)   ? MAP_WRITE
                                 : random_chance(g, 30) ? MAP_EXECUTE
                                                        : 0);

    entry->frame = cap_of(g, self, TYPE_FRAME, RIGHT_READ | RIGHT_WRITE);
    frame = slot_node(self, entry->frame);
    entry->address = map_address(g);
    entry->page = 0;
    if (operation == OP_SPACE_MAP && frame != NULL && frame->type == TYPE_FRAME) {
        entry->page = random_chance(g, 70) ? 0 : random_below(g, frame->pages);
        pages = random_chance(g, 60) ? frame->pages - entry->page
                                     : 1 + random_below(g, frame->pages - entry->page);
        if (pages % 512 == 0 && random_chance(g, 80))
            entry->address = random_below(g, 8) * 512 * PAGE;
    }
    if (random_chance(g, 5))
        attributes = random_below(g, 32);
    if (random_chance(g, 2))
        pages = odd_number(g);
    entry->count_attributes = pages << 8 | attributes;
}

static void list_arguments(struct generator *g, struct object *self, unsigned operation, u64 *words)
{
    struct abi_buffer *buffer = m_thread_buffer(g->m, self);
    u64 count = 1 + (random_chance(g, 30) ? random_below(g, 6) : 0);

    words[0] = random_chance(g, 2) ? odd_number(g) : count;
    for (u64 i = 0; buffer != NULL && i < count; i++) {
        struct abi_map_entry entry;

        fill_entry(g, self, operation, &entry);
        memcpy((char *)buffer->list + i * sizeof(entry), &entry, sizeof(entry));
    }
}

/* ---- captable ---- */

static void captable_arguments(struct generator *g, const struct object *self,
                               const struct object *table, unsigned operation, u64 *words)
{
    struct slots full, empty;

    look(table, &full, &empty);
    switch (operation) {
    case OP_CAPTABLE_COPY:
        words[0] = random_chance(g, WRONG_PERCENT) ? odd_number(g) : any_slot(g, &empty);
        words[1] = table_of(g, self);
        look(object_of(self, words[1]) != NULL && object_of(self, words[1])->t != NULL
                 ? object_of(self, words[1])
                 : NULL,
             &full, &empty);
        words[2] = random_chance(g, WRONG_PERCENT) ? odd_number(g) : any_slot(g, &full);
        words[3] = random_chance(g, 70) ? ~(u64)0 : random_next(g);
        words[4] = random_chance(g, 80) ? 0 : 1 + random_below(g, 3);
        words[5] = words[4] != 0 && random_chance(g, 40);
        if (random_chance(g, WRONG_PERCENT))
            words[4 + random_below(g, 2)] = odd_number(g);
        break;
    case OP_CAPTABLE_MOVE:
        words[0] = random_chance(g, WRONG_PERCENT) ? odd_number(g) : any_slot(g, &empty);
        words[1] = table_of(g, self);
        look(object_of(self, words[1]) != NULL && object_of(self, words[1])->t != NULL
                 ? object_of(self, words[1])
                 : NULL,
             &full, &empty);
        words[2] = random_chance(g, WRONG_PERCENT) ? odd_number(g) : any_slot(g, &full);
        break;
    case OP_CAPTABLE_ROTATE:
        for (unsigned i = 0; i < 3; i++)
            words[i] = random_chance(g, 70) ? any_slot(g, &full) : any_slot(g, &empty);
        break;
    case OP_CAPTABLE_ATTACH:
        words[0] = random_below(g, 10);
        words[1] = cap_of(g, self, TYPE_CHUNK, RIGHT_CONTROL);
        break;
    default: words[0] = random_chance(g, WRONG_PERCENT) ? odd_number(g) : any_slot(g, &full); break;
    }
}

/* ---- everything else, by the kind of argument ---- */

static u64 time_argument(struct generator *g, const char *name)
{
    static const u64 second = 1000000000;

    if (random_chance(g, WRONG_PERCENT))
        return odd_number(g);
    if (strcmp(name, "period") == 0)
        return 100000 + random_below(g, second);
    if (strcmp(name, "amount") == 0)
        return random_chance(g, 10) ? 0 : random_below(g, 100000000);
    if (strcmp(name, "minimum") == 0)
        return random_chance(g, 50) ? 0 : random_below(g, 1000000);
    return random_chance(g, 30) ? 0 : second * 3600 * 24 + random_below(g, second);
}

static u64 plain_argument(struct generator *g, const struct object *self,
                          const struct abi_argument *argument)
{
    switch (argument->kind) {
    case ABI_ARGUMENT_CAP:
        if (argument->is_optional && random_chance(g, 30))
            return 0;
        return cap_of(g, self, argument->type, argument->right);
    case ABI_ARGUMENT_TIME: return time_argument(g, argument->name);
    case ABI_ARGUMENT_PRIORITY: return random_chance(g, 5) ? odd_number(g) : 6 + random_below(g, 5);
    case ABI_ARGUMENT_INDEX: return empty_slot(g);
    case ABI_ARGUMENT_ADDRESS:
        return random_chance(g, 5) ? odd_number(g) : 4 * random_below(g, 1 << 20);
    case ABI_ARGUMENT_BITS: return random_chance(g, 30) ? random_next(g) : random_below(g, 4);
    case ABI_ARGUMENT_PAGES: return random_chance(g, 90) ? 0 : random_below(g, 8);
    default: return random_chance(g, 5) ? odd_number(g) : random_below(g, 4);
    }
}

static void operation_arguments(struct generator *g, struct object *self,
                                const struct abi_entry *entry)
{
    struct registers *r = &self->h->registers;
    struct object *object;

    r->call = ABI_CALL_INVOKE;
    r->info = (u64)entry->operation << ABI_INFO_LABEL_SHIFT;
    r->cap = cap_of(g, self, entry->type, entry->right);
    if (entry->type == TYPE_CAPTABLE && entry->operation != OP_CAPTABLE_ATTACH)
        r->cap = table_of(g, self);
    object = object_of(self, r->cap);
    for (unsigned i = 0; i < entry->in_count; i++)
        r->words[entry->in[i].word] = plain_argument(g, self, &entry->in[i]);
    if (object != NULL && object->type != entry->type)
        object = NULL;
    if (entry->type == TYPE_MEMORY && entry->operation == OP_MEMORY_MAKE)
        make_arguments(g, object, r->words);
    else if (entry->type == TYPE_SPACE && entry->operation <= OP_SPACE_PROTECT)
        list_arguments(g, self, entry->operation, r->words);
    else if (entry->type == TYPE_CAPTABLE)
        captable_arguments(g, self, object, entry->operation, r->words);
    else if (entry->type == TYPE_INTERRUPT_CONTROL)
        r->words[0] = random_below(g, g->m->line_count + 1);
    else if (entry->type == TYPE_THREAD && entry->operation == OP_THREAD_CONFIGURE)
        r->words[6] = 0;
}

/* ---- messages ---- */

static void message_arguments(struct generator *g, struct object *self)
{
    struct registers *r = &self->h->registers;
    struct abi_buffer *buffer = m_thread_buffer(g->m, self);
    u64 length = random_chance(g, 80) ? random_below(g, 9) : random_below(g, 66);
    u64 caps = random_chance(g, 75) ? 0 : random_below(g, 6);

    r->info = length | caps << ABI_INFO_CAPS_SHIFT | random_below(g, 3) << ABI_INFO_LABEL_SHIFT;
    if (random_chance(g, 2))
        r->info = random_next(g);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        r->words[i] = random_next(g);
    for (u64 i = ABI_REGISTER_WORDS; buffer != NULL && i < length && i < ABI_MESSAGE_WORDS; i++)
        buffer->words[i] = random_next(g);
    for (unsigned i = 0; buffer != NULL && i < ABI_MESSAGE_CAPS; i++)
        buffer->caps[i] = any_slot(g, &g->full);
}

/* A reply object: bound (to answer), or free (to receive with). */
static u64 reply_of(struct generator *g, const struct object *self, bool is_bound)
{
    for (unsigned i = 0; i < g->full.count; i++) {
        u64 index = g->full.index[i];
        const struct node *cap = slot_node(self, index);

        if (cap->type == TYPE_REPLY && m_cap_check(cap) == OK &&
            cap->object->r.is_bound == is_bound && (is_bound || cap->object->r.server == NULL) &&
            random_chance(g, 60))
            return index;
    }
    return cap_of(g, self, TYPE_REPLY, 0);
}

static void call_arguments(struct generator *g, struct object *self, const struct abi_entry *entry)
{
    struct registers *r = &self->h->registers;
    struct abi_buffer *buffer = m_thread_buffer(g->m, self);

    r->call = entry->call;
    r->cap = cap_of(g, self, entry->type, entry->right);
    if ((entry->uses & ABI_USES_INFO) != 0)
        message_arguments(g, self);
    if (entry->call == ABI_CALL_SIGNAL)
        r->words[0] = random_chance(g, 50) ? random_below(g, 8) : random_next(g);
    if ((entry->uses & ABI_USES_AUX) != 0)
        r->aux = reply_of(g, self,
                          entry->call == ABI_CALL_REPLY || entry->call == ABI_CALL_REPLY_RECEIVE);
    for (unsigned i = 0; buffer != NULL && i < ABI_MESSAGE_CAPS; i++)
        buffer->receive_slots[i] = random_chance(g, 20) ? 0 : empty_slot(g);
}

/* ---- what keeps the run going ---- */

static bool is_root_table(const struct generator *g, const struct object *table)
{
    return table != NULL && table == m_held_object(g->root, HELD_CAPTABLE);
}

static bool harms_table(struct generator *g, const struct object *self, const struct object *table)
{
    const u64 *words = self->h->registers.words;
    u64 operation = self->h->registers.info >> ABI_INFO_LABEL_SHIFT;
    bool is_protected = is_root_table(g, table);
    u64 slots = g->is_on_target ? TARGET_SLOTS : HOST_SLOTS;

    switch (operation) {
    case OP_CAPTABLE_MOVE: return is_root_table(g, object_of(self, words[1])) && words[2] < slots;
    case OP_CAPTABLE_ROTATE:
        return is_protected && (words[0] < slots || words[1] < slots || words[2] < slots);
    case OP_CAPTABLE_DELETE: return is_protected && words[0] < slots;
    case OP_CAPTABLE_REVOKE: return is_protected && words[0] < slots && !random_chance(g, 2);
    default: return false;
    }
}

/* On the target nobody may come to run beside root, nothing may happen by itself, and registers,
 * lines and power are the machine's own. */
static bool is_unforeseeable(const struct generator *g, const struct object *self,
                             const struct node *cap, u64 operation)
{
    static const u64 day_ns = (u64)24 * 3600 * 1000000000;
    const u64 *words = self->h->registers.words;
    const struct object *budget;

    switch (cap->type) {
    case TYPE_THREAD:
        budget = cap->object->h->running_on;
        if (operation == OP_THREAD_START || operation == OP_THREAD_RESUME)
            return budget != NULL && budget->b.amount != 0;
        return operation == OP_THREAD_READ || operation == OP_THREAD_WRITE ||
               operation == OP_THREAD_SET_BREAKPOINT || operation == OP_THREAD_SINGLE_STEP;
    case TYPE_TIME_CONTROL:
        budget = object_of(self, words[0]);
        return budget == g->root->h->running_on ||
               (budget != NULL && budget->type == TYPE_BUDGET && budget->b.waiting.count != 0);
    case TYPE_TIMER:
        return operation == OP_TIMER_SET && words[0] != 0 &&
               (words[0] < day_ns || words[0] >> 62 != 0);
    case TYPE_SPACE:
        return cap->object == m_held_object(g->root, HELD_SPACE) && operation != OP_SPACE_MAP &&
               operation != OP_SPACE_INFO;
    case TYPE_CAPTABLE:
        return operation == OP_CAPTABLE_REVOKE && is_root_table(g, cap->object) &&
               words[0] < TARGET_SLOTS;
    case TYPE_INTERRUPT_CONTROL:
    case TYPE_POWER_CONTROL: return true;
    default: return false;
    }
}

/* The call would take something away that root needs. */
static bool is_harmful(struct generator *g, struct object *self)
{
    const struct registers *r = &self->h->registers;
    u64 operation = r->info >> ABI_INFO_LABEL_SHIFT;
    struct node *cap = slot_node(self, r->cap);

    if (r->call != ABI_CALL_INVOKE) {
        bool may_block = r->call == ABI_CALL_CALL || r->call == ABI_CALL_SEND ||
                         r->call == ABI_CALL_RECEIVE || r->call == ABI_CALL_REPLY_RECEIVE ||
                         r->call == ABI_CALL_WAIT || r->call == 0 || r->call > ABI_CALL_INVOKE;
        return self == g->root && may_block;
    }
    if (cap == NULL || m_cap_check(cap) != OK)
        return false;
    if (g->is_on_target && is_unforeseeable(g, self, cap, operation))
        return true;
    if (cap->type == TYPE_CAPTABLE)
        return harms_table(g, self, cap->object);
    if (cap->type == TYPE_THREAD && cap->object == g->root)
        return operation == OP_THREAD_STOP || operation == OP_THREAD_SET_PRIORITY;
    if (cap->type == TYPE_SPACE && cap->object == m_held_object(g->root, HELD_SPACE))
        return operation == OP_SPACE_GIVE;
    if (cap->type == TYPE_TIME_CONTROL)
        return object_of(self, r->words[0]) == g->root->h->running_on &&
               r->words[1] < r->words[2] / 2;
    if (cap->type == TYPE_POWER_CONTROL)
        return (cap->rights & RIGHT_CONTROL) != 0 && !random_chance(g, 1);
    return false;
}

/* ---- a new thread ---- */

/* A budget that has time, so that the thread runs, maybe on another core. */
static u64 some_time(struct generator *g, const struct object *self)
{
    u64 index = 0;

    if (g->m->core_count > 1 && !g->is_on_target && random_chance(g, 70))
        return g->second_budget;
    for (unsigned i = 0; i < 8; i++) {
        const struct object *budget;

        index = cap_of(g, self, TYPE_BUDGET, RIGHT_CONTROL);
        budget = object_of(self, index);
        if (budget != NULL && budget->type == TYPE_BUDGET && budget->b.amount != 0 &&
            budget != g->root->h->running_on)
            return index;
    }
    return index;
}

static void plan_step(struct generator *g, struct object *self)
{
    struct registers *r = &self->h->registers;
    u64 memory = ABI_ROOT_MEMORY;
    const struct object *object = object_of(self, memory);
    u64 page = random_below(g, object->size / PAGE) * PAGE;

    r->call = ABI_CALL_INVOKE;
    r->info = (u64)OP_MEMORY_MAKE << ABI_INFO_LABEL_SHIFT;
    r->cap = memory;
    memset(r->words, 0, sizeof(r->words));
    r->words[1] = page;
    r->words[3] = 1;
    switch (g->plan++) {
    case 1:
        g->plan_slot = any_slot(g, &g->empty);
        r->words[0] = TYPE_THREAD;
        r->words[4] = g->plan_slot;
        break;
    case 2:
        r->words[0] = TYPE_FRAME;
        r->words[2] = 1;
        r->words[4] = any_slot(g, &g->empty);
        break;
    case 3:
        r->cap = g->plan_slot;
        r->info = (u64)OP_THREAD_CONFIGURE << ABI_INFO_LABEL_SHIFT;
        memset(r->words, 0, sizeof(r->words));
        r->words[0] = random_chance(g, 80) ? ABI_ROOT_CAPTABLE : table_of(g, self);
        r->words[1] =
            random_chance(g, 50) ? ABI_ROOT_SPACE : cap_of(g, self, TYPE_SPACE, RIGHT_CONTROL);
        r->words[2] = random_chance(g, 50) ? ABI_ROOT_BUDGET : some_time(g, self);
        r->words[3] = random_chance(g, 60) ? cap_of(g, self, TYPE_ENDPOINT, RIGHT_SEND) : 0;
        r->words[5] = cap_of(g, self, TYPE_FRAME, RIGHT_READ | RIGHT_WRITE);
        r->words[7] = random_chance(g, 75) ? 0 : random_below(g, 4);
        break;
    case 4:
        r->cap = g->plan_slot;
        r->info = (u64)OP_THREAD_SET_PRIORITY << ABI_INFO_LABEL_SHIFT;
        memset(r->words, 0, sizeof(r->words));
        r->words[0] = g->root->h->priority - 1 + random_below(g, 3);
        r->words[1] = 20;
        break;
    default:
        r->cap = g->plan_slot;
        r->info = (u64)OP_THREAD_START << ABI_INFO_LABEL_SHIFT;
        memset(r->words, 0, sizeof(r->words));
        r->words[0] = 0x1000;
        g->plan = 0;
        break;
    }
}

/* ---- the choice ---- */

static unsigned weight(const struct abi_entry *entry)
{
    static const uint8_t calls[] = {
        [ABI_CALL_CALL] = 80,          [ABI_CALL_SEND] = 40,           [ABI_CALL_SEND_NOWAIT] = 40,
        [ABI_CALL_RECEIVE] = 60,       [ABI_CALL_RECEIVE_NOWAIT] = 40, [ABI_CALL_REPLY] = 60,
        [ABI_CALL_REPLY_RECEIVE] = 60, [ABI_CALL_SIGNAL] = 40,         [ABI_CALL_WAIT] = 20,
        [ABI_CALL_POLL] = 30,          [ABI_CALL_YIELD] = 60,          [ABI_CALL_INVOKE] = 0,
    };

    if (entry->call != ABI_CALL_INVOKE)
        return calls[entry->call];
    if (entry->type == TYPE_MEMORY && entry->operation == OP_MEMORY_MAKE)
        return 120;
    if (entry->type == TYPE_CAPTABLE)
        return entry->operation == OP_CAPTABLE_DELETE ? 60
               : entry->operation == OP_CAPTABLE_COPY ? 100
                                                      : 15;
    if (entry->type == TYPE_SPACE)
        return entry->operation == OP_SPACE_MAP ? 50 : 20;
    if (entry->type == TYPE_THREAD)
        return entry->operation == OP_THREAD_RESUME || entry->operation == OP_THREAD_CANCEL ? 25
                                                                                            : 12;
    if (entry->type == TYPE_TIME_CONTROL)
        return 25;
    if (entry->type == TYPE_LOG_CONTROL || entry->type == TYPE_POWER_CONTROL)
        return 3;
    return 12;
}

static const struct abi_entry *choose(struct generator *g)
{
    unsigned total = 0;
    u64 at;

    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++)
        total += weight(&abi_entries[i]);
    at = random_below(g, total);
    for (unsigned i = 0;; i++) {
        if (at < weight(&abi_entries[i]))
            return &abi_entries[i];
        at -= weight(&abi_entries[i]);
    }
}

static void make_random(struct generator *g, struct object *self)
{
    const struct abi_entry *entry = choose(g);

    if (random_chance(g, 1) && self != g->root) {
        self->h->registers.call = odd_number(g);
        return;
    }
    memset(&self->h->registers, 0, sizeof(self->h->registers));
    if (entry->call == ABI_CALL_INVOKE)
        operation_arguments(g, self, entry);
    else
        call_arguments(g, self, entry);
    if (random_chance(g, 1))
        self->h->registers.words[random_below(g, 8)] = odd_number(g);
    if (random_chance(g, 1))
        self->h->registers.info = random_next(g);
}

void generate_call(struct generator *g)
{
    struct object *self = g->m->core[g->m->here].current;

    look(m_held_object(self, HELD_CAPTABLE), &g->full, &g->empty);
    if (self == g->root && !g->is_on_target && g->plan == 0 && g->until_plan-- == 0) {
        g->plan = 1;
        g->until_plan = 5 + (unsigned)random_below(g, 30);
    }
    if (self == g->root && g->plan != 0) {
        plan_step(g, self);
        return;
    }
    do {
        make_random(g, self);
    } while (is_harmful(g, self));
}

unsigned call_entry(const struct object *self)
{
    const struct registers *r = &self->h->registers;
    struct node *cap = slot_node(self, r->cap);

    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];

        if (entry->call != r->call)
            continue;
        if (entry->call != ABI_CALL_INVOKE || (cap != NULL && entry->type == cap->type &&
                                               entry->operation == r->info >> ABI_INFO_LABEL_SHIFT))
            return i;
    }
    return ABI_ENTRY_COUNT;
}
