/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's operations.  Capability arguments were found to have their type and right; each
 * operation checks the rest in the order of the ABI text, then acts.  Results go to the invoking
 * thread's words.
 */
#include "model.h"

#include <string.h>

enum { PAGE = ABI_PAGE_SIZE, SIZE_PAGES_MAX = 0x7fffff, BREAKPOINTS = 2, BREAKPOINT_KINDS = 5 };
enum { KIND_RAM = 1, KIND_USABLE = 2 };

static const u64 NS = 1000000000;

/* One operation under way. */
struct op {
    struct model *m;
    struct object *self;
    struct node *cap;
    struct object *object;
    const u64 *in;
    u64 *out;
    u64 *culprit;
};

static struct node *arg(const struct op *op, unsigned word)
{
    struct node *cap = NULL;

    if (op->in[word] != 0)
        (void)m_cap_lookup(op->self, op->in[word], &cap);
    return cap;
}

static status_t fail(const struct op *op, u64 culprit, status_t status)
{
    *op->culprit = culprit;
    return status;
}

static u64 to_ticks(const struct model *m, u64 ns)
{
    return ns / NS * m->frequency + ns % NS * m->frequency / NS;
}

static u64 to_ns(const struct model *m, u64 ticks)
{
    return ticks / m->frequency * NS + ticks % m->frequency * NS / m->frequency;
}

/* ---- memory ---- */

static const unsigned all_rights[] = {
    [TYPE_MEMORY] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_FRAME] = RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_REVOKE,
    [TYPE_SPACE] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_POOL] = RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_CAPTABLE] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_CHUNK] = RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_THREAD] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_BUDGET] = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_ENDPOINT] = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_GRANT | RIGHT_GRANT_REPLY | RIGHT_BADGE |
                      RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_REPLY] = RIGHT_REVOKE,
    [TYPE_NOTIFICATION] = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_BADGE | RIGHT_REVOKE,
    [TYPE_INTERRUPT] = RIGHT_REVOKE | RIGHT_CONTROL,
    [TYPE_TIMER] = RIGHT_REVOKE | RIGHT_CONTROL,
};

static bool is_paged(u64 type)
{
    return type == TYPE_MEMORY || type == TYPE_FRAME || type == TYPE_SPACE || type == TYPE_POOL;
}

/* Bytes of one object; 0: there is none of this type and size. */
static u64 object_size(u64 type, u64 size)
{
    static const u64 plain[] = {
        [TYPE_CHUNK] = ABI_CHUNK_BYTES,         [TYPE_THREAD] = ABI_THREAD_BYTES,
        [TYPE_BUDGET] = ABI_BUDGET_BYTES,       [TYPE_ENDPOINT] = ABI_ENDPOINT_BYTES,
        [TYPE_REPLY] = ABI_REPLY_BYTES,         [TYPE_NOTIFICATION] = ABI_NOTIFICATION_BYTES,
        [TYPE_INTERRUPT] = ABI_INTERRUPT_BYTES, [TYPE_TIMER] = ABI_TIMER_BYTES,
    };
    u64 least = type == TYPE_SPACE ? ABI_SPACE_PAGES_MIN : 1;

    if (type >= TYPE_TIME_CONTROL || type <= TYPE_DEAD)
        return 0;
    if (is_paged(type))
        return size < least || size > SIZE_PAGES_MAX ? 0 : size * PAGE;
    if (type != TYPE_CAPTABLE)
        return size == 0 ? plain[type] : 0;
    if (size == 0 || size > ABI_CAPTABLE_CHUNKS_MAX)
        return 0;
    return ABI_CAPTABLE_BYTES + size * sizeof(u64);
}

static void make_frame(struct op *op, u64 base, u64 bytes, struct node *slot)
{
    bool is_ram = (op->object->m.kind & KIND_RAM) != 0;

    slot->type = TYPE_FRAME;
    slot->rights = all_rights[TYPE_FRAME] & (is_ram ? ~0u : ~(unsigned)RIGHT_EXECUTE);
    slot->is_owner = true;
    slot->base = base;
    slot->pages = bytes / PAGE;
    slot->is_device = !is_ram;
    m_node_add(op->cap, slot);
    m_memory_add(op->object, base, bytes, NULL, slot);
}

