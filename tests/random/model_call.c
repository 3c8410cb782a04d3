/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's calls: what is looked up and checked, and in which order, before anything happens.
 */
#include "model.h"

#include <abi/entries.h>

struct node *model_slot(const struct object *table, u64 index)
{
    u64 position = index / ABI_CHUNK_SLOTS;

    if (table == NULL || index == 0 || position >= table->t->size ||
        table->t->chunk[position] == NULL)
        return NULL;
    return &table->t->chunk[position]->c->slot[index % ABI_CHUNK_SLOTS];
}

status_t m_cap_lookup(const struct object *self, u64 index, struct node **out)
{
    *out = model_slot(m_held_object(self, HELD_CAPTABLE), index);
    return *out == NULL ? ERR_BAD_CAPABILITY : m_cap_check(*out);
}

status_t m_cap_argument(const struct object *self, u64 index, unsigned type, unsigned rights,
                        struct node **out)
{
    status_t status = m_cap_lookup(self, index, out);

    if (status != OK)
        return status;
    if ((*out)->type != type)
        return ERR_WRONG_TYPE;
    return ((*out)->rights & rights) == rights ? OK : ERR_NO_RIGHT;
}

status_t m_cap_lookup_empty(const struct object *self, u64 index, struct node **out)
{
    *out = model_slot(m_held_object(self, HELD_CAPTABLE), index);
    if (*out == NULL)
        return ERR_BAD_CAPABILITY;
    return m_node_is_empty(*out) ? OK : ERR_SLOT_IN_USE;
}

/* ---- message calls ---- */

static status_t call_send(struct model *m, struct object *self, enum kind kind, bool wait)
{
    struct node *cap;
    status_t status = m_cap_argument(self, self->h->registers.cap, TYPE_ENDPOINT, RIGHT_SEND, &cap);

    if (status != OK)
        return status;
    if (kind == KIND_CALL && (cap->rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)) == 0)
        return ERR_NO_RIGHT;
    status = m_message_check(m, self, (cap->rights & RIGHT_GRANT) != 0);
    return status != OK ? status : m_ipc_send(m, self, cap, kind, wait);
}

static status_t find_receive(struct object *self, struct node **cap, struct object **reply)
{
    struct node *reply_cap;
    status_t status =
        m_cap_argument(self, self->h->registers.cap, TYPE_ENDPOINT, RIGHT_RECEIVE, cap);

    if (status == OK)
        status = m_cap_argument(self, self->h->registers.aux, TYPE_REPLY, 0, &reply_cap);
    if (status == OK)
        *reply = reply_cap->object;
    return status;
}

static status_t call_receive(struct model *m, struct object *self, bool wait)
{
    struct object *reply;
    struct node *cap;
    status_t status = find_receive(self, &cap, &reply);

    return status != OK ? status : m_ipc_receive(m, self, cap, reply, wait);
}

static status_t call_reply(struct model *m, struct object *self)
{
    struct node *cap;
    status_t status = m_cap_argument(self, self->h->registers.aux, TYPE_REPLY, 0, &cap);

    return status != OK ? status : m_ipc_reply(m, self, cap->object);
}

/* A reply to a caller that is gone is dropped. */
static status_t call_reply_receive(struct model *m, struct object *self)
{
    struct object *reply;
    struct node *cap;
    status_t status = find_receive(self, &cap, &reply);

    if (status != OK)
        return status;
    status = m_ipc_reply(m, self, reply);
    if (status != OK && status != ERR_PEER_GONE)
        return status;
    return m_ipc_receive(m, self, cap, reply, true);
}

static status_t call_signal(struct model *m, struct object *self)
{
    struct node *cap;
    status_t status =
        m_cap_argument(self, self->h->registers.cap, TYPE_NOTIFICATION, RIGHT_SEND, &cap);

    if (status == OK)
        m_signal_cap(m, cap, self->h->registers.words[0] & UINT32_MAX);
    return status;
}

static status_t call_wait(struct model *m, struct object *self, bool wait)
{
    struct object *notification;
    struct node *cap;
    status_t status =
        m_cap_argument(self, self->h->registers.cap, TYPE_NOTIFICATION, RIGHT_RECEIVE, &cap);

    if (status != OK)
        return status;
    notification = cap->object;
    if (notification->n.bits == 0 && !wait)
        return ERR_WOULD_BLOCK;
    if (notification->n.bits != 0) {
        self->h->registers.words[0] = notification->n.bits;
        notification->n.bits = 0;
        return OK;
    }
    m_thread_release(m, self);
    self->h->state = WAITING;
    self->h->waiting_on = notification;
    m_queue_insert(&notification->n.waiters, self);
    return OK;
}

static status_t call_yield(struct model *m, struct object *self)
{
    m_thread_release(m, self);
    self->h->registers.call = (u64)OK;
    m_thread_make_ready(m, self);
    return OK;
}

