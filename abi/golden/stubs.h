/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's operations as functions, for components.
 *
 * Generated from objects.abi by abigen; change the text, not this file.
 */
#ifndef SKR_OBJECTS_H
#define SKR_OBJECTS_H

#include <stdint.h>

#include "abi/message.h"
#include "abi/objects.h"
#include "abi/status.h"

typedef uintptr_t word_t;
typedef word_t cap_t; /* an index in the caller's captable; 0 is never one */

/*
 * The system call `invoke`, defined by rt/call.h, which includes this file: `words` goes in as
 * arguments and comes back as results.  `culprit` may be NULL; else it becomes the number of
 * the argument at fault.
 */
static inline status_t skr_invoke(cap_t cap, word_t info, word_t words[ABI_REGISTER_WORDS],
    word_t *culprit);

/* In all of these a result's pointer may be NULL.  Results are set on failure too. */

/*
 * Make zeroed objects; each capability gets every right its type knows.  Long work is preemptible:
 * an object under way is visible, but can only be deleted.
 */
static inline status_t skr_memory_make(cap_t memory,
    word_t type,
    word_t at,
    word_t size,
    word_t count,
    cap_t slot,
    word_t *done)
{
    word_t words[ABI_REGISTER_WORDS] = {type, at, size, count, slot};
    word_t info = (word_t)OP_MEMORY_MAKE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(memory, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    return status;
}

/* Size and kind. */
static inline status_t skr_memory_info(cap_t memory,
    word_t *size,
    word_t *kind)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_MEMORY_INFO << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(memory, info, words, (word_t *)0);

    if (size)
        *size = words[0];
    if (kind)
        *kind = words[1];
    return status;
}

/* Size and kind. */
static inline status_t skr_frame_info(cap_t frame,
    word_t *size,
    word_t *kind)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_FRAME_INFO << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(frame, info, words, (word_t *)0);

    if (size)
        *size = words[0];
    if (kind)
        *kind = words[1];
    return status;
}

/* Write the pages' cache lines back to memory.  Preemptible. */
static inline status_t skr_frame_clean(cap_t frame,
    word_t first,
    word_t size)
{
    word_t words[ABI_REGISTER_WORDS] = {first, size};
    word_t info = (word_t)OP_FRAME_CLEAN << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(frame, info, words, (word_t *)0);

    return status;
}

/* Clean the pages' cache lines and drop them.  Preemptible. */
static inline status_t skr_frame_invalidate(cap_t frame,
    word_t first,
    word_t size)
{
    word_t words[ABI_REGISTER_WORDS] = {first, size};
    word_t info = (word_t)OP_FRAME_INVALIDATE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(frame, info, words, (word_t *)0);

    return status;
}

/* Map pages of frames.  Each entry is all or nothing; entries before a failed one stay done. */
/*
 * An entry has at most 512 pages; where address and frame are aligned to large pages, up to 256
 * large pages.
 */
static inline status_t skr_space_map(cap_t space,
    word_t count,
    word_t *done,
    word_t *missing)
{
    word_t words[ABI_REGISTER_WORDS] = {count};
    word_t info = (word_t)OP_SPACE_MAP << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    if (missing)
        *missing = words[1];
    return status;
}

/* Remove whatever is mapped in the ranges, mappings split where needed. */
static inline status_t skr_space_unmap(cap_t space,
    word_t count,
    word_t *done,
    word_t *missing)
{
    word_t words[ABI_REGISTER_WORDS] = {count};
    word_t info = (word_t)OP_SPACE_UNMAP << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    if (missing)
        *missing = words[1];
    return status;
}

/* Change the rights of whatever is mapped in the ranges, one mapping after the other. */
static inline status_t skr_space_protect(cap_t space,
    word_t count,
    word_t *done,
    word_t *missing)
{
    word_t words[ABI_REGISTER_WORDS] = {count};
    word_t info = (word_t)OP_SPACE_PROTECT << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    if (missing)
        *missing = words[1];
    return status;
}

/* Add a pool.  It dies with the space, and the space with it. */
static inline status_t skr_space_give(cap_t space,
    cap_t pool)
{
    word_t words[ABI_REGISTER_WORDS] = {pool};
    word_t info = (word_t)OP_SPACE_GIVE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space, info, words, (word_t *)0);

    return status;
}