static void make_object(struct op *op, unsigned type, u64 base, u64 bytes, u64 size,
                        struct node *slot)
{
    struct object *object = m_object_new(type, base, bytes, op->object);

    if (type == TYPE_MEMORY) {
        object->m.kind = op->object->m.kind;
        object->m.depth = op->object->m.depth + 1;
    } else if (type == TYPE_SPACE) {
        object->s.free_pages = size - ABI_SPACE_PAGES_MIN;
        object->s.free_records = op->m->records_in_space;
    } else if (type == TYPE_CAPTABLE) {
        object->t->size = (unsigned)size;
    }
    m_memory_add(op->object, base, bytes, object, NULL);
    m_node_add(op->cap, &object->anchor);
    slot->type = type;
    slot->rights = all_rights[type];
    slot->is_owner = true;
    slot->object = object;
    m_node_add(&object->anchor, slot);
}

/* Whatever was in these pages is zero now. */
static void forget_pages(struct model *m, u64 base, u64 bytes)
{
    for (unsigned i = 0; i < m->pages.count; i++) {
        struct page *page = m->pages.item[i];

        if (page->base - base < bytes)
            memset(&page->content, 0, sizeof(page->content));
    }
}

static status_t make_one(struct op *op, u64 type, u64 base, u64 bytes, u64 size, u64 index)
{
    u64 header = op->object->memory != NULL ? ABI_MEMORY_HEADER_BYTES : 0;
    struct node *slot;
    status_t status = m_cap_lookup_empty(op->self, index, &slot);

    if (status != OK)
        return fail(op, 5, status);
    if (base < op->object->base + header)
        return fail(op, 2, ERR_NO_MEMORY);
    if (m_memory_overlap(op->object, base, bytes) != NULL)
        return fail(op, 2, ERR_IN_USE);
    if (type == TYPE_FRAME)
        make_frame(op, base, bytes, slot);
    else
        make_object(op, (unsigned)type, base, bytes, size, slot);
    forget_pages(op->m, base, bytes);
    return OK;
}

static status_t memory_make(struct op *op)
{
    u64 type = op->in[0], at = op->in[1], size = op->in[2], count = op->in[3], slot = op->in[4];
    u64 bytes = object_size(type, size);
    u64 stride = (bytes + ABI_OBJECT_ALIGN - 1) / ABI_OBJECT_ALIGN * ABI_OBJECT_ALIGN;
    struct object *memory = op->object;
    status_t status = OK;

    if (type <= TYPE_DEAD || type >= TYPE_TIME_CONTROL)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    if (type != TYPE_FRAME && (memory->m.kind & KIND_USABLE) == 0)
        return fail(op, 1, ERR_WRONG_TYPE);
    if (bytes == 0)
        return fail(op, 3, ERR_BAD_ARGUMENT);
    if (count == 0)
        return fail(op, 4, ERR_BAD_ARGUMENT);
    if (at % (u64)(is_paged(type) ? PAGE : ABI_OBJECT_ALIGN) != 0)
        return fail(op, 2, ERR_MISALIGNED);
    if (at > memory->size || count > (memory->size - at) / stride)
        return fail(op, 2, ERR_NO_MEMORY);
    if (type == TYPE_MEMORY && memory->m.depth >= MODEL_DEPTH_MAX)
        return ERR_OVER_LIMIT;
    while (op->out[0] < count && status == OK) {
        u64 done = op->out[0];

        status = make_one(op, type, memory->base + at + done * stride, bytes, size, slot + done);
        if (status == OK)
            op->out[0]++;
    }
    return status;
}

static status_t memory_op(struct op *op, u64 operation)
{
    if (operation == OP_MEMORY_MAKE)
        return memory_make(op);
    op->out[0] = op->object->size;
    op->out[1] = op->object->m.kind;
    return OK;
}

/* ---- frame ---- */

static status_t frame_op(struct op *op, u64 operation)
{
    u64 first = op->in[0], size = op->in[1];

    if (operation == OP_FRAME_INFO) {
        op->out[0] = op->cap->pages;
        op->out[1] = op->cap->is_device ? 0 : 1;
        return OK;
    }
    if (op->cap->is_device)
        return ERR_WRONG_TYPE;
    if (first >= op->cap->pages)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    return size > op->cap->pages - first ? fail(op, 2, ERR_BAD_ARGUMENT) : OK;
}

