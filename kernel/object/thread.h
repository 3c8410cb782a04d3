/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads: registers, what they run with, and where they are in their life.
 */
#ifndef KERNEL_OBJECT_THREAD_H
#define KERNEL_OBJECT_THREAD_H

#include <abi/message.h>
#include <arch/context.h>
#include <arch/trap.h>

#include "object/object.h"
#include "sched/run_queue.h"
#include "sched/wait_queue.h"

struct budget;
struct captable;
struct reply;
struct space;

enum thread_state {                 /* numbers of thread.info */
    THREAD_STOPPED,
    THREAD_READY,                   /* in its core's run queue */
    THREAD_RUNNING,                 /* a core's current thread */
    THREAD_SENDING,                 /* in an endpoint's queue of senders */
    THREAD_RECEIVING,               /* in an endpoint's queue of receivers */
    THREAD_CALLING,                 /* waiting for a reply */
    THREAD_WAITING,                 /* in a notification's queue */
    THREAD_OUT_OF_TIME,             /* in its budget's waiting list, or without a budget */
    THREAD_FAULTED,                 /* its fault could not be delivered */
};

/* The capabilities that live in a thread; node.pages of each but the frame says which it is. */
enum thread_slot {
    SLOT_CAPTABLE,
    SLOT_SPACE,
    SLOT_BUDGET,
    SLOT_FAULT,
    SLOT_TIMEOUT,
    SLOT_NOTIFICATION,
    SLOT_BUFFER,
    THREAD_SLOTS,
};

enum thread_unusual {
    UNUSUAL_STOPPED = 1,            /* stop came while it waits for a reply */
    UNUSUAL_DEBUG = 2,              /* breakpoints or single step are set */
    UNUSUAL_DEBT = 4,               /* it has a debtor */
};

enum { THREAD_PASSIVE = 1, THREAD_FORWARDED = 2, THREAD_OPTIONS = 3 };

/* What a thread sends when it is queued: a plain message, a call, or a fault on its behalf. */
enum send_kind { SEND_MESSAGE, SEND_CALL, SEND_FAULT };

struct thread {
    struct arch_context context;    /* first: trap entry finds it here */

    /* scheduling */
    struct runnable runnable;       /* in a run queue, or a budget's waiting list */
    uint8_t state;                  /* enum thread_state */
    uint8_t ceiling;
    uint8_t options;
    uint8_t unusual;                /* UNUSUAL_*: what the short path leaves to the complete one */
    bool wants_fpu;                 /* it used floating point before */
    bool is_root;                   /* its faults end the system */
    struct cpu *cpu;                /* where it runs or last ran */
    struct cpu *fpu_home; /* the core whose FPU registers hold its state, or NULL: it is here */
    struct budget *running_on;      /* its own, or a caller's; NULL: none */
    struct budget *debtor; /* passive, on its reserve: the caller's budget that carries the debt */
    struct list_node on_budget;     /* in running_on->threads */
    struct list_node on_debtor;     /* in debtor->debtors */
    uint64_t minimum;               /* ticks a caller must have left for a passive server */

    /* message passing */
    struct waiter waiter;           /* in an endpoint's or notification's queue */
    struct object *waiting_on;      /* that endpoint or notification */
    uint8_t send_kind;
    bool may_grant;                 /* receive: the endpoint capability had grant */
    word_t badge;                   /* of the capability the send goes through */
    struct reply *answer;           /* calling: the reply object its answer comes through */
    struct reply *reply; /* the reply object it named in its last receive, until that is free */
    struct list kept_replies;       /* struct reply.kept: bound ones it named before */
    word_t fault_info;              /* SEND_FAULT: event and label */
    word_t fault_words[4];

    word_t progress;                /* of a long call that was preempted; 0 otherwise */
    word_t progress_prepared;       /* pages whose caches are in line, of those */
    bool progress_inside;           /* protect goes on inside a mapping that it has cut */
    word_t progress_pages;          /* and inside its current step */
    uint64_t progress_what;         /* of a map: the page and the use these are prepared for */

