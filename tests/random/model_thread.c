/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's threads: which queue each is in, whose time it runs on, and who runs next.
 */
#include "model.h"

enum { MILLION = 1000000, WAKEUPS_PER_REFILL = 8, TIMEOUTS_PER_INTERRUPT = 8 };

struct object *m_held_object(const struct object *thread, enum held held)
{
    const struct node *cap = &thread->h->held[held];

    return cap->type > TYPE_DEAD && !cap->object->is_dead ? cap->object : NULL;
}

struct abi_buffer *m_thread_buffer(struct model *m, struct object *thread)
{
    const struct node *frame = &thread->h->held[HELD_BUFFER];
    u64 base = frame->base + thread->h->buffer_page * ABI_PAGE_SIZE;

    if (frame->type != TYPE_FRAME)
        return NULL;
    return model_page(m, base);
}

/* ---- queues ---- */

/* Behind those of the same or a higher priority. */
void m_queue_insert(struct list *queue, struct object *thread)
{
    unsigned at = 0;

    while (at < queue->count &&
           ((struct object *)queue->item[at])->h->priority >= thread->h->priority)
        at++;
    m_list_insert(queue, at, thread);
}

static struct list *thread_queue(const struct object *thread)
{
    switch (thread->h->state) {
    case SENDING: return &thread->h->waiting_on->e.senders;
    case RECEIVING: return &thread->h->waiting_on->e.receivers;
    case WAITING: return &thread->h->waiting_on->n.waiters;
    default: return NULL;
    }
}

void m_thread_release(struct model *m, struct object *thread)
{
    if (m->core[thread->h->core].current == thread)
        m->core[thread->h->core].current = NULL;
}

static void thread_take_out(struct model *m, struct object *thread)
{
    struct thread *h = thread->h;
    struct list *queue = thread_queue(thread);

    if (h->state == RUNNING)
        m_thread_release(m, thread);
    else if (h->state == READY)
        m_list_remove(&m->core[h->running_on->b.core].queue[h->priority], thread);
    else if (h->state == OUT_OF_TIME && h->running_on != NULL)
        m_list_remove(&h->running_on->b.waiting, thread);
    if (queue == NULL)
        return;
    m_list_remove(queue, thread);
    if (h->state == RECEIVING && h->reply != NULL)
        m_reply_release(h->reply);
    h->waiting_on = NULL;
}

static void queue_to_run(struct model *m, struct object *thread)
{
    struct thread *h = thread->h;

    if (h->running_on == NULL || !h->running_on->b.is_filled) {
        h->state = OUT_OF_TIME;
        if (h->running_on != NULL)
            m_list_append(&h->running_on->b.waiting, thread);
        return;
    }
    h->state = READY;
    h->core = h->running_on->b.core;
    m_list_append(&m->core[h->core].queue[h->priority], thread);
}

void m_thread_make_ready(struct model *m, struct object *thread)
{
    if (thread->h->is_stopped) {
        thread->h->is_stopped = false;
        thread->h->state = STOPPED;
        return;
    }
    queue_to_run(m, thread);
}

/* The same, and it is the first of its priority. */
void m_thread_hand_over(struct model *m, struct object *thread)
{
    struct list *queue;

    m_thread_make_ready(m, thread);
    if (thread->h->state != READY)
        return;
    queue = &m->core[thread->h->core].queue[thread->h->priority];
    m_list_remove(queue, thread);
    m_list_insert(queue, 0, thread);
}

void m_thread_set_priority(struct model *m, struct object *thread, unsigned priority)
{
    struct list *queue = thread_queue(thread);

    if (queue != NULL) {
        m_list_remove(queue, thread);
        thread->h->priority = priority;
        m_queue_insert(queue, thread);
    } else if (thread->h->state == READY) {
        thread_take_out(m, thread);
        thread->h->priority = priority;
        queue_to_run(m, thread);
    } else {
        thread->h->priority = priority;
    }
}

/* ---- time ---- */