/* ---- space ---- */

static status_t space_list(struct op *op, u64 operation)
{
    struct abi_buffer *buffer = m_thread_buffer(op->m, op->self);
    status_t status = OK;

    if (buffer == NULL)
        return fail(op, 1, ERR_BAD_STATE);
    if (op->in[0] > ABI_LIST_MAX)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    while (op->out[0] < op->in[0] && status == OK) {
        struct abi_map_entry entry;
        struct node *frame;

        memcpy(&entry, (const char *)buffer->list + op->out[0] * sizeof(entry), sizeof(entry));
        if (operation == OP_SPACE_MAP)
            status = m_cap_argument(op->self, entry.frame, TYPE_FRAME, 0, &frame);
        if (status == OK && operation == OP_SPACE_MAP)
            status = m_space_map(op->m, op->object, frame, &entry, &op->out[1]);
        else if (status == OK)
            status =
                m_space_change(op->m, op->object, &entry, operation == OP_SPACE_UNMAP, &op->out[1]);
        if (status == OK)
            op->out[0]++;
    }
    return status == OK ? OK : fail(op, 1, status);
}

static status_t space_op(struct op *op, u64 operation)
{
    struct object *space = op->object;
    struct object *pool;

    switch (operation) {
    case OP_SPACE_GIVE:
        pool = arg(op, 0)->object;
        if (pool->pool_space != NULL)
            return fail(op, 1, ERR_IN_USE);
        pool->pool_space = space;
        m_list_append(&space->s.pools, pool);
        space->s.free_pages += pool->size / PAGE - 1;
        space->s.free_records += op->m->records_in_pool;
        return OK;
    case OP_SPACE_INFO:
        op->out[0] = space->s.free_pages;
        op->out[1] = space->s.mapped;
        return OK;
    default: return space_list(op, operation);
    }
}

/* ---- captable ---- */

static status_t slot_of(const struct object *table, u64 index, struct node **out)
{
    *out = model_slot(table, index);
    return *out == NULL ? ERR_BAD_CAPABILITY : OK;
}

static status_t badge_check(const struct node *from, u64 badge)
{
    if (badge == 0)
        return OK;
    if (badge >> 63 != 0)
        return ERR_BAD_ARGUMENT;
    if (from->type != TYPE_ENDPOINT && from->type != TYPE_NOTIFICATION)
        return ERR_NO_RIGHT;
    return from->badge == 0 && (from->rights & RIGHT_BADGE) != 0 ? OK : ERR_NO_RIGHT;
}

static status_t captable_copy(struct op *op)
{
    struct node *to;
    struct node *from;
    status_t status = slot_of(op->object, op->in[0], &to);

    if (status != OK || !m_node_is_empty(to))
        return fail(op, 1, status != OK ? status : ERR_SLOT_IN_USE);
    status = slot_of(arg(op, 1)->object, op->in[2], &from);
    if (status == OK)
        status = m_cap_check(from);
    if (status != OK)
        return fail(op, 3, status);
    status = badge_check(from, op->in[4]);
    if (status != OK)
        return fail(op, 5, status);
    if (op->in[5] > 1 || (op->in[5] == 1 && (op->in[4] == 0 || from->type != TYPE_ENDPOINT)))
        return fail(op, 6, ERR_BAD_ARGUMENT);
    m_cap_derive(op->m, to, from, op->in[3]);
    if (op->in[4] != 0)
        to->badge = op->in[4];
    to->is_session = op->in[5] == 1;
    return OK;
}

static status_t captable_move(struct op *op)
{
    struct node *to;
    struct node *from;
    status_t status = slot_of(op->object, op->in[0], &to);

    if (status != OK || !m_node_is_empty(to))
        return fail(op, 1, status != OK ? status : ERR_SLOT_IN_USE);
    status = slot_of(arg(op, 1)->object, op->in[2], &from);
    if (status != OK || m_node_is_empty(from))
        return fail(op, 3, ERR_BAD_CAPABILITY);
    m_cap_move(op->m, from, to);
    return OK;
}

