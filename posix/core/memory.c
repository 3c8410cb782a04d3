/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: pages of the component's heap, which root mapped at its start.
 *
 * Pages are zeroed when they are given back, so that those that were never used cost nothing.
 */
#include "posix.h"

#include <abi/sizes.h>
#include <base/bits.h>
#include <base/memory.h>
#include <rt/map.h>

static bool is_in_heap(const struct posix *posix, word_t address, word_t size)
{
    return is_aligned(address, ABI_PAGE_SIZE) && size != 0 && address >= posix->heap_start &&
           address <= posix->heap_end && size <= posix->heap_end - address;
}

/* A page is at least readable: the kernel knows no mapping without that right. */
static status_t protect(const struct posix *posix, word_t address, word_t size, unsigned access)
{
    word_t attributes = MAP_READ | ((access & POSIX_WRITE) != 0 ? (word_t)MAP_WRITE : 0);

    return rt_protect(posix->component.startup->space, address, size / ABI_PAGE_SIZE, attributes);
}

long core_map(word_t size, unsigned access)
{
    struct posix *posix = core_self();
    vaddr_t address = 0;
    status_t status;

    if (size == 0 || size > SIZE_MAX - ABI_PAGE_SIZE || (access & POSIX_EXECUTE) != 0)
        return -POSIX_EINVAL;
    size = align_up(size, ABI_PAGE_SIZE);
    core_lock();
    status = rt_ranges_take(&posix->heap, size, ABI_PAGE_SIZE, &address);
    if (status == OK && (access & POSIX_WRITE) == 0) {
        status = protect(posix, address, size, access);
        if (status != OK)
            (void)rt_ranges_give(&posix->heap, address, size);
    }
    core_unlock();
    return status == OK ? (long)address : -POSIX_ENOMEM;
}

long core_unmap(word_t address, word_t size)
{
    struct posix *posix = core_self();
    status_t status;

    if (size > SIZE_MAX - ABI_PAGE_SIZE)
        return -POSIX_EINVAL;
    size = align_up(size, ABI_PAGE_SIZE);
    if (!is_in_heap(posix, address, size))
        return -POSIX_EINVAL;
    core_lock();
    status = protect(posix, address, size, POSIX_WRITE);
    if (status == OK) {
        mem_zero((void *)address, size);
        status = rt_ranges_give(&posix->heap, address, size);
    }
    core_unlock();
    return status == OK ? 0 : -POSIX_ENOMEM;
}

long core_protect(word_t address, word_t size, unsigned access)
{
    struct posix *posix = core_self();
    status_t status;

    if (size > SIZE_MAX - ABI_PAGE_SIZE || (access & POSIX_EXECUTE) != 0)
        return -POSIX_EINVAL;
    size = align_up(size, ABI_PAGE_SIZE);
    if (!is_in_heap(posix, address, size))
        return -POSIX_EINVAL;
    core_lock();
    status = protect(posix, address, size, access);
    core_unlock();
    return status == OK ? 0 : -POSIX_ENOMEM;
}