bool m_budget_is_unlimited(const struct object *budget)
{
    return budget->b.amount == budget->b.period && budget->b.amount != 0;
}

static bool budget_has_time(const struct object *budget)
{
    return m_budget_is_unlimited(budget) || budget->b.left > 0;
}

void m_thread_clear_debt(struct object *thread)
{
    if (thread->h->debtor != NULL)
        m_list_remove(&thread->h->debtor->b.debtors, thread);
    thread->h->debtor = NULL;
}

void m_thread_set_budget(struct model *m, struct object *thread, struct object *budget)
{
    struct thread *h = thread->h;
    bool is_queued = h->state == READY || h->state == OUT_OF_TIME;
    bool has_left = budget == NULL || !budget->b.is_filled || budget->b.core != h->core;
    bool is_moved = h->state == RUNNING && h->core != m->here && has_left;

    m_thread_clear_debt(thread);
    if (h->running_on == budget)
        return;
    if (is_queued || is_moved)
        thread_take_out(m, thread);
    if (h->running_on != NULL)
        m_list_remove(&h->running_on->b.threads, thread);
    h->running_on = budget;
    if (budget != NULL)
        m_list_append(&budget->b.threads, thread);
    if (is_queued || is_moved)
        queue_to_run(m, thread);
}

void m_budget_wait(struct object *budget, struct object *thread)
{
    thread->h->state = OUT_OF_TIME;
    m_list_append(&budget->b.waiting, thread);
}

/* Some of those who wait go on; the rest when the core's timer fires, which it does at once. */
static void budget_wake(struct model *m, struct object *budget)
{
    struct core *core = &m->core[budget->b.core];

    m_list_remove(&core->refills, budget);
    for (unsigned n = 0;
         n < WAKEUPS_PER_REFILL && budget->b.amount != 0 && budget->b.waiting.count != 0; n++) {
        struct object *thread = budget->b.waiting.item[0];

        m_list_remove(&budget->b.waiting, thread);
        m_thread_make_ready(m, thread);
    }
    if (budget->b.amount != 0 && budget->b.waiting.count != 0)
        m_list_append(&core->refills, budget);
}

void model_timer(struct model *m)
{
    struct core *core = &m->core[m->here];

    for (unsigned n = 0; n < TIMEOUTS_PER_INTERRUPT && core->refills.count != 0; n++)
        budget_wake(m, core->refills.item[0]);
}

status_t m_budget_fill(struct model *m, struct object *budget, unsigned core, u64 amount,
                       u64 period, u64 *left)
{
    u64 share = (amount * MILLION + period - 1) / period;
    bool is_here = budget->b.is_filled && budget->b.core == core;
    u64 given = m->core[core].share - (is_here ? budget->b.share : 0);

    if (share > MILLION - given) {
        *left = MILLION - given;
        return ERR_OVER_LIMIT;
    }
    if (!is_here && budget->b.is_filled && budget->b.threads.count != 0)
        return ERR_IN_USE;
    if (budget->b.is_filled) {
        m->core[budget->b.core].share -= budget->b.share;
        m_list_remove(&m->core[budget->b.core].refills, budget);
    }
    m->core[core].share += share;
    budget->b.is_filled = true;
    budget->b.core = core;
    budget->b.share = share;
    budget->b.amount = amount;
    budget->b.period = period;
    budget->b.left = (int64_t)amount;
    budget->b.refill_at = m->now + period;
    budget_wake(m, budget);
    return OK;
}

bool m_budget_clean_step(struct model *m, struct object *budget)
{
    struct object *thread = budget->b.threads.count != 0 ? budget->b.threads.item[0] : NULL;
    struct object *debtor = budget->b.debtors.count != 0 ? budget->b.debtors.item[0] : NULL;

    if (thread != NULL) {
        m_thread_set_budget(m, thread, m_held_object(thread, HELD_BUDGET));
        return true;
    }
    if (debtor != NULL) {
        m_thread_clear_debt(debtor);
        return true;
    }
    if (budget->b.is_filled) {
        m->core[budget->b.core].share -= budget->b.share;
        m_list_remove(&m->core[budget->b.core].refills, budget);
    }
    budget->b.share = 0;
    return false;
}