static status_t captable_rotate(struct op *op)
{
    struct node spare = {.kind = NODE_CAP};
    struct node *slot[3];

    for (unsigned i = 0; i < 3; i++) {
        if (slot_of(op->object, op->in[i], &slot[i]) != OK)
            return fail(op, i + 1, ERR_BAD_CAPABILITY);
    }
    if (slot[0] == slot[1] || slot[1] == slot[2] || slot[0] == slot[2])
        return fail(op, slot[0] == slot[1] ? 2 : 3, ERR_BAD_ARGUMENT);
    m_cap_move(op->m, slot[2], &spare);
    m_cap_move(op->m, slot[1], slot[2]);
    m_cap_move(op->m, slot[0], slot[1]);
    m_cap_move(op->m, &spare, slot[0]);
    return OK;
}

static status_t captable_end(struct op *op, u64 operation)
{
    u64 kills = op->m->kills;
    u64 killed = 0;
    struct node *slot;
    status_t status = slot_of(op->object, op->in[0], &slot);

    if (status == OK && operation == OP_CAPTABLE_REVOKE)
        status = m_cap_check(slot);
    if (status == OK && operation == OP_CAPTABLE_REVOKE && (slot->rights & RIGHT_REVOKE) == 0)
        status = ERR_NO_RIGHT;
    if (status != OK)
        return fail(op, 1, status);
    if (operation == OP_CAPTABLE_DELETE) {
        m_cap_delete(op->m, slot);
    } else {
        m_cap_revoke(op->m, slot, &killed);
        op->out[0] = killed;
    }
    if (killed != 0 || op->m->kills != kills)
        model_clean(op->m);
    return OK;
}

static status_t captable_op(struct op *op, u64 operation)
{
    struct object *chunk;
    struct node *slot;
    bool is_dead;

    switch (operation) {
    case OP_CAPTABLE_ATTACH:
        chunk = arg(op, 1)->object;
        if (op->in[0] >= op->object->t->size)
            return fail(op, 1, ERR_BAD_ARGUMENT);
        if (op->object->t->chunk[op->in[0]] != NULL)
            return fail(op, 1, ERR_IN_USE);
        if (chunk->c->table != NULL)
            return fail(op, 2, ERR_IN_USE);
        op->object->t->chunk[op->in[0]] = chunk;
        chunk->c->table = op->object;
        chunk->c->position = (unsigned)op->in[0];
        return OK;
    case OP_CAPTABLE_COPY: return captable_copy(op);
    case OP_CAPTABLE_MOVE: return captable_move(op);
    case OP_CAPTABLE_ROTATE: return captable_rotate(op);
    case OP_CAPTABLE_QUERY:
        if (slot_of(op->object, op->in[0], &slot) != OK)
            return fail(op, 1, ERR_BAD_CAPABILITY);
        is_dead = m_cap_check(slot) == ERR_PEER_GONE;
        op->out[0] = is_dead ? TYPE_DEAD : slot->type;
        op->out[1] = is_dead ? 0 : slot->rights;
        op->out[2] = is_dead ? 0 : slot->badge;
        op->out[3] = !is_dead && slot->children.count != 0;
        return OK;
    default: return captable_end(op, operation);
    }
}

/* ---- thread ---- */

static void held_set(struct op *op, struct object *thread, enum held held, unsigned word)
{
    struct node *from = arg(op, word);

    if (from == NULL)
        return;
    m_cap_delete(op->m, &thread->h->held[held]);
    m_cap_derive(op->m, &thread->h->held[held], from, ~(u64)0);
}

static bool is_idle(const struct object *thread)
{
    return thread->h->state == STOPPED || thread->h->state == FAULTED;
}