/* What is used and free. */
static inline status_t skr_space_info(cap_t space,
    word_t *free,
    word_t *mapped)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_SPACE_INFO << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space, info, words, (word_t *)0);

    if (free)
        *free = words[0];
    if (mapped)
        *mapped = words[1];
    return status;
}

/* Add 64 slots. */
static inline status_t skr_captable_attach(cap_t captable,
    word_t position,
    cap_t chunk)
{
    word_t words[ABI_REGISTER_WORDS] = {position, chunk};
    word_t info = (word_t)OP_CAPTABLE_ATTACH << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    return status;
}

/* Derive a capability with at most the source's rights. */
static inline status_t skr_captable_copy(cap_t captable,
    word_t to,
    cap_t table,
    word_t from,
    word_t rights,
    word_t badge,
    word_t session)
{
    word_t words[ABI_REGISTER_WORDS] = {to, table, from, rights, badge, session};
    word_t info = (word_t)OP_CAPTABLE_COPY << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    return status;
}

/* Move a capability; nothing about it changes. */
static inline status_t skr_captable_move(cap_t captable,
    word_t to,
    cap_t table,
    word_t from)
{
    word_t words[ABI_REGISTER_WORDS] = {to, table, from};
    word_t info = (word_t)OP_CAPTABLE_MOVE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    return status;
}

/* Move three slots' contents round, in this table.  Any may be empty, all must differ. */
static inline status_t skr_captable_rotate(cap_t captable,
    word_t first,
    word_t second,
    word_t third)
{
    word_t words[ABI_REGISTER_WORDS] = {first, second, third};
    word_t info = (word_t)OP_CAPTABLE_ROTATE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    return status;
}

/*
 * Empty a slot.  The first capability of an object takes the object with it; others hand what was
 * derived from them to their parent.  Mappings made through it are removed.  Preemptible.
 */
static inline status_t skr_captable_delete(cap_t captable,
    word_t slot)
{
    word_t words[ABI_REGISTER_WORDS] = {slot};
    word_t info = (word_t)OP_CAPTABLE_DELETE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    return status;
}

/* Kill everything derived from the capability.  Preemptible. */
static inline status_t skr_captable_revoke(cap_t captable,
    word_t slot,
    word_t *done)
{
    word_t words[ABI_REGISTER_WORDS] = {slot};
    word_t info = (word_t)OP_CAPTABLE_REVOKE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    return status;
}

/* What a slot holds. */
static inline status_t skr_captable_query(cap_t captable,
    word_t slot,
    word_t *type,
    word_t *rights,
    word_t *badge,
    word_t *children)
{
    word_t words[ABI_REGISTER_WORDS] = {slot};
    word_t info = (word_t)OP_CAPTABLE_QUERY << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(captable, info, words, (word_t *)0);

    if (type)
        *type = words[0];
    if (rights)
        *rights = words[1];
    if (badge)
        *badge = words[2];
    if (children)
        *children = words[3];
    return status;
}

