/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space: lists of mappings, from the caller's message buffer.
 * An entry is copied before it is checked.  A list stops at its first failed entry, and says how
 * many are done.
 */
#include "object/space.h"

#include <abi/dispatch.h>

#include "syscall/long.h"

enum { ARGUMENT_COUNT = 1 };

/* Copy entry number index, which is below a checked count. */
static struct abi_map_entry entry_at(const struct abi_buffer *buffer, word_t index)
{
    const struct abi_map_entry *entries = (const void *)buffer->list;

    return entries[index];
}

static status_t list_check(struct thread *self, word_t count, struct abi_buffer **buffer)
{
    *buffer = thread_buffer(self);
    if (*buffer == NULL)
        return ERR_BAD_STATE;
    return count > ABI_LIST_MAX ? ERR_BAD_ARGUMENT : OK;
}

/* Pages the pools lack may be in tables that became empty: look, one table a step.  No walk may
 * find a table by what a core remembers when its page is used again. */
static status_t collect_tables(struct thread *self, struct space *space)
{
    vaddr_t cursor = self->progress_prepared * PAGE_SIZE;
    bool is_preempted = false;

    while (!is_preempted && paging_collect(&space->paging, &cursor, &space->pages))
        is_preempted = kernel_should_preempt();
    self->progress_prepared = is_preempted ? cursor / PAGE_SIZE : 0;
    if (space_id_is_remembered(&kernel.space_ids, &space->id))
        paging_flush_id(space->id.id);
    return is_preempted ? PREEMPTED : OK;
}

/* Caches come first, step by step, if the mapping is one that would be taken at all.  After a
 * preemption the entry may be another one: what is prepared counts if that began with this page. */
static status_t prepare_one(struct thread *self, struct space *space, struct cap *frame,
                            const struct abi_map_entry *entry)
{
    uint64_t what = (frame_base(frame) + (paddr_t)entry->page * PAGE_SIZE) |
                    (entry->count_attributes & 0xff);
    status_t status = space_check_map(space, frame, entry);

    if (self->progress_what != what)
        self->progress_pages = 0;
    self->progress_what = what;
    while (status == OK && space_prepare_map_step(frame, entry, &self->progress_pages)) {
        if (kernel_should_preempt())
            status = PREEMPTED;
    }
    return status;
}

static status_t map_in_steps(struct space *space, struct cap *frame,
                             const struct abi_map_entry *entry, size_t *missing)
{
    status_t status;

    do
        status = space_map(space, frame, entry, missing);
    while (status == PREEMPTED && !kernel_should_preempt());
    return status;
}

static status_t map_one(struct thread *self, struct space *space, const struct abi_map_entry *entry,
                        size_t *missing)
{
    struct cap *frame;
    status_t status = cap_argument(self, entry->frame, TYPE_FRAME, 0, &frame);

    if (status == OK && space_needs_preparation(entry))
        status = prepare_one(self, space, frame, entry);
    if (status != OK)
        return status;
    if (self->progress_prepared == 0) {
        status = map_in_steps(space, frame, entry, missing);
        if (status != ERR_NO_MEMORY)
            return status;
    }
    if (collect_tables(self, space) != OK)
        return PREEMPTED;
    *missing = 0;
    return map_in_steps(space, frame, entry, missing);
}

status_t sys_space_map(struct thread *self, struct cap *cap, struct space_map *args)
{
    struct space *space = space_of(cap->object);
    struct abi_buffer *buffer;
    size_t missing = 0;
    status_t status = list_check(self, args->count, &buffer);

    while (status == OK && self->progress < args->count) {
        struct abi_map_entry entry = entry_at(buffer, self->progress);

        status = map_one(self, space, &entry, &missing);
        if (status == PREEMPTED)
            return PREEMPTED;
        if (status == OK) {
            self->progress++;
            self->progress_pages = 0;
        }
        if (status == OK && self->progress < args->count && kernel_should_preempt())
            return PREEMPTED;
    }
    args->done = self->progress;
    args->missing = missing;
    args->culprit = status == OK ? 0 : ARGUMENT_COUNT;
    return long_done(self, status);
}