    struct list killed_in;          /* struct memory.cleaning: where its calls killed something */
    struct list_node cleaner;       /* in the kernel's list while there are some */
    word_t cleaner_id;              /* as those memories have it */

    struct cap
        slots[THREAD_SLOTS]; /* copies, derived from those that configure and bind were given */
    word_t buffer_page;

    struct arch_debug debug;
    struct arch_fpu fpu;
    struct object object;
};

static inline struct thread *thread_of(struct object *object)
{
    return container_of(object, struct thread, object);
}

/* The object behind one of its capabilities, or NULL when it has none or that is dead. */
static inline struct object *thread_object(struct thread *thread, enum thread_slot slot)
{
    struct cap *cap = &thread->slots[slot];
    bool is_alive = cap_type(cap) > TYPE_DEAD && !cap->object->is_dead;

    return is_alive ? cap->object : NULL;
}

/* The message buffer, or NULL. */
struct abi_buffer *thread_buffer(struct thread *thread);

struct captable *thread_captable(struct thread *thread);
struct space *thread_space(struct thread *thread);

static inline struct budget *thread_own_budget(struct thread *thread)
{
    return (struct budget *)(void *)thread_object(thread, SLOT_BUDGET); /* its header comes first */
}

static inline unsigned thread_priority(const struct thread *thread)
{
    return thread->runnable.priority;
}

static inline bool thread_is_passive(const struct thread *thread)
{
    return (thread->options & THREAD_PASSIVE) != 0;
}

static inline void thread_set_unusual(struct thread *thread, enum thread_unusual what, bool is_set)
{
    thread->unusual = (uint8_t)(is_set ? thread->unusual | what : thread->unusual & ~what);
}

static inline bool thread_is_unusual(const struct thread *thread, enum thread_unusual what)
{
    return (thread->unusual & what) != 0;
}

void thread_init(struct thread *thread);

/* ---- life ---- */

/* End what keeps it from running: it is ready now (or out of time, or stopped meanwhile). */
void thread_make_ready(struct thread *thread);

void thread_hand_over(struct thread *thread);   /* before its equals: it was handed a message */

/* Take the thread off its core, out of every queue, on any core; on return it runs nowhere and is
 * THREAD_STOPPED.  A call it was queued in, or had just entered, is restarted when it is resumed;
 * waiting for a reply goes on (UNUSUAL_STOPPED). */
void thread_stop(struct thread *thread);

/* ERR_BAD_STATE when it is not stopped, or has no space. */
status_t thread_resume(struct thread *thread);

/* End the call it is blocked in with a status: ERR_BAD_STATE when it is not blocked. */
status_t thread_cancel(struct thread *thread, status_t status);

/* Takes effect where it runs or waits now. */
void thread_set_priority(struct thread *thread, unsigned priority);

void thread_set_debt(struct thread *thread, struct budget *debtor); /* charged beside its reserve */
void thread_clear_debt(struct thread *thread);

/* Run on another budget (NULL: none) from now on, without a debt. */
void thread_set_budget(struct thread *thread, struct budget *budget);

/* Put a copy of a capability into one of the thread's slots, in place of what was there. */
void thread_give(struct thread *thread, enum thread_slot slot, struct cap *from);

/* ---- faults ---- */

/* Send a fault message on the thread's behalf and block it, or stop it when there is no one to
 * tell. */
void thread_fault(struct thread *thread, word_t kind, const word_t words[4]);

/* There is nobody to answer its fault: it stays where it is, and the watch is told. */
void thread_fault_undeliverable(struct thread *thread);

/* The budget ran out: tell the timeout endpoint if there is one (true). */
bool thread_report_timeout(struct thread *thread);

/* ---- death ---- */

/* Let go of the bound notification's back pointer. */
void thread_unbind(struct thread *thread);

void thread_on_kill(struct thread *thread);
bool thread_clean_step(struct thread *thread);
/* One of the capabilities in a thread, to this object, is dead now. */
void thread_cap_died(struct cap *cap, struct object *object);

#endif
