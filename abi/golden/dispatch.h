/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations as the kernel sees them: arguments, results and handlers.
 *
 * Generated from objects.abi by abigen; change the text, not this file.
 */
#ifndef ABI_DISPATCH_H
#define ABI_DISPATCH_H

#include <stdint.h>

#include "abi/status.h"

struct cap;
struct thread;

typedef uintptr_t word_t;

/*
 * Do operation `operation` on the live capability `cap`.  `words` holds the arguments;
 * afterwards it holds the results, the words behind them zero.  `*culprit` names the
 * argument at fault (0: `cap` itself).  A handler's positive answer is the kernel's
 * own (the call will be restarted) and leaves `words` as they were.
 */
status_t dispatch_invoke(struct thread *self, struct cap *cap, word_t operation,
    word_t words[8], word_t *culprit);

/*
 * Handlers.  Capability arguments were found to have the type and right that the text
 * asks for, and are borrowed for the call.  Results and culprit are zero at first.
 */

struct memory_make {
    word_t culprit;
    /*
     * what to make: memory, frame, space, pool, captable, chunk, thread, budget, endpoint, reply,
     * notification, interrupt, timer
     */
    word_t type;
    /* where the first one lies */
    word_t at;
    /*
     * frame, memory, space, pool: pages each.  captable: how many chunks it can hold, at most 1700.
     * Others: 0
     */
    word_t size;
    /* how many, one behind the other; at least 1 */
    word_t count;
    /* first destination slot; the others follow */
    word_t slot;
    /* results */
    /* how many were made */
    word_t done;
};
status_t sys_memory_make(struct thread *self, struct cap *memory,
    struct memory_make *args);

struct memory_info {
    word_t culprit;
    /* results */
    /* bytes */
    word_t size;
    /* bit 0: RAM, bit 1: usable for kernel objects */
    word_t kind;
};
status_t sys_memory_info(struct thread *self, struct cap *memory,
    struct memory_info *args);

struct frame_info {
    word_t culprit;
    /* results */
    /* pages */
    word_t size;
    /* bit 0: RAM */
    word_t kind;
};
status_t sys_frame_info(struct thread *self, struct cap *frame,
    struct frame_info *args);

struct frame_clean {
    word_t culprit;
    /* first page */
    word_t first;
    /* how many */
    word_t size;
};
status_t sys_frame_clean(struct thread *self, struct cap *frame,
    struct frame_clean *args);

struct frame_invalidate {
    word_t culprit;
    /* first page */
    word_t first;
    /* how many */
    word_t size;
};
status_t sys_frame_invalidate(struct thread *self, struct cap *frame,
    struct frame_invalidate *args);

struct space_map {
    word_t culprit;
    /* entries; at most ABI_LIST_MAX */
    word_t count;
    /* results */
    /* entries done */
    word_t done;
    /* no_memory: how many pages the pools lack */
    word_t missing;
};
status_t sys_space_map(struct thread *self, struct cap *space,
    struct space_map *args);

struct space_unmap {
    word_t culprit;
    /* entries */
    word_t count;
    /* results */
    /* entries done */
    word_t done;
    /* no_memory: how many pages the pools lack */
    word_t missing;
};
status_t sys_space_unmap(struct thread *self, struct cap *space,
    struct space_unmap *args);

struct space_protect {
    word_t culprit;
    /* entries */
    word_t count;
    /* results */
    /* entries done */
    word_t done;
    /* no_memory: how many pages the pools lack */
    word_t missing;
};
status_t sys_space_protect(struct thread *self, struct cap *space,
    struct space_protect *args);

struct space_give {
    word_t culprit;
    struct cap *pool; /* pool */
};
status_t sys_space_give(struct thread *self, struct cap *space,
    struct space_give *args);

struct space_info {
    word_t culprit;
    /* results */
    /* pages left in the pools */
    word_t free;
    /* pages mapped */
    word_t mapped;
};
status_t sys_space_info(struct thread *self, struct cap *space,
    struct space_info *args);

struct captable_attach {
    word_t culprit;
    /* which part of the index range */
    word_t position;
    struct cap *chunk; /* chunk */
};
status_t sys_captable_attach(struct thread *self, struct cap *captable,
    struct captable_attach *args);

struct captable_copy {
    word_t culprit;
    /* destination slot in this table */
    word_t to;
    struct cap *table; /* captable */
    /* source slot in that table */
    word_t from;
    /* rights to keep */
    word_t rights;
    /* not 0: make a badged copy (needs the right badge, and an unbadged source) */
    word_t badge;
    /*
     * 1: the badged copy opens a session; when everything derived from it is gone, the endpoint's
     * receiver gets a closed event
     */
    word_t session;
};
status_t sys_captable_copy(struct thread *self, struct cap *captable,
    struct captable_copy *args);