/* The range of an unmap or protect entry. */
static status_t entry_range(const struct abi_map_entry *entry, vaddr_t *start, vaddr_t *end)
{
    size_t pages = entry->count_attributes >> 8;

    if (!is_aligned(entry->address, PAGE_SIZE))
        return ERR_MISALIGNED;
    if (pages == 0 || entry->address >= USER_TOP || pages > (USER_TOP - entry->address) / PAGE_SIZE)
        return ERR_BAD_ARGUMENT;
    *start = entry->address;
    *end = entry->address + pages * PAGE_SIZE;
    return OK;
}

/* Walk the mappings in an entry's range, one a step; progress_pages says how far. */
static status_t walk_one(struct thread *self, struct space *space,
                         const struct abi_map_entry *entry, bool is_unmap, size_t *missing)
{
    unsigned attributes = (unsigned)(entry->count_attributes & 0xff);
    vaddr_t start;
    vaddr_t end;
    status_t status = entry_range(entry, &start, &end);

    if (status != OK)
        return status;
    vaddr_t address = word_min(start + self->progress_pages * PAGE_SIZE, end);

    while (address < end) {
        while (!is_unmap && space_prepare_protect_step(space, address, end, attributes,
                                                       &self->progress_prepared)) {
            if (kernel_should_preempt())
                return PREEMPTED;
        }
        status = is_unmap ? space_unmap_step(space, &address, end, missing)
                          : space_protect_step(space, &address, end, attributes,
                                              &self->progress_inside, missing);
        if (status != OK && status != PREEMPTED)
            return status;
        self->progress_pages = (address - start) / PAGE_SIZE;
        if (status == OK)
            self->progress_prepared = 0;
        if (address < end && kernel_should_preempt())
            return PREEMPTED;
    }
    self->progress_pages = 0;
    return OK;
}

/* missing stays 0 where no_memory can't be. */
static status_t walk_list(struct thread *self, struct cap *cap, word_t count, bool is_unmap,
                          size_t *missing)
{
    struct space *space = space_of(cap->object);
    struct abi_buffer *buffer;
    status_t status = list_check(self, count, &buffer);

    while (status == OK && self->progress < count) {
        struct abi_map_entry entry = entry_at(buffer, self->progress);

        status = walk_one(self, space, &entry, is_unmap, missing);
        if (status == OK)
            self->progress++;
        if (status == OK && self->progress < count && kernel_should_preempt())
            return PREEMPTED;
    }
    return status;
}

status_t sys_space_unmap(struct thread *self, struct cap *cap, struct space_unmap *args)
{
    size_t missing = 0;
    status_t status = walk_list(self, cap, args->count, true, &missing);

    if (status == PREEMPTED)
        return status;
    args->done = self->progress;
    args->missing = missing;
    args->culprit = status == OK ? 0 : ARGUMENT_COUNT;
    return long_done(self, status);
}

status_t sys_space_protect(struct thread *self, struct cap *cap, struct space_protect *args)
{
    size_t missing = 0;
    status_t status = walk_list(self, cap, args->count, false, &missing);

    if (status == PREEMPTED)
        return status;
    args->done = self->progress;
    args->missing = missing;
    args->culprit = status == OK ? 0 : ARGUMENT_COUNT;
    return long_done(self, status);
}

status_t sys_space_give(struct thread *self, struct cap *cap, struct space_give *args)
{
    struct pool *pool = pool_of(args->pool->object);

    (void)self;
    args->culprit = 1;
    if (pool->space != NULL)
        return ERR_IN_USE;
    args->culprit = 0;
    space_add_pool(space_of(cap->object), pool);
    return OK;
}

status_t sys_space_info(struct thread *self, struct cap *cap, struct space_info *args)
{
    struct space *space = space_of(cap->object);

    (void)self;
    args->free = space_free_pages(space);
    args->mapped = space->mapped_pages;
    return OK;
}