static status_t thread_configure(struct op *op)
{
    struct object *thread = op->object;
    const struct node *buffer = arg(op, 5);

    if (!is_idle(thread))
        return ERR_BAD_STATE;
    if (op->in[7] > (OPTION_PASSIVE | OPTION_FORWARDED))
        return fail(op, 8, ERR_BAD_ARGUMENT);
    if (buffer != NULL && buffer->is_device)
        return fail(op, 6, ERR_WRONG_TYPE);
    if (buffer != NULL && (~buffer->rights & (RIGHT_READ | RIGHT_WRITE)) != 0)
        return fail(op, 6, ERR_NO_RIGHT);
    if (buffer != NULL && op->in[6] >= buffer->pages)
        return fail(op, 7, ERR_BAD_ARGUMENT);
    held_set(op, thread, HELD_CAPTABLE, 0);
    held_set(op, thread, HELD_SPACE, 1);
    held_set(op, thread, HELD_BUDGET, 2);
    held_set(op, thread, HELD_FAULT, 3);
    held_set(op, thread, HELD_TIMEOUT, 4);
    held_set(op, thread, HELD_BUFFER, 5);
    if (buffer != NULL)
        thread->h->buffer_page = op->in[6];
    thread->h->options = (unsigned)op->in[7];
    if (op->in[2] != 0)
        m_thread_set_budget(op->m, thread, m_held_object(thread, HELD_BUDGET));
    return OK;
}

static status_t thread_priority_op(struct op *op)
{
    u64 priority = op->in[0], ceiling = op->in[1];
    u64 limit = op->in[2] != 0 ? ABI_PRIORITIES - 1 : op->self->h->ceiling;

    if (priority >= ABI_PRIORITIES)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    if (ceiling >= ABI_PRIORITIES || priority > ceiling)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    if (ceiling > limit)
        return fail(op, 2, ERR_OVER_LIMIT);
    op->object->h->ceiling = (unsigned)ceiling;
    m_thread_set_priority(op->m, op->object, (unsigned)priority);
    return OK;
}

static status_t thread_start(struct op *op)
{
    struct thread *h = op->object->h;

    if (!is_idle(op->object) || m_held_object(op->object, HELD_SPACE) == NULL)
        return ERR_BAD_STATE;
    if (op->in[0] >= op->m->user_top)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    if (op->in[1] > op->m->user_top)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    h->is_restarting = false;
    h->has_fp = false;
    memset(h->fp, 0, sizeof(h->fp));
    h->registers = (struct registers){.words = {op->in[2]}};
    h->pc = op->in[0];
    h->sp = op->in[1];
    h->tp = op->in[3];
    return m_thread_resume(op->m, op->object);
}

/* The host's list of registers: words, pc, sp, tp, has-fp, four floating-point values. */
static status_t thread_registers(struct op *op, bool is_write)
{
    enum { PC = 8, SP, TP, HAS_FP, FP, COUNT = FP + 4 };
    struct thread *h = op->object->h;
    struct abi_buffer *buffer = m_thread_buffer(op->m, op->self);
    bool is_readable = is_idle(op->object) || h->state == CALLING || h->state == SENDING;
    bool has_message = is_write && h->state == SENDING && h->kind != KIND_FAULT;
    u64 list[COUNT];

    if (!is_readable || has_message || buffer == NULL)
        return ERR_BAD_STATE;
    if (!is_write) {
        memcpy(list, h->registers.words, sizeof(h->registers.words));
        list[PC] = h->pc;
        list[SP] = h->sp;
        list[TP] = h->tp;
        list[HAS_FP] = h->has_fp;
        for (unsigned i = 0; i < 4; i++)
            list[FP + i] = h->has_fp ? h->fp[i] : 0;
        memcpy(buffer->list, list, sizeof(list));
        return OK;
    }
    memcpy(list, buffer->list, sizeof(list));
    if (list[HAS_FP] > 1)
        return ERR_BAD_ARGUMENT;
    h->is_restarting = false;
    memcpy(h->registers.words, list, sizeof(h->registers.words));
    h->pc = list[PC];
    h->sp = list[SP];
    h->tp = list[TP];
    if (list[HAS_FP] == 1)
        memcpy(h->fp, &list[FP], sizeof(h->fp));
    h->has_fp = h->has_fp || list[HAS_FP] == 1;
    return OK;
}

static status_t thread_bind(struct op *op)
{
    struct object *thread = op->object;
    struct node *cap = arg(op, 0);

    if (cap != NULL && cap->object->n.bound != NULL)
        return fail(op, 1, ERR_IN_USE);
    m_thread_unbind(thread);
    m_cap_delete(op->m, &thread->h->held[HELD_NOTIFICATION]);
    if (cap == NULL)
        return OK;
    held_set(op, thread, HELD_NOTIFICATION, 0);
    cap->object->n.bound = thread;
    m_signal_object(op->m, cap->object, 0);
    return OK;
}

