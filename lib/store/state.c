/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one record that decides, in two copies, and the acknowledgement beside them.
 *
 * The copy that is not the newest is written first and made stable before the other is touched, so
 * whatever happens the disk holds the old state or the new one, whole.
 */
#include "parts.h"

#include <base/memory.h>

static const char STATE_PATH[] = "state";

static void state_close(struct store_state *state)
{
    sha256(state, offsetof(struct store_state, sha256), state->sha256);
}

static bool state_is_good(const struct store_state *state)
{
    uint8_t hash[SHA256_BYTES];

    sha256(state, offsetof(struct store_state, sha256), hash);
    return state->magic == STORE_STATE_MAGIC && mem_equal(hash, state->sha256, SHA256_BYTES);
}

static status_t copy_read(struct store *store, unsigned copy, struct store_state *state)
{
    status_t status = store->files->read(
        store->disk, STATE_PATH, (uint64_t)copy * STORE_COPY_DISTANCE, state, sizeof(*state));

    if (status != OK)
        return status;
    return state_is_good(state) ? OK : ERR_IO_FAILED;
}

static status_t copy_write(struct store *store, unsigned copy, const struct store_state *state)
{
    status_t status = store->files->write(
        store->disk, STATE_PATH, (uint64_t)copy * STORE_COPY_DISTANCE, state, sizeof(*state));

    if (status != OK)
        return status;
    return store->files->sync(store->disk, STATE_PATH);
}

status_t state_write(struct store *store, struct store_state *next)
{
    unsigned first = 1 - store->newest_copy;
    status_t status;

    if (store->is_stale)
        return ERR_BAD_STATE;
    next->sequence = store->state.sequence + 1;
    state_close(next);
    status = copy_write(store, first, next);
    if (status == OK)
        status = copy_write(store, 1 - first, next);
    if (status != OK) {
        store->is_stale = true;
        return status;
    }
    store->state = *next;
    store->newest_copy = 1 - first;
    return OK;
}

status_t ack_write(struct store *store, uint32_t generation)
{
    struct store_ack ack = {.magic = STORE_ACK_MAGIC, .generation = generation};
    status_t status;

    sha256(&ack, offsetof(struct store_ack, sha256), ack.sha256);
    status = store->files->write(store->disk, STATE_PATH, STORE_ACK_OFFSET, &ack, sizeof(ack));
    if (status != OK)
        return status;
    return store->files->sync(store->disk, STATE_PATH);
}

uint32_t ack_read(struct store *store)
{
    struct store_ack ack;
    uint8_t hash[SHA256_BYTES];

    if (store->files->read(store->disk, STATE_PATH, STORE_ACK_OFFSET, &ack, sizeof(ack)) != OK)
        return 0;
    sha256(&ack, offsetof(struct store_ack, sha256), hash);
    if (ack.magic != STORE_ACK_MAGIC || !mem_equal(hash, ack.sha256, SHA256_BYTES))
        return 0;
    return ack.generation;
}

static void store_init(struct store *store, const struct store_files *files, void *disk)
{
    mem_zero(store, sizeof(*store));
    store->files = files;
    store->disk = disk;
}

static status_t make_folders(struct store *store)
{
    static const char *const folders[] = {"blobs", "staging", "generations"};
    status_t status = OK;

    for (size_t i = 0; i < array_count(folders) && status == OK; i++) {
        status = store->files->make_folder(store->disk, folders[i]);
        if (status == ERR_EXISTS)
            status = OK;
    }
    return status;
}

/* The state file is named only when it is whole, so a store is either there or not. */
static status_t make_state_file(struct store *store)
{
    static const char new_path[] = "state.new";
    const struct store_files *files = store->files;
    status_t status = OK;

    for (uint64_t at = 0; at < STORE_STATE_FILE_BYTES && status == OK; at += STORE_COPY_DISTANCE) {
        mem_zero(store->buffer, sizeof(store->buffer));
        if (at < STORE_ACK_OFFSET)
            mem_copy(store->buffer, &store->state, sizeof(store->state));
        status = files->write(store->disk, new_path, at, store->buffer, STORE_COPY_DISTANCE);
    }
    if (status == OK)
        status = files->sync(store->disk, new_path);
    if (status == OK)
        status = files->rename(store->disk, new_path, STATE_PATH);
    if (status == OK)
        status = files->sync_folder(store->disk, "");
    return status;
}

status_t store_create(struct store *store, const struct store_files *files, void *disk)
{
    status_t status;

    store_init(store, files, disk);
    store->state = (struct store_state){.magic = STORE_STATE_MAGIC, .sequence = 1, .next = 1};
    state_close(&store->state);
    status = make_folders(store);
    return status == OK ? make_state_file(store) : status;
}

status_t store_open(struct store *store, const struct store_files *files, void *disk)
{
    struct store_state copies[STORE_COPIES];
    bool is_good[STORE_COPIES];
    uint64_t size;
    status_t status;

    store_init(store, files, disk);
    status = files->size(disk, STATE_PATH, &size);
    if (status != OK)
        return status;
    for (unsigned copy = 0; copy < STORE_COPIES; copy++)
        is_good[copy] = copy_read(store, copy, &copies[copy]) == OK;
    if (!is_good[0] && !is_good[1])
        return ERR_IO_FAILED;
    store->newest_copy =
        !is_good[0] || (is_good[1] && copies[1].sequence > copies[0].sequence) ? 1 : 0;
    store->is_copy_damaged = !is_good[0] || !is_good[1];
    store->state = copies[store->newest_copy];
    store->is_commit_lost = ack_read(store) >= store->state.next;
    return OK;
}

status_t store_scrub_state(struct store *store, bool *was_damaged)
{
    struct store_state next = store->state;
    struct store_state copy;
    bool is_damaged = false;

    *was_damaged = false;
    for (unsigned i = 0; i < STORE_COPIES; i++)
        is_damaged |= copy_read(store, i, &copy) != OK;
    if (!is_damaged)
        return OK;
    *was_damaged = true;
    return state_write(store, &next);
}
