/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: what it is, and its caches.
 */
#include <abi/dispatch.h>
#include <arch/paging.h>

#include "object/cap.h"

enum { CACHE_PAGES_MAX = 64 };

static status_t pages_check(const struct cap *frame, word_t first, word_t size)
{
    if (frame_is_device(frame))
        return ERR_WRONG_TYPE;
    if (first >= frame_pages(frame) || size > frame_pages(frame) - first || size > CACHE_PAGES_MAX)
        return ERR_BAD_ARGUMENT;
    return OK;
}

static void *page_pointer(const struct cap *frame, word_t page)
{
    return phys_to_virt(frame_base(frame) + (paddr_t)page * PAGE_SIZE);
}

status_t sys_frame_info(struct thread *self, struct cap *frame, struct frame_info *args)
{
    (void)self;
    args->size = frame_pages(frame);
    args->kind = frame_is_device(frame) ? 0 : 1;
    return OK;
}

status_t sys_frame_clean(struct thread *self, struct cap *frame, struct frame_clean *args)
{
    status_t status = pages_check(frame, args->first, args->size);

    (void)self;
    if (status == OK)
        cache_clean(page_pointer(frame, args->first), args->size * PAGE_SIZE);
    return status;
}

status_t sys_frame_invalidate(struct thread *self, struct cap *frame, struct frame_invalidate *args)
{
    status_t status = pages_check(frame, args->first, args->size);

    (void)self;
    if (status == OK)
        cache_clean_invalidate(page_pointer(frame, args->first), args->size * PAGE_SIZE);
    return status;
}
