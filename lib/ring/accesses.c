/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler calls in code that was built for the thread sanitizer (accesses.h): only the
 * entries that such code uses here, so a new kind of access shows as an error of the linker.
 */
#include "accesses.h"

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);
void __tsan_read1(void *at);
void __tsan_read4(void *at);
void __tsan_read8(void *at);
void __tsan_write1(void *at);
void __tsan_write4(void *at);
void __tsan_write8(void *at);
void __tsan_write16(void *at);
void __tsan_write_range(void *at, size_t bytes);
uint32_t __tsan_atomic32_load(const volatile void *at, int order);
void __tsan_atomic32_store(volatile void *at, uint32_t value, int order);
void __tsan_atomic_signal_fence(int order);
void *__wrap_memcpy(void *to, const void *from, size_t bytes);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void)
{
}

void __tsan_read1(void *at)
{
    access_begins(at, 1, false);
}

void __tsan_read4(void *at)
{
    access_begins(at, 4, false);
}

void __tsan_read8(void *at)
{
    access_begins(at, 8, false);
}

void __tsan_write1(void *at)
{
    access_begins(at, 1, true);
}

void __tsan_write4(void *at)
{
    access_begins(at, 4, true);
}

void __tsan_write8(void *at)
{
    access_begins(at, 8, true);
}

void __tsan_write16(void *at)
{
    access_begins(at, 16, true);
}

void __tsan_write_range(void *at, size_t bytes)
{
    access_begins(at, bytes, true);
}

uint32_t __tsan_atomic32_load(const volatile void *at, int order)
{
    (void)order; /* one thread plays both sides */
    access_begins((const void *)at, 4, false);
    return *(const volatile uint32_t *)at;
}

void __tsan_atomic32_store(volatile void *at, uint32_t value, int order)
{
    (void)order;
    access_begins((const void *)at, 4, true);
    *(volatile uint32_t *)at = value;
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

void *__wrap_memcpy(void *to, const void *from, size_t bytes)
{
    volatile uint8_t *into = to; /* volatile: else this loop becomes a call of memcpy */
    const uint8_t *out_of = from;

    for (size_t i = 0; i < bytes; i++) {
        access_begins(out_of + i, 1, false);
        access_begins((uint8_t *)to + i, 1, true);
        into[i] = out_of[i];
    }
    return to;
}
