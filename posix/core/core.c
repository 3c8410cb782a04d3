/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's one state, its lock, its beginning and its end.
 */
#include "posix.h"

#include <rt/print.h>

static struct posix the_posix;

/*
 * Counted first: the kernel is only asked when somebody else has the lock, and gives it on to one
 * of those who wait for each time it is given back.
 */
void core_lock(void)
{
    struct posix *posix = &the_posix;
    word_t bits;

    if (__atomic_fetch_add(&posix->lock_count, 1, __ATOMIC_ACQUIRE) > 0)
        rt_assert(skr_wait(posix->lock_wake, &bits) == OK);
}

void core_unlock(void)
{
    struct posix *posix = &the_posix;

    if (__atomic_fetch_sub(&posix->lock_count, 1, __ATOMIC_RELEASE) > 1)
        (void)skr_signal(posix->lock_wake, 1);
}

struct component *core_component(void)
{
    return &the_posix.component;
}

void core_init(const struct rt_startup *startup)
{
    struct posix *posix = &the_posix;
    struct rt_object lock;

    component_init(&posix->component, startup);
    component_log_init(&posix->log, &posix->component, "main");
    rt_assert(rt_make(&posix->component.maker, TYPE_NOTIFICATION, 0, 1, &lock) == OK);
    posix->lock_wake = lock.cap;

    rt_ranges_init(&posix->heap, posix->heap_parts, POSIX_HEAP_PARTS_MAX);
    posix->heap_start = (vaddr_t)startup->heap_address;
    posix->heap_end = posix->heap_start + (vaddr_t)startup->heap_bytes;
    if (startup->heap_bytes != 0)
        rt_assert(rt_ranges_give(&posix->heap, posix->heap_start, (word_t)startup->heap_bytes) ==
                  OK);
    files_init(posix);
    threads_init(posix);
}

noreturn void core_exit(int code)
{
    struct posix *posix = &the_posix;

    core_lock();
    files_flush(posix);
    rt_exit(code);
}