static status_t thread_debug(struct op *op, u64 operation)
{
    struct thread *h = op->object->h;

    if (operation == OP_THREAD_SINGLE_STEP && op->in[0] > 1)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    if (operation == OP_THREAD_SET_BREAKPOINT && op->in[2] >= BREAKPOINT_KINDS)
        return fail(op, 3, ERR_BAD_ARGUMENT);
    if (operation == OP_THREAD_SET_BREAKPOINT && op->in[1] >= op->m->user_top)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    if (h->state == RUNNING)
        return ERR_BAD_STATE;
    if (operation == OP_THREAD_SET_BREAKPOINT && op->in[0] >= BREAKPOINTS)
        return ERR_NOT_SUPPORTED;
    return OK;
}

static status_t thread_op(struct op *op, u64 operation)
{
    struct thread *h = op->object->h;

    switch (operation) {
    case OP_THREAD_CONFIGURE: return thread_configure(op);
    case OP_THREAD_SET_PRIORITY: return thread_priority_op(op);
    case OP_THREAD_START: return thread_start(op);
    case OP_THREAD_RESUME: return m_thread_resume(op->m, op->object);
    case OP_THREAD_STOP:
        if (op->object == op->self)
            h->registers.call = (u64)OK;
        m_thread_stop(op->m, op->object);
        return OK;
    case OP_THREAD_CANCEL: return m_thread_cancel(op->m, op->object, ERR_CANCELLED);
    case OP_THREAD_READ: return thread_registers(op, false);
    case OP_THREAD_WRITE: return thread_registers(op, true);
    case OP_THREAD_BIND: return thread_bind(op);
    case OP_THREAD_SET_MINIMUM: h->minimum = to_ticks(op->m, op->in[0]); return OK;
    case OP_THREAD_INFO:
        op->out[0] = (u64)h->state;
        op->out[1] = h->core;
        op->out[2] = h->priority;
        return OK;
    default: return thread_debug(op, operation);
    }
}

/* ---- time ---- */

static status_t budget_info(struct op *op)
{
    struct object *budget = op->object;

    op->m->is_output_free = op->m->is_clock_running;
    op->out[0] = to_ns(op->m, budget->b.amount);
    op->out[1] = to_ns(op->m, budget->b.period);
    op->out[2] = budget->b.left > 0 ? to_ns(op->m, (u64)budget->b.left) : 0;
    op->out[3] = to_ns(op->m, budget->b.consumed);
    return OK;
}

static status_t time_fill(struct op *op)
{
    static const u64 LEAST = 100000, MOST = 3600 * (u64)1000000000;
    u64 amount = op->in[1], period = op->in[2];
    status_t status;

    if (period < LEAST || period > MOST)
        return fail(op, 3, ERR_BAD_ARGUMENT);
    if (amount > period)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    status = m_budget_fill(op->m, arg(op, 0)->object, (unsigned)op->cap->badge,
                           to_ticks(op->m, amount), to_ticks(op->m, period), &op->out[0]);
    return status == OK ? OK : fail(op, status == ERR_OVER_LIMIT ? 2 : 1, status);
}

static void hold(struct op *op, struct node *slot, unsigned word)
{
    struct node *from = arg(op, word);

    m_cap_delete(op->m, slot);
    m_cap_derive(op->m, slot, from, ~(u64)0);
}

static status_t timer_op(struct op *op, u64 operation)
{
    struct object *timer = op->object;
    u64 deadline = to_ticks(op->m, op->in[0]);

    if (operation == OP_TIMER_CANCEL) {
        if (!timer->i.is_claimed)
            return ERR_BAD_STATE;
        timer->i.is_claimed = false;
        return OK;
    }
    hold(op, &timer->i.slot, 1);
    timer->i.bits = op->in[2] & UINT32_MAX;
    timer->i.is_claimed = deadline > op->m->now;
    timer->i.line = deadline;
    if (!timer->i.is_claimed)
        m_signal_cap(op->m, &timer->i.slot, timer->i.bits);
    return OK;
}

/* ---- the rest ---- */

