/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that musl expects of us, and the ones of its own that we call.
 */
#ifndef POSIX_LIBC_H
#define POSIX_LIBC_H

#include <posix/core.h>
#include <stdarg.h>
#include <stddef.h>

/* What would be a system call: number and arguments as Linux has them. */
long __skerry_syscall(long number, long a, long b, long c, long d, long e, long f);

int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);
noreturn void __unmapself(void *stack, size_t size);
long __syscall_cp_asm(const volatile int *is_cancelled, long number, long a, long b, long c, long d,
                      long e, long f);
void __restore(void);
void __restore_rt(void);
int __set_thread_area(void *thread_pointer);
void *__tls_get_addr(const size_t *index);

extern const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

/* musl's. */
long __cancel(void);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader)(void));

#endif
