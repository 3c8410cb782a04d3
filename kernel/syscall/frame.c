/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: what it is, and its caches.
 */
#include <abi/dispatch.h>
#include <arch/paging.h>

#include "object/cap.h"
#include "syscall/long.h"

enum { PAGES_PER_STEP = 4 };

typedef void cache_operation(const void *start, size_t size_bytes);

/* Do a cache operation on pages of a frame, some in each step. */
static status_t pages_walk(struct thread *self, const struct cap *frame, word_t first, word_t size,
                           cache_operation *operation, word_t *culprit)
{
    if (frame_is_device(frame))
        return ERR_WRONG_TYPE;
    *culprit = first >= frame_pages(frame) ? 1 : 2;
    if (first >= frame_pages(frame) || size > frame_pages(frame) - first)
        return ERR_BAD_ARGUMENT;
    *culprit = 0;
    while (self->progress < size) {
        word_t count = word_min(size - self->progress, PAGES_PER_STEP);
        paddr_t page = first + self->progress;

        operation(phys_to_virt(frame_base(frame) + page * PAGE_SIZE), count * PAGE_SIZE);
        self->progress += count;
        if (self->progress < size && kernel_should_preempt())
            return PREEMPTED;
    }
    return long_done(self, OK);
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
    return pages_walk(self, frame, args->first, args->size, cache_clean, &args->culprit);
}

status_t sys_frame_invalidate(struct thread *self, struct cap *frame, struct frame_invalidate *args)
{
    return pages_walk(self, frame, args->first, args->size, cache_clean_invalidate,
                      &args->culprit);
}