struct captable_move {
    word_t culprit;
    /* destination slot in this table */
    word_t to;
    struct cap *table; /* captable */
    /* source slot in that table */
    word_t from;
};
status_t sys_captable_move(struct thread *self, struct cap *captable,
    struct captable_move *args);

struct captable_rotate {
    word_t culprit;
    /* goes to second */
    word_t first;
    /* goes to third */
    word_t second;
    /* goes to first */
    word_t third;
};
status_t sys_captable_rotate(struct thread *self, struct cap *captable,
    struct captable_rotate *args);

struct captable_delete {
    word_t culprit;
    /* slot in this table */
    word_t slot;
};
status_t sys_captable_delete(struct thread *self, struct cap *captable,
    struct captable_delete *args);

struct captable_revoke {
    word_t culprit;
    /* slot in this table; its capability needs the right revoke */
    word_t slot;
    /* results */
    /* capabilities killed */
    word_t done;
};
status_t sys_captable_revoke(struct thread *self, struct cap *captable,
    struct captable_revoke *args);

struct captable_query {
    word_t culprit;
    /* slot in this table */
    word_t slot;
    /* results */
    /* none and dead included */
    word_t type;
    /* rights */
    word_t rights;
    /* badge */
    word_t badge;
    /* 1: something is derived from it */
    word_t children;
};
status_t sys_captable_query(struct thread *self, struct cap *captable,
    struct captable_query *args);

struct thread_configure {
    word_t culprit;
    struct cap *captable; /* captable, or NULL */
    struct cap *space; /* space, or NULL */
    struct cap *budget; /* budget, or NULL */
    struct cap *fault; /* endpoint, or NULL */
    struct cap *timeout; /* endpoint, or NULL */
    struct cap *buffer; /* frame, or NULL */
    /* which page of the buffer frame is the message buffer */
    word_t page;
    /* bit 0: passive (runs on callers' budgets; its own is the reserve); bit 1: forwarded */
    word_t options;
};
status_t sys_thread_configure(struct thread *self, struct cap *thread,
    struct thread_configure *args);

struct thread_set_priority {
    word_t culprit;
    /* priority */
    word_t priority;
    /* highest priority this thread may set */
    word_t ceiling;
    struct cap *leave; /* priority_control, or NULL */
};
status_t sys_thread_set_priority(struct thread *self, struct cap *thread,
    struct thread_set_priority *args);

struct thread_start {
    word_t culprit;
    /* where to begin */
    word_t pc;
    /* stack pointer */
    word_t sp;
    /* first argument register */
    word_t argument;
    /* thread pointer */
    word_t tp;
};
status_t sys_thread_start(struct thread *self, struct cap *thread,
    struct thread_start *args);

struct thread_resume {
    word_t culprit;
};
status_t sys_thread_resume(struct thread *self, struct cap *thread,
    struct thread_resume *args);

struct thread_stop {
    word_t culprit;
};
status_t sys_thread_stop(struct thread *self, struct cap *thread,
    struct thread_stop *args);

struct thread_cancel {
    word_t culprit;
};
status_t sys_thread_cancel(struct thread *self, struct cap *thread,
    struct thread_cancel *args);

struct thread_read {
    word_t culprit;
};
status_t sys_thread_read(struct thread *self, struct cap *thread,
    struct thread_read *args);

struct thread_write {
    word_t culprit;
};
status_t sys_thread_write(struct thread *self, struct cap *thread,
    struct thread_write *args);

struct thread_bind {
    word_t culprit;
    struct cap *notification; /* notification, or NULL */
};
status_t sys_thread_bind(struct thread *self, struct cap *thread,
    struct thread_bind *args);

struct thread_set_minimum {
    word_t culprit;
    /* what a caller's budget must have left for a passive server to take the call */
    uint64_t minimum;
};
status_t sys_thread_set_minimum(struct thread *self, struct cap *thread,
    struct thread_set_minimum *args);

struct thread_set_breakpoint {
    word_t culprit;
    /* which */
    word_t number;
    /* of the instruction, or the data */
    word_t address;
    /* 0 off, 1 execute, 2 write, 3 read, 4 read or write */
    word_t kind;
};
status_t sys_thread_set_breakpoint(struct thread *self, struct cap *thread,
    struct thread_set_breakpoint *args);

struct thread_single_step {
    word_t culprit;
    /* 1 on, 0 off */
    word_t on;
};
status_t sys_thread_single_step(struct thread *self, struct cap *thread,
    struct thread_single_step *args);

struct thread_info {
    word_t culprit;
    /* results */
    /*
     * 0 stopped, 1 ready, 2 running, 3 sending, 4 receiving, 5 waiting for a reply, 6 waiting for a
     * notification, 7 waiting for time, 8 stopped by a fault
     */
    word_t state;
    /* core */
    word_t core;
    /* priority */
    word_t priority;
};
status_t sys_thread_info(struct thread *self, struct cap *thread,
    struct thread_info *args);