static status_t endpoint_cancel(struct op *op)
{
    struct list *senders = &op->object->e.senders;

    for (unsigned i = 0; i < senders->count;) {
        struct object *sender = senders->item[i];
        bool is_meant = sender->h->badge == op->in[0];

        if (is_meant && m_thread_cancel(op->m, sender, ERR_CANCELLED) == OK)
            op->out[0]++;
        else
            i++;
    }
    return OK;
}

static status_t interrupt_op(struct op *op, u64 operation)
{
    struct object *interrupt = op->object;

    if (operation == OP_INTERRUPT_ACKNOWLEDGE) {
        if (!interrupt->i.is_delivered)
            return ERR_BAD_STATE;
        interrupt->i.is_delivered = false;
        interrupt->i.is_masked = false;
        return OK;
    }
    if (!interrupt->i.is_claimed)
        return ERR_BAD_STATE;
    if (m_node_is_empty(&interrupt->i.slot))
        interrupt->i.is_masked = false;
    hold(op, &interrupt->i.slot, 0);
    interrupt->i.bits = op->in[1] & UINT32_MAX;
    return OK;
}

static status_t interrupt_claim(struct op *op)
{
    u64 line = op->in[0];
    struct object *interrupt = arg(op, 2)->object;

    if (line >= op->m->line_count || line == 0)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    if (op->m->lines[line] != NULL)
        return fail(op, 1, ERR_IN_USE);
    if (op->in[1] > 1)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    if (interrupt->i.is_claimed)
        return fail(op, 3, ERR_IN_USE);
    op->m->lines[line] = interrupt;
    interrupt->i.is_claimed = true;
    interrupt->i.is_masked = true;
    interrupt->i.line = line;
    return OK;
}

static status_t log_op(struct op *op, u64 operation)
{
    bool has_buffer = m_thread_buffer(op->m, op->self) != NULL;

    if (operation == OP_LOG_CONTROL_WATCH) {
        hold(op, &op->m->watch, 0);
        op->m->watch_bits = op->in[1] & UINT32_MAX;
        return OK;
    }
    if (!has_buffer)
        return ERR_BAD_STATE;
    if (operation == OP_LOG_CONTROL_WRITE && op->in[0] > ABI_LIST_BYTES)
        return fail(op, 1, ERR_BAD_ARGUMENT);
    op->m->is_output_free = operation != OP_LOG_CONTROL_WRITE;
    return OK;
}

static status_t dma_op(struct op *op)
{
    const struct node *frame = arg(op, 0);

    if (op->in[1] >= frame->pages)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    op->out[0] = frame->base + op->in[1] * PAGE;
    return OK;
}

static status_t allow_op(struct op *op)
{
    if (op->in[1] > 1)
        return fail(op, 2, ERR_BAD_ARGUMENT);
    arg(op, 0)->object->s.allows_write_execute = op->in[1] == 1;
    return OK;
}

status_t model_invoke(struct model *m, struct object *self, struct node *cap, u64 operation,
                      u64 words[8], u64 *culprit)
{
    struct op op = {.m = m,
                    .self = self,
                    .cap = cap,
                    .object = cap->object,
                    .in = words,
                    .out = self->h->registers.words,
                    .culprit = culprit};

    switch (cap->type) {
    case TYPE_MEMORY: return memory_op(&op, operation);
    case TYPE_FRAME: return frame_op(&op, operation);
    case TYPE_SPACE: return space_op(&op, operation);
    case TYPE_CAPTABLE: return captable_op(&op, operation);
    case TYPE_THREAD: return thread_op(&op, operation);
    case TYPE_BUDGET: return budget_info(&op);
    case TYPE_ENDPOINT: return endpoint_cancel(&op);
    case TYPE_INTERRUPT: return interrupt_op(&op, operation);
    case TYPE_TIMER: return timer_op(&op, operation);
    case TYPE_TIME_CONTROL: return time_fill(&op);
    case TYPE_INTERRUPT_CONTROL: return interrupt_claim(&op);
    case TYPE_POWER_CONTROL: m->is_off = true; return OK;
    case TYPE_LOG_CONTROL: return log_op(&op, operation);
    case TYPE_DMA_CONTROL: return dma_op(&op);
    case TYPE_SPACE_CONTROL: return allow_op(&op);
    default: return ERR_BAD_CALL;
    }
}
