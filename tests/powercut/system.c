/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <base/memory.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 3000, MANIFEST = SYSTEM_APPS, FIRST_VERSION = 100 };

/* The last generation up to `number` that changed the entry. */
static uint32_t changed_in(uint32_t number, uint32_t entry)
{
    if (entry == MANIFEST)
        return number;
    return number >= entry && entry > 0 ? entry : 1;
}

size_t system_content(uint32_t number, uint32_t entry, uint8_t content[SYSTEM_CONTENT_MAX])
{
    uint32_t changed = changed_in(number, entry);
    uint64_t seed = 1000 * (uint64_t)entry + changed + 1;
    size_t size = entry == MANIFEST ? 700 : 500 + (size_t)(sim_random(&seed) % 8000);

    /* The last app is the first one under another name. */
    if (entry == SYSTEM_APPS - 1)
        return system_content(number, 0, content);
    for (size_t i = 0; i < size; i++)
        content[i] = (uint8_t)(sim_random(&seed) >> 56);
    return size;
}

void system_generation(uint32_t number, struct store_generation *generation)
{
    uint8_t content[SYSTEM_CONTENT_MAX];

    memset(generation, 0, sizeof(*generation));
    generation->version = FIRST_VERSION + number;
    generation->entry_count = SYSTEM_APPS + 1;
    generation->roles[STORE_ROLES - 1] = number;
    for (uint32_t i = 0; i <= SYSTEM_APPS; i++) {
        struct store_entry *entry = &generation->entries[i];

        snprintf(entry->name, sizeof(entry->name), i == MANIFEST ? "manifest" : "app%u",
                 (unsigned)i);
        entry->size_bytes = system_content(number, i, content);
        sha256(content, (size_t)entry->size_bytes, entry->sha256);
    }
}

static status_t stage_entry(struct store *store, uint32_t number, uint32_t entry)
{
    uint8_t content[SYSTEM_CONTENT_MAX];
    uint64_t at;
    status_t status;

    while (store_is_missing(store, entry, &at)) {
        size_t size = system_content(number, entry, content);

        if (at == size)
            return store_seal(store, entry);
        status = store_stage(store, entry, at, content + at, word_min(size - (size_t)at, CHUNK));
        if (status != OK)
            return status;
    }
    return OK;
}

status_t system_install(struct store *store, uint32_t number)
{
    struct store_generation wanted;
    status_t status;

    system_generation(number, &wanted);
    status = store_plan(store, &wanted);
    for (uint32_t i = 0; i < wanted.entry_count && status == OK; i++) {
        status = stage_entry(store, number, i);
        /* What was staged before a loss of power may be spoilt; then it comes again. */
        if (status == ERR_BAD_ARGUMENT)
            status = stage_entry(store, number, i);
    }
    return status == OK ? store_commit(store) : status;
}

void system_make(struct sim *sim, struct store *store)
{
    struct store_generation generation;
    uint64_t seed = 1;
    status_t status = store_create(store, &sim_operations, sim);

    for (uint32_t number = 1; number <= 2 && status == OK; number++) {
        status = system_install(store, number);
        if (status == OK)
            status = store_boot(store, &generation);
        if (status == OK)
            status = store_confirm(store);
    }
    if (status != OK)
        fprintf(stderr, "# the system to upgrade could not be made: %d\n", (int)status);
    sim_restart(sim, SIM_KEEPS_ALL, &seed);
    sim->calls = sim->steps = 0;
}

status_t system_upgrade(const struct store_files *files, void *disk, struct store *store,
                        struct witness *witness)
{
    struct store_generation generation;
    uint32_t removed;
    status_t status = store_open(store, files, disk);

    if (status != OK)
        return status;
    store_switched(store);
    status = system_install(store, 3);
    if (status != OK)
        return status;
    witness->acknowledged = store->state.current;
    witness->version = store->state.floor;
    status = store_boot(store, &generation);
    if (status != OK)
        return status;
    witness->has_counted_try = true;
    status = store_confirm(store);
    if (status != OK)
        return status;
    witness->confirmed = store->state.current;
    return store_collect(store, 1, &removed);
}

/* Every content of a generation is there and is what was once made. */
static bool is_whole(struct store *store, const struct store_generation *generation)
{
    uint8_t expected[SYSTEM_CONTENT_MAX];
    uint8_t found[SYSTEM_CONTENT_MAX];
    uint32_t number = (uint32_t)generation->version - FIRST_VERSION;

    for (uint32_t i = 0; i < generation->entry_count; i++) {
        const struct store_entry *entry = &generation->entries[i];

        if (system_content(number, i, expected) != entry->size_bytes ||
            store_load(store, entry, found) != OK ||
            memcmp(expected, found, (size_t)entry->size_bytes) != 0)
            return false;
    }
    return true;
}

static const char *fault_of_good(struct store *store)
{
    struct store_generation generation;

    if (store->state.good[0] == 0)
        return "there is nothing to fall back to";
    if (store_generation_read(store, store->state.good[0], &generation) != OK)
        return "the last good generation's record is damaged";
    return is_whole(store, &generation) ? NULL : "the last good generation is not whole";
}

const char *system_fault(const struct store_files *files, void *disk, struct store *store,
                         const struct witness *witness)
{
    struct store_generation generation;
    char name[STORE_PATH_BYTES] = "";
    uint32_t tries;
    status_t status;

    if (store_open(store, files, disk) != OK)
        return "the store does not open";
    tries = store->state.tries;
    if (store->is_commit_lost)
        return "an acknowledgement is on the disk, its commit is not";
    if (store_boot(store, &generation) != OK)
        return "nothing boots";
    if (generation.number != store->state.current || generation.number < 2)
        return "neither the old nor the new generation boots";
    if (generation.number < witness->acknowledged)
        return "an acknowledged commit is lost";
    if (store->state.floor < witness->version)
        return "the version floor fell";
    if (witness->confirmed == generation.number && !store->state.is_confirmed)
        return "a confirmation is lost";
    if (witness->has_counted_try && !store->state.is_confirmed && tries == 0)
        return "a counted try is lost";
    if (!is_whole(store, &generation))
        return "a content of the booted generation is missing or damaged";
    while ((status = store_scrub(store, name)) == OK)
        continue;
    return status != ERR_NOT_FOUND ? "a blob differs from its name" : fault_of_good(store);
}