struct budget_info {
    word_t culprit;
    /* results */
    /* per period */
    uint64_t amount;
    /* period */
    uint64_t period;
    /* left in this period; 0 when in debt */
    uint64_t left;
    /* in all */
    uint64_t consumed;
};
status_t sys_budget_info(struct thread *self, struct cap *budget,
    struct budget_info *args);

struct endpoint_cancel_badge {
    word_t culprit;
    /* badge */
    word_t badge;
    /* results */
    /* how many were cancelled */
    word_t done;
};
status_t sys_endpoint_cancel_badge(struct thread *self, struct cap *endpoint,
    struct endpoint_cancel_badge *args);

struct interrupt_bind {
    word_t culprit;
    struct cap *notification; /* notification */
    /* bits to signal */
    word_t bits;
};
status_t sys_interrupt_bind(struct thread *self, struct cap *interrupt,
    struct interrupt_bind *args);

struct interrupt_acknowledge {
    word_t culprit;
};
status_t sys_interrupt_acknowledge(struct thread *self, struct cap *interrupt,
    struct interrupt_acknowledge *args);

struct timer_set {
    word_t culprit;
    /* since boot */
    uint64_t deadline;
    struct cap *notification; /* notification */
    /* bits to signal */
    word_t bits;
};
status_t sys_timer_set(struct thread *self, struct cap *timer,
    struct timer_set *args);

struct timer_cancel {
    word_t culprit;
};
status_t sys_timer_cancel(struct thread *self, struct cap *timer,
    struct timer_cancel *args);

struct time_control_fill {
    word_t culprit;
    struct cap *budget; /* budget */
    /* per period; 0 empties the budget */
    uint64_t amount;
    /* 100 microseconds to an hour */
    uint64_t period;
    /* results */
    /* over_limit: how many millionths of the core are free */
    word_t left;
};
status_t sys_time_control_fill(struct thread *self, struct cap *time_control,
    struct time_control_fill *args);

struct interrupt_control_claim {
    word_t culprit;
    /* line, as the interrupt controller counts */
    word_t number;
    /* bit 0: edge triggered */
    word_t options;
    struct cap *interrupt; /* interrupt */
};
status_t sys_interrupt_control_claim(struct thread *self, struct cap *interrupt_control,
    struct interrupt_control_claim *args);

struct power_control_off {
    word_t culprit;
};
status_t sys_power_control_off(struct thread *self, struct cap *power_control,
    struct power_control_off *args);

struct power_control_reboot {
    word_t culprit;
};
status_t sys_power_control_reboot(struct thread *self, struct cap *power_control,
    struct power_control_reboot *args);

struct power_control_fail {
    word_t culprit;
    /* exit code for an emulator that takes one */
    word_t code;
};
status_t sys_power_control_fail(struct thread *self, struct cap *power_control,
    struct power_control_fail *args);

struct log_control_write {
    word_t culprit;
    /* bytes in the list area; at most ABI_LIST_BYTES */
    word_t size;
};
status_t sys_log_control_write(struct thread *self, struct cap *log_control,
    struct log_control_write *args);

struct log_control_read {
    word_t culprit;
    /* where to go on; 0 at first */
    word_t position;
    /* results */
    /* position for the next read */
    word_t next;
    /* bytes now in the list area; at most 1024 */
    word_t size;
    /* bytes overwritten before they were read */
    word_t lost;
};
status_t sys_log_control_read(struct thread *self, struct cap *log_control,
    struct log_control_read *args);

struct log_control_dump {
    word_t culprit;
    /* where to go on; 0 at first */
    word_t part;
    /* results */
    /* 0 when it was the last part */
    word_t next;
    /* bytes now in the list area */
    word_t size;
};
status_t sys_log_control_dump(struct thread *self, struct cap *log_control,
    struct log_control_dump *args);

struct log_control_watch {
    word_t culprit;
    struct cap *notification; /* notification */
    /* bits to signal */
    word_t bits;
};
status_t sys_log_control_watch(struct thread *self, struct cap *log_control,
    struct log_control_watch *args);

struct dma_control_address {
    word_t culprit;
    struct cap *frame; /* frame */
    /* page of the frame */
    word_t page;
    /* results */
    /* physical address (64 bits) */
    uint64_t address;
};
status_t sys_dma_control_address(struct thread *self, struct cap *dma_control,
    struct dma_control_address *args);

struct space_control_allow {
    word_t culprit;
    struct cap *space; /* space */
    /* 1 yes, 0 no */
    word_t allow;
};
status_t sys_space_control_allow(struct thread *self, struct cap *space_control,
    struct space_control_allow *args);

#endif
