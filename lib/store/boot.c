/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which generation runs: counting tries, falling back, confirming.
 */
#include "parts.h"

#include <base/memory.h>

enum { LOOKS = 3 };

static enum store_reason look_for_fault(struct store *store, uint32_t number,
                                        struct store_generation *generation, uint32_t *entry)
{
    char path[STORE_PATH_BYTES];
    uint64_t size;

    *entry = 0;
    if (store_generation_read(store, number, generation) != OK)
        return STORE_REASON_RECORD_DAMAGED;
    for (; *entry < generation->entry_count; (*entry)++) {
        path_of_blob(path, "blobs", generation->entries[*entry].sha256);
        if (store->files->size(store->disk, path, &size) != OK)
            return STORE_REASON_BLOB_MISSING;
        if (size != generation->entries[*entry].size_bytes)
            return STORE_REASON_BLOB_DAMAGED;
    }
    *entry = 0;
    return STORE_REASON_NONE;
}

/* A disk may fail once; what it says several times is so. */
static enum store_reason generation_fault(struct store *store, uint32_t number,
                                          struct store_generation *generation, uint32_t *entry)
{
    enum store_reason reason = STORE_REASON_NONE;

    for (unsigned look = 0; look < LOOKS; look++) {
        reason = look_for_fault(store, number, generation, entry);
        if (reason == STORE_REASON_NONE)
            break;
    }
    return reason;
}

void fallback_note(struct store_state *state, const struct store_fallback *fallback)
{
    state->fallbacks[state->fallback_count % STORE_FALLBACKS_MAX] = *fallback;
    state->fallback_count++;
}

bool store_fallback(const struct store *store, uint32_t index, struct store_fallback *fallback)
{
    uint64_t count = store->state.fallback_count;

    if (index >= count || index >= STORE_FALLBACKS_MAX)
        return false;
    *fallback = store->state.fallbacks[(count - 1 - index) % STORE_FALLBACKS_MAX];
    return true;
}

status_t store_fall_back(struct store *store, enum store_reason reason, uint32_t entry)
{
    struct store_state next = store->state;
    struct store_fallback fallback = {
        .from = next.current,
        .to = next.good[0],
        .reason = (uint16_t)reason,
        .tries = (uint16_t)next.tries,
        .entry = entry,
    };

    if (next.good[0] == 0)
        return ERR_NOT_FOUND;
    if (store_generation_read(store, next.current, &store->scratch) == OK)
        fallback.version = store->scratch.version;
    fallback_note(&next, &fallback);
    next.current = next.good[0];
    for (unsigned i = 0; i + 1 < STORE_GOOD_MAX; i++)
        next.good[i] = next.good[i + 1];
    next.good[STORE_GOOD_MAX - 1] = 0;
    next.is_confirmed = false;
    next.tries = 0;
    return state_write(store, &next);
}

static status_t count_try(struct store *store)
{
    struct store_state next = store->state;

    store->running = next.current;
    next.tries++;
    return state_write(store, &next);
}

/* Each round but the last leaves one good generation behind, so there are few. */
status_t store_boot(struct store *store, struct store_generation *generation)
{
    if (store->state.current == 0)
        return ERR_NOT_FOUND;
    for (;;) {
        bool is_last = store->state.good[0] == 0;
        uint32_t entry;
        enum store_reason reason =
            generation_fault(store, store->state.current, generation, &entry);
        status_t status;

        /* With nothing to fall back to, one that never became well is still the best there is. */
        if (reason == STORE_REASON_NONE && (store->state.tries < STORE_TRIES_MAX || is_last))
            return count_try(store);
        if (is_last)
            return ERR_IO_FAILED;
        if (reason == STORE_REASON_NONE)
            reason = STORE_REASON_TRIES;
        status = store_fall_back(store, reason, entry);
        if (status != OK)
            return status;
    }
}

status_t store_confirm(struct store *store)
{
    struct store_state next = store->state;

    if (next.current == 0 || store->running != next.current)
        return ERR_BAD_STATE;
    if (next.is_confirmed && next.tries == 0)
        return OK;
    next.is_confirmed = true;
    next.tries = 0;
    return state_write(store, &next);
}

void store_switched(struct store *store)
{
    store->running = store->state.current;
}

const char *store_reason_text(enum store_reason reason)
{
    static const char *const texts[] = {
        [STORE_REASON_NONE] = "none",
        [STORE_REASON_TRIES] = "booted too often without becoming well",
        [STORE_REASON_RECORD_DAMAGED] = "its record is damaged",
        [STORE_REASON_BLOB_MISSING] = "a file is missing",
        [STORE_REASON_BLOB_DAMAGED] = "a file is damaged",
        [STORE_REASON_BAD_MANIFEST] = "its manifest is refused",
        [STORE_REASON_BAD_IMAGE] = "an image is for another machine or ABI",
        [STORE_REASON_NOT_READY] = "an app was not ready in time",
        [STORE_REASON_RESTART_LIMIT] = "an app failed too often",
        [STORE_REASON_REQUESTED] = "asked for",
        [STORE_REASON_STATE_REBUILT] = "the store's state was damaged",
        [STORE_REASON_KERNEL] = "the kernel stopped",
    };

    return (size_t)reason < array_count(texts) ? texts[reason] : "unknown";
}