/* ---- stop, resume, cancel ---- */

static bool is_queued_in_call(const struct object *thread)
{
    enum state state = thread->h->state;

    return state == SENDING || state == RECEIVING || state == WAITING;
}

void m_restart_call(struct model *m, struct object *thread)
{
    bool is_answered =
        thread->h->state == RECEIVING && thread->h->registers.call == ABI_CALL_REPLY_RECEIVE;

    if (is_answered) /* only the receive is left to do */
        thread->h->registers.call = ABI_CALL_RECEIVE;
    thread->h->pc -= m->trap_bytes;
    thread->h->is_restarting = true;
}

void m_thread_stop(struct model *m, struct object *thread)
{
    struct thread *h = thread->h;
    bool is_plain_fault =
        h->state == SENDING && h->kind == KIND_FAULT && !m_fault_is_trap(h->fault_info);

    if (h->state == CALLING) {
        h->is_stopped = true;
        return;
    }
    if (is_queued_in_call(thread) && !is_plain_fault)
        m_restart_call(m, thread);
    thread_take_out(m, thread);
    h->state = STOPPED;
}

status_t m_thread_resume(struct model *m, struct object *thread)
{
    struct thread *h = thread->h;
    bool is_faulting = (h->state == CALLING || h->state == SENDING) && h->kind == KIND_FAULT;

    if (m_held_object(thread, HELD_SPACE) == NULL)
        return ERR_BAD_STATE;
    if (is_faulting) {
        if (h->state == CALLING)
            m_reply_lose_caller(m, h->answer);
        else
            thread_take_out(m, thread);
        h->is_stopped = false;
        queue_to_run(m, thread);
        return OK;
    }
    if (h->state == CALLING && h->is_stopped) {
        h->is_stopped = false;
        return OK;
    }
    if (h->state != STOPPED && h->state != FAULTED)
        return ERR_BAD_STATE;
    queue_to_run(m, thread);
    return OK;
}

status_t m_thread_cancel(struct model *m, struct object *thread, status_t status)
{
    struct thread *h = thread->h;
    bool is_sender = h->state == SENDING || h->state == CALLING;

    if (!is_queued_in_call(thread) && h->state != CALLING)
        return ERR_BAD_STATE;
    if (is_sender && h->kind == KIND_FAULT)
        return ERR_BAD_STATE;
    if (h->state == CALLING)
        m_reply_lose_caller(m, h->answer);
    else
        thread_take_out(m, thread);
    h->registers.call = (u64)(int64_t)status;
    m_thread_make_ready(m, thread);
    return OK;
}

/* ---- faults ---- */

static bool send_fault(struct model *m, struct object *thread, enum held held)
{
    return m_held_object(thread, held) != NULL &&
           m_ipc_send(m, thread, &thread->h->held[held], KIND_FAULT, true) == OK;
}

void m_thread_fault_lost(struct model *m, struct object *thread)
{
    thread_take_out(m, thread);
    thread->h->is_stopped = false;
    thread->h->state = FAULTED;
    m_signal_cap(m, &m->watch, m->watch_bits);
}

void m_thread_fault(struct model *m, struct object *thread, u64 fault, const u64 words[4])
{
    thread->h->fault_info = m_fault_info(fault);
    for (unsigned i = 0; i < 4; i++)
        thread->h->fault_words[i] = words[i];
    if (!send_fault(m, thread, HELD_FAULT))
        m_thread_fault_lost(m, thread);
}

static bool report_timeout(struct model *m, struct object *thread)
{
    if (m_held_object(thread, HELD_TIMEOUT) == NULL)
        return false;
    thread->h->fault_info = m_fault_info(FAULT_BUDGET);
    for (unsigned i = 0; i < 4; i++)
        thread->h->fault_words[i] = 0; /* nothing was consumed: the clock stands still */
    thread->h->state = STOPPED;
    return send_fault(m, thread, HELD_TIMEOUT);
}

