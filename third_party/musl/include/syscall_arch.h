/* SPDX-License-Identifier: Apache-2.0 */
/*
 * musl's interface to a kernel, as calls of one function: posix/libc defines it.
 *
 * Stands in for the header of this name in musl's folder of the architecture, so the names are
 * musl's.
 */
#ifndef SYSCALL_ARCH_H
#define SYSCALL_ARCH_H

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)
#define IPC_64 0

__attribute__((__visibility__("hidden"))) long __skerry_syscall(long number, long a, long b, long c,
                                                                long d, long e, long f);

static inline long __syscall0(long n)
{
    return __skerry_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a)
{
    return __skerry_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b)
{
    return __skerry_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c)
{
    return __skerry_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
    return __skerry_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
    return __skerry_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
    return __skerry_syscall(n, a, b, c, d, e, f);
}

#endif
