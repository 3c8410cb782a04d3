/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caches and zeroing.  The base architecture has no cache operations and asks machines without
 * them to keep devices coherent, so ordering is all that is left to do.
 */
#include <arch/paging.h>

void cache_clean(const void *start, size_t size_bytes)
{
    (void)start;
    (void)size_bytes;
    __asm__ volatile("fence iorw, iorw" ::: "memory");
}

void cache_clean_invalidate(const void *start, size_t size_bytes)
{
    cache_clean(start, size_bytes);
}

void zero_pages(void *start, size_t pages)
{
    const uint8_t *end = (uint8_t *)start + pages * PAGE_SIZE;

    if (pages == 0)
        return;
    __asm__ volatile("1:\n"
                     ".set offset, 0\n"
                     ".rept 64\n"
                     "  sd      zero, offset(%0)\n"
                     "  .set offset, offset + 8\n"
                     ".endr\n"
                     "  addi    %0, %0, 512\n"
                     "  bne     %0, %1, 1b\n"
                     : "+r"(start)
                     : "r"(end)
                     : "memory");
}