/* ---- invoke ---- */

static const struct abi_entry *find_entry(unsigned type, u64 operation)
{
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];

        if (entry->call == ABI_CALL_INVOKE && entry->type == type && entry->operation == operation)
            return entry;
    }
    return NULL;
}

/* Rights and capability arguments, as the ABI text lists them. */
static status_t check_arguments(struct object *self, const struct node *cap,
                                const struct abi_entry *entry, const u64 *words, u64 *culprit)
{
    if ((cap->rights & entry->right) == 0)
        return ERR_NO_RIGHT;
    for (unsigned i = 0; i < entry->in_count; i++) {
        const struct abi_argument *argument = &entry->in[i];
        u64 index = words[argument->word];
        struct node *found;
        status_t status;

        if (argument->kind != ABI_ARGUMENT_CAP || (argument->is_optional && index == 0))
            continue;
        *culprit = i + 1;
        status = m_cap_argument(self, index, argument->type, argument->right, &found);
        if (status != OK)
            return status;
    }
    *culprit = 0;
    return OK;
}

static status_t call_invoke(struct model *m, struct object *self)
{
    struct registers *registers = &self->h->registers;
    u64 words[ABI_REGISTER_WORDS];
    u64 operation = registers->info >> ABI_INFO_LABEL_SHIFT;
    const struct abi_entry *entry;
    u64 culprit = 0;
    struct node *cap;
    status_t status = m_cap_lookup(self, registers->cap, &cap);

    registers->cap = 0;
    registers->info = 0;
    registers->aux = 0;
    registers->call = (u64)(int64_t)status;
    if (status != OK)
        return status;
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++) {
        words[i] = registers->words[i];
        registers->words[i] = 0;
    }
    entry = find_entry(cap->type, operation);
    status = entry == NULL ? ERR_BAD_CALL : check_arguments(self, cap, entry, words, &culprit);
    if (status == OK)
        status = model_invoke(m, self, cap, operation, words, &culprit);
    registers->aux = culprit;
    registers->call = (u64)(int64_t)status; /* also of one that stopped itself by what it killed */
    return status;
}

/* ---- entry ---- */

static status_t call_dispatch(struct model *m, struct object *self)
{
    static const u64 nothing[4];

    switch (self->h->registers.call) {
    case ABI_CALL_CALL: return call_send(m, self, KIND_CALL, true);
    case ABI_CALL_SEND: return call_send(m, self, KIND_MESSAGE, true);
    case ABI_CALL_SEND_NOWAIT: return call_send(m, self, KIND_MESSAGE, false);
    case ABI_CALL_RECEIVE: return call_receive(m, self, true);
    case ABI_CALL_RECEIVE_NOWAIT: return call_receive(m, self, false);
    case ABI_CALL_REPLY: return call_reply(m, self);
    case ABI_CALL_REPLY_RECEIVE: return call_reply_receive(m, self);
    case ABI_CALL_SIGNAL: return call_signal(m, self);
    case ABI_CALL_WAIT: return call_wait(m, self, true);
    case ABI_CALL_POLL: return call_wait(m, self, false);
    case ABI_CALL_YIELD: return call_yield(m, self);
    case ABI_CALL_INVOKE: return call_invoke(m, self);
    default: m_thread_fault(m, self, FAULT_UNKNOWN_CALL, nothing); return OK;
    }
}

void model_call(struct model *m)
{
    static const u64 nothing[4];
    struct core *core = &m->core[m->here];
    struct object *self = core->current;
    status_t status;

    m->is_output_free = false;
    if ((self->h->options & OPTION_FORWARDED) != 0) {
        m_thread_fault(m, self, FAULT_FORWARDED, nothing);
        model_leave(m);
        return;
    }
    status = call_dispatch(m, self);
    if (core->current == self)
        self->h->registers.call = (u64)(int64_t)status;
    model_bury(m);
    model_leave(m);
}

void model_interrupt(struct model *m, unsigned line)
{
    struct object *interrupt = m->lines[line];

    if (interrupt != NULL && !interrupt->i.is_masked) {
        interrupt->i.is_masked = true;
        interrupt->i.is_delivered = true;
        m_signal_cap(m, &interrupt->i.slot, interrupt->i.bits);
    }
    model_leave(m);
}

/* The thread's space lets it read there. */
bool model_is_mapped(const struct object *thread, u64 address)
{
    const struct object *space = m_held_object(thread, HELD_SPACE);

    for (unsigned i = 0; space != NULL && i < space->s.mappings.count; i++) {
        const struct node *mapping = space->s.mappings.item[i];

        if (address - mapping->address < mapping->pages * ABI_PAGE_SIZE)
            return (mapping->attributes & MAP_READ) != 0;
    }
    return false;
}
