/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would be system calls: numbers and arguments as Linux has them, to functions of posix/core.
 *
 * What is not here answers ENOSYS, processes and signals among it.
 */
#include "libc.h"

#include <rt/print.h>
#include <rt/process.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, FUTEX_COMMAND = 127 };
enum { SIGNAL_CANCEL = 33, NS_PER_SECOND = 1000000000 };

static_assert(PROT_WRITE == POSIX_WRITE && PROT_EXEC == POSIX_EXECUTE, "the same bits");

/* ---- time ---- */

static bool is_time(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NS_PER_SECOND;
}

/* A time that does not fit is as good as forever. */
static uint64_t ns_of(const struct timespec *time)
{
    uint64_t seconds = (uint64_t)time->tv_sec;

    if (seconds > UINT64_MAX / 2 / NS_PER_SECOND)
        return UINT64_MAX / 2;
    return seconds * NS_PER_SECOND + (uint64_t)time->tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){
        .tv_sec = (time_t)(ns / NS_PER_SECOND),
        .tv_nsec = (long)(ns % NS_PER_SECOND),
    };
}

static long read_clock(long clock, struct timespec *time)
{
    switch (clock) {
    case CLOCK_REALTIME: *time = timespec_of(core_wall_time_ns()); return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME: *time = timespec_of(core_time_ns()); return 0;
    default: return -POSIX_EINVAL;
    }
}

static long read_resolution(long clock, struct timespec *resolution)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
        return -POSIX_EINVAL;
    if (resolution != NULL)
        *resolution = timespec_of(1);
    return 0;
}

static long sleep_on(long clock, long flags, const struct timespec *time, struct timespec *left)
{
    uint64_t now = core_time_ns(), deadline;
    long result;

    if (!is_time(time) || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC))
        return -POSIX_EINVAL;
    deadline = ns_of(time);
    if ((flags & TIMER_ABSTIME) == 0)
        deadline += now;
    else if (clock == CLOCK_REALTIME)
        deadline = deadline > core_wall_time_ns() ? now + deadline - core_wall_time_ns() : now;
    result = core_sleep_until(deadline);
    now = core_time_ns();
    if (result != 0 && left != NULL && (flags & TIMER_ABSTIME) == 0)
        *left = timespec_of(deadline > now ? deadline - now : 0);
    return result;
}

/* ---- waiting on a word ---- */

static long futex(const uint32_t *word, long operation, long value, const struct timespec *timeout,
                  const uint32_t *other)
{
    switch (operation & FUTEX_COMMAND) {
    case FUTEX_WAIT:
        if (timeout != NULL && !is_time(timeout))
            return -POSIX_EINVAL;
        return core_wait(word, (uint32_t)value,
                         timeout != NULL ? core_time_ns() + ns_of(timeout) : POSIX_FOREVER);
    case FUTEX_WAKE: return core_wake(word, (uint32_t)value, 0, NULL);
    case FUTEX_REQUEUE: return core_wake(word, (uint32_t)value, (uint32_t)(word_t)timeout, other);
    default: return -POSIX_ENOSYS;
    }
}

/* ---- the rest ---- */

static long write_parts(long file, const struct iovec *parts, long count)
{
    long done = 0;

    for (long i = 0; i < count; i++) {
        long size = core_write(file, parts[i].iov_base, parts[i].iov_len);

        if (size < 0)
            return done > 0 ? done : size;
        done += size;
    }
    return done;
}

static long read_parts(long file, const struct iovec *parts, long count)
{
    return count > 0 ? core_read(file, parts[0].iov_base, parts[0].iov_len) : 0;
}

/* Output is a terminal to musl, which then hands it on line by line. */
static long control(long file, long request)
{
    if (core_write(file, NULL, 0) < 0)
        return -POSIX_EBADF;
    return request == TIOCGWINSZ ? 0 : -POSIX_ENOTTY;
}

static long map(long size, long access, long flags)
{
    if ((flags & MAP_ANONYMOUS) == 0)
        return -POSIX_ENOSYS;
    if ((flags & (MAP_FIXED | MAP_PRIVATE)) != MAP_PRIVATE)
        return -POSIX_EINVAL;
    return core_map((word_t)size, (unsigned)access);
}

static long kill_thread(long id, long signal)
{
    if (signal == SIGNAL_CANCEL)
        return core_thread_interrupt(id);
    if (signal == SIGABRT)
        rt_panic("it called abort");
    return -POSIX_ENOSYS;
}

static long yield(void)
{
    skr_yield();
    return 0;
}

long __skerry_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    (void)f;
    switch (number) {
    case SYS_write: return core_write(a, (const void *)b, (word_t)c);
    case SYS_writev: return write_parts(a, (const struct iovec *)b, c);
    case SYS_read: return core_read(a, (void *)b, (word_t)c);
    case SYS_readv: return read_parts(a, (const struct iovec *)b, c);
    case SYS_close: return core_close(a);
    case SYS_dup: return core_duplicate(a, -1);
    case SYS_dup3: return core_duplicate(a, b);
    case SYS_ioctl: return control(a, b);
    case SYS_lseek: return -POSIX_ESPIPE;

    case SYS_mmap: return map(b, c, d);
    case SYS_munmap: return core_unmap((word_t)a, (word_t)b);
    case SYS_mprotect: return core_protect((word_t)a, (word_t)b, (unsigned)c);
    case SYS_brk: return 0; /* as where no break could be set: musl maps instead */

    case SYS_set_tid_address: return core_thread_clear((uint32_t *)a);
    case SYS_set_robust_list: return 0; /* only read when a process dies */
    case SYS_gettid: return core_thread_id();
    case SYS_getpid: return 1;
    case SYS_sched_yield: return yield();
    case SYS_futex:
        return futex((const uint32_t *)a, b, c, (const struct timespec *)d, (const uint32_t *)e);
    case SYS_exit: core_thread_exit(NULL, 0);
    case SYS_exit_group: core_exit((int)a);
    case SYS_tkill: return kill_thread(a, b);
    case SYS_tgkill: return kill_thread(b, c);
    case SYS_rt_sigprocmask: return 0; /* there are none to block */

    case SYS_clock_gettime: return read_clock(a, (struct timespec *)b);
    case SYS_clock_getres: return read_resolution(a, (struct timespec *)b);
    case SYS_nanosleep:
        return sleep_on(CLOCK_MONOTONIC, 0, (const struct timespec *)a, (struct timespec *)b);
    case SYS_clock_nanosleep:
        return sleep_on(a, b, (const struct timespec *)c, (struct timespec *)d);
    case SYS_getrandom: return core_random((void *)a, (word_t)b);
    default: return -POSIX_ENOSYS;
    }
}
