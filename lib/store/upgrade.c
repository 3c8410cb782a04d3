/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a list of contents to a new generation: plan, stage, seal, commit.
 *
 * The order of the syncs is the whole point.  A blob is stable before it gets its name, all names
 * are stable before the generation's record is, and that one before the state speaks of it.
 */
#include "parts.h"

#include <base/checked.h>
#include <base/memory.h>

enum { BLOCK_BYTES = 4096 }; /* in which a file system gives room */

static bool is_permitted(const struct store *store, const struct store_generation *wanted)
{
    bool is_return = (wanted->flags & STORE_GENERATION_IS_RETURN) != 0;

    if (wanted->version < store->state.floor && !is_return)
        return false;
    for (unsigned role = 0; role < STORE_ROLES; role++) {
        if (wanted->roles[role] < store->state.roles[role])
            return false;
    }
    return true;
}

static void mark_sealed(struct store *store, const uint8_t sha256[SHA256_BYTES])
{
    for (uint32_t i = 0; i < store->plan.entry_count; i++) {
        if (mem_equal(store->plan.entries[i].sha256, sha256, SHA256_BYTES))
            store->sealed |= UINT64_C(1) << i;
    }
}

static bool is_sealed(const struct store *store, uint32_t index)
{
    return (store->sealed >> index & 1) != 0;
}

/* One content under two names is there once, and counts once. */
static bool is_first_of_its_hash(const struct store_generation *plan, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (mem_equal(plan->entries[i].sha256, plan->entries[index].sha256, SHA256_BYTES))
            return false;
    }
    return true;
}

static void find_sealed(struct store *store)
{
    char path[STORE_PATH_BYTES];

    store->sealed = 0;
    for (uint32_t i = 0; i < store->plan.entry_count; i++) {
        path_of_blob(path, "blobs", store->plan.entries[i].sha256);
        if (!is_sealed(store, i) && file_matches(store, path, &store->plan.entries[i]) == OK)
            mark_sealed(store, store->plan.entries[i].sha256);
    }
}

/* Room for all that is missing, as if nothing of it had come yet, beside what is staged of it. */
static status_t check_room(struct store *store)
{
    uint64_t needed = STORE_RESERVE_BYTES;
    uint64_t free_bytes;
    status_t status = store->files->free_space(store->disk, &free_bytes);

    if (status != OK)
        return status;
    for (uint32_t i = 0; i < store->plan.entry_count; i++) {
        uint64_t staged = 0;
        uint64_t blocks;

        if (!is_first_of_its_hash(&store->plan, i) || !store_is_missing(store, i, &staged))
            continue;
        blocks = (store->plan.entries[i].size_bytes - staged) / BLOCK_BYTES + 1;
        if (!u64_add(needed, blocks * BLOCK_BYTES, &needed))
            return ERR_NO_MEMORY;
    }
    return needed <= free_bytes ? OK : ERR_NO_MEMORY;
}

/* Two entries of one hash are one content, so they must agree about its size. */
static bool sizes_agree(const struct store_generation *wanted)
{
    for (uint32_t i = 0; i < wanted->entry_count; i++) {
        for (uint32_t other = 0; other < i; other++) {
            if (mem_equal(wanted->entries[i].sha256, wanted->entries[other].sha256, SHA256_BYTES) &&
                wanted->entries[i].size_bytes != wanted->entries[other].size_bytes)
                return false;
        }
    }
    return true;
}

status_t store_plan(struct store *store, const struct store_generation *wanted)
{
    status_t status;

    if (store->is_stale)
        return ERR_BAD_STATE;
    if (!generation_is_sound(wanted) || !sizes_agree(wanted) ||
        (wanted->flags & ~(uint32_t)STORE_GENERATION_IS_RETURN) != 0)
        return ERR_BAD_ARGUMENT;
    if (!is_permitted(store, wanted))
        return ERR_NOT_PERMITTED;
    store->plan = *wanted;
    store->plan.number = store->state.next;
    store->plan.reserved = 0;
    store->has_plan = true;
    find_sealed(store);
    status = check_room(store);
    if (status != OK)
        store_abandon(store);
    return status;
}

void store_abandon(struct store *store)
{
    store->has_plan = false;
    store->sealed = 0;
}

