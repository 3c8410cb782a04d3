/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in for the objects of musl that hold a trap instruction, and for the two that know
 * where the thread pointer leads.
 *
 * The names are musl's.  Since they are defined here, the linker takes none of its own; without
 * signals a thread is cancelled at its next cancellation point or out of a wait.
 */
#include "libc.h"

#include <rt/print.h>

enum { CLONE_THREAD = 0x10000 };

/* Labels of musl's signal handler, which never runs. */
const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
    int32_t *id;
    void *thread_pointer;
    uint32_t *clear;
    va_list more;

    va_start(more, argument);
    id = va_arg(more, int32_t *);
    thread_pointer = va_arg(more, void *);
    clear = va_arg(more, uint32_t *);
    va_end(more);
    if ((flags & CLONE_THREAD) == 0)
        return -POSIX_ENOSYS; /* a process */
    return (int)core_thread_create(run, argument, stack, thread_pointer, id, clear);
}

noreturn void __unmapself(void *stack, size_t size)
{
    core_thread_exit(stack, size);
}

long __syscall_cp_asm(const volatile int *is_cancelled, long number, long a, long b, long c, long d,
                      long e, long f)
{
    return *is_cancelled != 0 ? __cancel() : __skerry_syscall(number, a, b, c, d, e, f);
}

void __restore(void)
{
}

void __restore_rt(void)
{
}

int __set_thread_area(void *thread_pointer)
{
    core_thread_move(thread_pointer);
    return 0;
}

/* The word that musl keeps its table of modules in is ours; a component is one module. */
void *__tls_get_addr(const size_t *index)
{
    (void)index;
    rt_panic("position-independent code has thread-local variables");
}