/* ---- death ---- */

void m_thread_unbind(struct object *thread)
{
    struct object *notification = m_held_object(thread, HELD_NOTIFICATION);

    if (notification != NULL)
        notification->n.bound = NULL;
}

void m_thread_on_kill(struct model *m, struct object *thread)
{
    if (thread->h->state == CALLING)
        m_reply_lose_caller(m, thread->h->answer);
    else
        thread_take_out(m, thread);
    thread->h->state = STOPPED;
    if (thread->h->reply != NULL)
        m_reply_fail(m, thread->h->reply, ERR_PEER_GONE);
    m_thread_set_budget(m, thread, NULL);
    m_thread_unbind(thread);
}

bool m_thread_clean_step(struct model *m, struct object *thread)
{
    if (thread->h->kept.count != 0) {
        m_reply_fail(m, thread->h->kept.item[0], ERR_PEER_GONE);
        return true;
    }
    for (unsigned i = 0; i < HELD_SLOTS; i++) {
        if (!m_node_is_empty(&thread->h->held[i])) {
            m_cap_delete(m, &thread->h->held[i]);
            return true;
        }
    }
    return false;
}

void m_held_died(struct model *m, struct node *cap)
{
    struct object *thread = cap->holder;

    if (cap->index == HELD_SPACE)
        m_thread_stop(m, thread);
    else if (cap->index == HELD_BUDGET && thread->h->running_on == cap->object)
        m_thread_set_budget(m, thread, NULL);
    else if (cap->index == HELD_NOTIFICATION && cap->object->n.bound == thread)
        cap->object->n.bound = NULL;
}

/* ---- who runs next ---- */

static bool fall_back_to_reserve(struct model *m, struct object *thread)
{
    struct object *reserve = m_held_object(thread, HELD_BUDGET);
    struct object *exhausted = thread->h->running_on;

    if ((thread->h->options & OPTION_PASSIVE) == 0 || reserve == NULL || reserve == exhausted ||
        !reserve->b.is_filled || !budget_has_time(reserve))
        return false;
    m_thread_set_budget(m, thread, reserve);
    thread->h->debtor = exhausted;
    m_list_append(&exhausted->b.debtors, thread);
    return true;
}

static bool may_run(struct model *m, struct object *thread)
{
    if (budget_has_time(thread->h->running_on))
        return true;
    if (fall_back_to_reserve(m, thread))
        m_thread_make_ready(m, thread);
    else if (!report_timeout(m, thread))
        m_budget_wait(thread->h->running_on, thread);
    return false;
}

static void preempt(struct model *m, struct core *core)
{
    struct object *thread = core->current;
    struct object *budget = thread->h->running_on;
    bool is_over;
    bool is_above = false;

    if (budget == NULL || !budget->b.is_filled || budget->b.core != m->here) {
        core->current = NULL;
        queue_to_run(m, thread);
        return;
    }
    is_over = !budget_has_time(budget);

    for (unsigned i = thread->h->priority + 1; i < ABI_PRIORITIES; i++)
        is_above = is_above || core->queue[i].count != 0;
    if (!is_over && !is_above)
        return;
    core->current = NULL;
    thread->h->state = READY;
    m_list_insert(&core->queue[thread->h->priority], 0, thread);
}

void model_leave(struct model *m)
{
    struct core *core = &m->core[m->here];
    unsigned priority = ABI_PRIORITIES;

    if (core->current != NULL)
        preempt(m, core);
    while (core->current == NULL && priority > 0) {
        struct list *queue = &core->queue[priority - 1];

        if (queue->count == 0) {
            priority--;
            continue;
        }
        struct object *thread = queue->item[0];

        m_list_remove(queue, thread);
        thread->h->state = STOPPED;     /* in no queue, until may_run finds one for it */
        if (may_run(m, thread)) {
            thread->h->state = RUNNING;
            thread->h->core = m->here;
            core->current = thread;
        }
        priority = ABI_PRIORITIES;
    }
}