/* Set what is not 0; the options are always set. */
static inline status_t skr_thread_configure(cap_t thread,
    cap_t captable,
    cap_t space,
    cap_t budget,
    cap_t fault,
    cap_t timeout,
    cap_t buffer,
    word_t page,
    word_t options)
{
    word_t words[ABI_REGISTER_WORDS] = {captable, space, budget, fault, timeout, buffer, page, options};
    word_t info = (word_t)OP_THREAD_CONFIGURE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Takes effect at once, also on a running or waiting thread. */
static inline status_t skr_thread_set_priority(cap_t thread,
    word_t priority,
    word_t ceiling,
    cap_t leave)
{
    word_t words[ABI_REGISTER_WORDS] = {priority, ceiling, leave};
    word_t info = (word_t)OP_THREAD_SET_PRIORITY << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Set these registers, the others to zero, and let it run. */
static inline status_t skr_thread_start(cap_t thread,
    word_t pc,
    word_t sp,
    word_t argument,
    word_t tp)
{
    word_t words[ABI_REGISTER_WORDS] = {pc, sp, argument, tp};
    word_t info = (word_t)OP_THREAD_START << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/*
 * Let a stopped thread go on; one stopped inside a call that can be restarted starts it again.  A
 * thread stopped by a fault is resumed here too, without holding the reply.
 */
static inline status_t skr_thread_resume(cap_t thread)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_RESUME << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/*
 * Stop the thread; on return it runs on no core.  A blocked thread's call is restarted when it is
 * resumed.
 */
static inline status_t skr_thread_stop(cap_t thread)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_STOP << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* End the call the thread is blocked in with the status cancelled. */
static inline status_t skr_thread_cancel(cap_t thread)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_CANCEL << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Copy all registers to the list area (struct abi_registers of the architecture). */
static inline status_t skr_thread_read(cap_t thread)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_READ << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Copy all registers from the list area. */
static inline status_t skr_thread_write(cap_t thread)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_WRITE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Receive the notification's signals in endpoint receives too; 0 unbinds. */
static inline status_t skr_thread_bind(cap_t thread,
    cap_t notification)
{
    word_t words[ABI_REGISTER_WORDS] = {notification};
    word_t info = (word_t)OP_THREAD_BIND << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Declare the minimum. */
static inline status_t skr_thread_set_minimum(cap_t thread,
    uint64_t minimum)
{
    word_t words[ABI_REGISTER_WORDS] = {minimum};
    word_t info = (word_t)OP_THREAD_SET_MINIMUM << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Breakpoints arrive as faults. */
static inline status_t skr_thread_set_breakpoint(cap_t thread,
    word_t number,
    word_t address,
    word_t kind)
{
    word_t words[ABI_REGISTER_WORDS] = {number, address, kind};
    word_t info = (word_t)OP_THREAD_SET_BREAKPOINT << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* Fault after each instruction. */
static inline status_t skr_thread_single_step(cap_t thread,
    word_t on)
{
    word_t words[ABI_REGISTER_WORDS] = {on};
    word_t info = (word_t)OP_THREAD_SINGLE_STEP << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    return status;
}

/* State and time. */
static inline status_t skr_thread_info(cap_t thread,
    word_t *state,
    word_t *core,
    word_t *priority)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_THREAD_INFO << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(thread, info, words, (word_t *)0);

    if (state)
        *state = words[0];
    if (core)
        *core = words[1];
    if (priority)
        *priority = words[2];
    return status;
}

/* What it has and had. */
static inline status_t skr_budget_info(cap_t budget,
    uint64_t *amount,
    uint64_t *period,
    uint64_t *left,
    uint64_t *consumed)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_BUDGET_INFO << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(budget, info, words, (word_t *)0);

    if (amount)
        *amount = words[0];
    if (period)
        *period = words[1];
    if (left)
        *left = words[2];
    if (consumed)
        *consumed = words[3];
    return status;
}

/* End the sends and calls queued with this badge with the status cancelled.  Preemptible. */
static inline status_t skr_endpoint_cancel_badge(cap_t endpoint,
    word_t badge,
    word_t *done)
{
    word_t words[ABI_REGISTER_WORDS] = {badge};
    word_t info = (word_t)OP_ENDPOINT_CANCEL_BADGE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(endpoint, info, words, (word_t *)0);

    if (done)
        *done = words[0];
    return status;
}

/* Where it is delivered.  The first bind unmasks it. */
static inline status_t skr_interrupt_bind(cap_t interrupt,
    cap_t notification,
    word_t bits)
{
    word_t words[ABI_REGISTER_WORDS] = {notification, bits};
    word_t info = (word_t)OP_INTERRUPT_BIND << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(interrupt, info, words, (word_t *)0);

    return status;
}

/* Unmask after delivery. */
static inline status_t skr_interrupt_acknowledge(cap_t interrupt)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_INTERRUPT_ACKNOWLEDGE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(interrupt, info, words, (word_t *)0);

    return status;
}

/* Arm it (again).  A deadline in the past signals at once.  It fires on the core that armed it. */
static inline status_t skr_timer_set(cap_t timer,
    uint64_t deadline,
    cap_t notification,
    word_t bits)
{
    word_t words[ABI_REGISTER_WORDS] = {deadline, notification, bits};
    word_t info = (word_t)OP_TIMER_SET << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(timer, info, words, (word_t *)0);

    return status;
}

/* Disarm it. */
static inline status_t skr_timer_cancel(cap_t timer)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_TIMER_CANCEL << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(timer, info, words, (word_t *)0);

    return status;
}

/* Give a budget its amount on this core, from now on and whole: a debt ends. */
static inline status_t skr_time_control_fill(cap_t time_control,
    cap_t budget,
    uint64_t amount,
    uint64_t period,
    word_t *left)
{
    word_t words[ABI_REGISTER_WORDS] = {budget, amount, period};
    word_t info = (word_t)OP_TIME_CONTROL_FILL << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(time_control, info, words, (word_t *)0);

    if (left)
        *left = words[0];
    return status;
}

/* Tie an interrupt object to a line. */
static inline status_t skr_interrupt_control_claim(cap_t interrupt_control,
    word_t number,
    word_t options,
    cap_t interrupt)
{
    word_t words[ABI_REGISTER_WORDS] = {number, options, interrupt};
    word_t info = (word_t)OP_INTERRUPT_CONTROL_CLAIM << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(interrupt_control, info, words, (word_t *)0);

    return status;
}

/* Power off; does not return. */
static inline status_t skr_power_control_off(cap_t power_control)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_POWER_CONTROL_OFF << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(power_control, info, words, (word_t *)0);

    return status;
}

/* Reset; does not return. */
static inline status_t skr_power_control_reboot(cap_t power_control)
{
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t info = (word_t)OP_POWER_CONTROL_REBOOT << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(power_control, info, words, (word_t *)0);

    return status;
}

/* Power off and report failure. */
static inline status_t skr_power_control_fail(cap_t power_control,
    word_t code)
{
    word_t words[ABI_REGISTER_WORDS] = {code};
    word_t info = (word_t)OP_POWER_CONTROL_FAIL << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(power_control, info, words, (word_t *)0);

    return status;
}

/* Append to the log, and to the debug console where there is one: not in a release kernel. */
static inline status_t skr_log_control_write(cap_t log_control,
    word_t size)
{
    word_t words[ABI_REGISTER_WORDS] = {size};
    word_t info = (word_t)OP_LOG_CONTROL_WRITE << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(log_control, info, words, (word_t *)0);

    return status;
}

/* Read the log ring. */
static inline status_t skr_log_control_read(cap_t log_control,
    word_t position,
    word_t *next,
    word_t *size,
    word_t *lost)
{
    word_t words[ABI_REGISTER_WORDS] = {position};
    word_t info = (word_t)OP_LOG_CONTROL_READ << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(log_control, info, words, (word_t *)0);

    if (next)
        *next = words[0];
    if (size)
        *size = words[1];
    if (lost)
        *lost = words[2];
    return status;
}

/* The kernel's whole state as text records, for comparison with the model.  Test kernels only. */
static inline status_t skr_log_control_dump(cap_t log_control,
    word_t part,
    word_t *next,
    word_t *size)
{
    word_t words[ABI_REGISTER_WORDS] = {part};
    word_t info = (word_t)OP_LOG_CONTROL_DUMP << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(log_control, info, words, (word_t *)0);

    if (next)
        *next = words[0];
    if (size)
        *size = words[1];
    return status;
}

/* Signal when a fault could not be delivered and its thread was stopped. */
static inline status_t skr_log_control_watch(cap_t log_control,
    cap_t notification,
    word_t bits)
{
    word_t words[ABI_REGISTER_WORDS] = {notification, bits};
    word_t info = (word_t)OP_LOG_CONTROL_WATCH << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(log_control, info, words, (word_t *)0);

    return status;
}

/* Where a device finds the page. */
static inline status_t skr_dma_control_address(cap_t dma_control,
    cap_t frame,
    word_t page,
    uint64_t *address)
{
    word_t words[ABI_REGISTER_WORDS] = {frame, page};
    word_t info = (word_t)OP_DMA_CONTROL_ADDRESS << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(dma_control, info, words, (word_t *)0);

    if (address)
        *address = words[0];
    return status;
}

/* Let a space map pages writable and executable. */
static inline status_t skr_space_control_allow(cap_t space_control,
    cap_t space,
    word_t allow)
{
    word_t words[ABI_REGISTER_WORDS] = {space, allow};
    word_t info = (word_t)OP_SPACE_CONTROL_ALLOW << ABI_INFO_LABEL_SHIFT;
    status_t status = skr_invoke(space_control, info, words, (word_t *)0);

    return status;
}

#endif