/* More staged bytes than the entry has are no part of it: it starts again. */
bool store_is_missing(struct store *store, uint32_t index, uint64_t *from_bytes)
{
    char path[STORE_PATH_BYTES];

    *from_bytes = 0;
    if (!store->has_plan || index >= store->plan.entry_count || is_sealed(store, index))
        return false;
    path_of_blob(path, "staging", store->plan.entries[index].sha256);
    if (store->files->size(store->disk, path, from_bytes) != OK)
        *from_bytes = 0;
    if (*from_bytes > store->plan.entries[index].size_bytes) {
        *from_bytes = 0;
        (void)store->files->remove(store->disk, path);
    }
    return true;
}

status_t store_stage(struct store *store, uint32_t index, uint64_t offset, const void *data,
                     size_t size)
{
    char path[STORE_PATH_BYTES];
    uint64_t staged;

    if (!store_is_missing(store, index, &staged))
        return ERR_BAD_STATE;
    if (offset != staged || !u64_range_fits(offset, size, store->plan.entries[index].size_bytes))
        return ERR_BAD_ARGUMENT;
    path_of_blob(path, "staging", store->plan.entries[index].sha256);
    return store->files->write(store->disk, path, offset, data, size);
}

status_t store_seal(struct store *store, uint32_t index)
{
    const struct store_files *files = store->files;
    char staged[STORE_PATH_BYTES];
    char sealed[STORE_PATH_BYTES];
    const struct store_entry *entry;
    uint64_t from;
    status_t status;

    if (!store_is_missing(store, index, &from))
        return ERR_BAD_STATE;
    entry = &store->plan.entries[index];
    path_of_blob(staged, "staging", entry->sha256);
    path_of_blob(sealed, "blobs", entry->sha256);
    status = files->sync(store->disk, staged);
    if (status == OK)
        status = file_matches(store, staged, entry);
    if (status != OK) {
        /* Whether it came wrong or the disk failed: nothing of it can be trusted. */
        (void)files->remove(store->disk, staged);
        return from == entry->size_bytes && status == ERR_IO_FAILED ? ERR_BAD_ARGUMENT : status;
    }
    status = files->rename(store->disk, staged, sealed);
    if (status == OK)
        mark_sealed(store, entry->sha256);
    return status;
}

static status_t record_write(struct store *store, struct store_generation *generation)
{
    static const char new_path[] = "staging/generation";
    const struct store_files *files = store->files;
    char path[STORE_PATH_BYTES];
    status_t status;

    generation_close(generation);
    path_of_generation(path, generation->number);
    /* A power loss in a rename may have left this as another name of a record that is in use. */
    (void)files->remove(store->disk, new_path);
    status = files->write(store->disk, new_path, 0, generation, generation_bytes(generation));
    if (status == OK)
        status = files->sync(store->disk, new_path);
    if (status == OK)
        status = files->rename(store->disk, new_path, path);
    if (status == OK)
        status = files->sync_folder(store->disk, "generations");
    return status;
}

static void push_good(struct store_state *state, uint32_t number)
{
    for (unsigned i = STORE_GOOD_MAX - 1; i > 0; i--)
        state->good[i] = state->good[i - 1];
    state->good[0] = number;
}

/* What the state becomes.  A current generation that never became well is not worth keeping. */
static struct store_state state_with(const struct store *store)
{
    struct store_state next = store->state;
    const struct store_generation *plan = &store->plan;

    if (next.is_confirmed)
        push_good(&next, next.current);
    next.current = plan->number;
    next.is_confirmed = false;
    next.tries = 0;
    next.next = plan->number + 1;
    next.floor = (plan->flags & STORE_GENERATION_IS_RETURN) != 0
                     ? plan->version
                     : u64_max(next.floor, plan->version);
    mem_copy(next.roles, plan->roles, sizeof(next.roles));
    mem_copy(next.root_sha256, plan->root_sha256, SHA256_BYTES);
    return next;
}

status_t store_commit(struct store *store)
{
    struct store_state next;
    status_t status;

    if (store->is_stale || !store->has_plan)
        return ERR_BAD_STATE;
    for (uint32_t i = 0; i < store->plan.entry_count; i++) {
        if (!is_sealed(store, i))
            return ERR_BAD_STATE;
    }
    status = store->files->sync_folder(store->disk, "blobs");
    if (status == OK)
        status = record_write(store, &store->plan);
    if (status != OK)
        return status;
    next = state_with(store);
    status = state_write(store, &next);
    if (status != OK)
        return status;
    store_abandon(store);
    return ack_write(store, next.current);
}
