/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on between upgrades: throwing away, looking for damage, starting again after the worst.
 */
#include "parts.h"

#include <base/memory.h>

/*
 * Names are remembered by their first bytes.  Two contents that share those are both kept: that
 * costs room, never a content.
 */
static uint64_t first_bytes(const uint8_t sha256[SHA256_BYTES])
{
    uint64_t value = 0;

    for (unsigned i = 0; i < sizeof(value); i++)
        value = value << 8 | sha256[i];
    return value;
}

/* There is room: STORE_KEPT_MAX counts every list that can be kept. */
static void keep_hash(struct store *store, const uint8_t sha256[SHA256_BYTES])
{
    store->kept[store->kept_count++] = first_bytes(sha256);
}

static void keep_contents(struct store *store, const struct store_generation *generation)
{
    for (uint32_t i = 0; i < generation->entry_count; i++)
        keep_hash(store, generation->entries[i].sha256);
}

static bool is_kept_generation(const struct store *store, uint64_t number)
{
    if (number == 0 || number == store->state.current || number == store->running)
        return number != 0;
    for (unsigned i = 0; i < STORE_GOOD_MAX; i++) {
        if (store->state.good[i] == number)
            return true;
    }
    return false;
}

/* Value of a hexadecimal digit, 16 for anything else. */
static unsigned digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (unsigned)(digit - '0');
    return digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10 : 16;
}

/* Reads a name of exactly 64 lower-case digits. */
static bool hash_of_name(const char *name, uint8_t sha256[SHA256_BYTES])
{
    if (str_length_bounded(name, STORE_PATH_BYTES) != 2 * SHA256_BYTES)
        return false;
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        unsigned high = digit_value(name[2 * i]);
        unsigned low = digit_value(name[2 * i + 1]);

        if (high > 15 || low > 15)
            return false;
        sha256[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool number_of_name(const char *name, uint32_t *number)
{
    uint64_t value = 0;

    if (str_length_bounded(name, STORE_PATH_BYTES) != 10)
        return false;
    for (unsigned i = 0; i < 10; i++) {
        if (digit_value(name[i]) > 9)
            return false;
        value = value * 10 + digit_value(name[i]);
    }
    *number = (uint32_t)value;
    return value > 0 && value <= UINT32_MAX;
}

static bool is_kept_file(const struct store *store, const char *folder, const char *name)
{
    uint8_t sha256[SHA256_BYTES];
    uint32_t number;

    if (str_equal(folder, "generations"))
        return number_of_name(name, &number) && is_kept_generation(store, number);
    if (!hash_of_name(name, sha256))
        return false;
    for (uint32_t i = 0; i < store->kept_count; i++) {
        if (store->kept[i] == first_bytes(sha256))
            return true;
    }
    return false;
}

static void path_join(char path[STORE_PATH_BYTES], const char *folder, const char *name)
{
    size_t length = str_copy(path, STORE_PATH_BYTES, folder);

    path[length++] = '/';
    str_copy(path + length, STORE_PATH_BYTES - length, name);
}

static status_t sweep(struct store *store, const char *folder, uint32_t *removed)
{
    char name[STORE_PATH_BYTES] = "";
    char path[STORE_PATH_BYTES];
    status_t status;

    while ((status = store->files->next(store->disk, folder, name)) == OK) {
        if (is_kept_file(store, folder, name))
            continue;
        path_join(path, folder, name);
        status = store->files->remove(store->disk, path);
        if (status != OK)
            return status;
        (*removed)++;
    }
    return status == ERR_NOT_FOUND ? OK : status;
}

/* Strikes good generations beyond the first `count`, and those whose record is no good. */
static status_t trim_good(struct store *store, uint32_t count)
{
    struct store_state next = store->state;
    uint32_t kept = 0;

    mem_zero(next.good, sizeof(next.good));
    for (unsigned i = 0; i < STORE_GOOD_MAX && store->state.good[i] != 0; i++) {
        uint32_t number = store->state.good[i];

        if (kept < count && store_generation_read(store, number, &store->scratch) == OK)
            next.good[kept++] = number;
    }
    if (mem_equal(next.good, store->state.good, sizeof(next.good)))
        return OK;
    return state_write(store, &next);
}

/* All that must stay; fails rather than overlook something. */
static status_t gather_kept(struct store *store)
{
    uint32_t numbers[STORE_GOOD_MAX + 2] = {store->state.current, store->running};

    mem_copy(numbers + 2, store->state.good, sizeof(store->state.good));
    store->kept_count = 0;
    keep_hash(store, store->state.root_sha256);
    if (store->has_plan)
        keep_contents(store, &store->plan);
    for (size_t i = 0; i < array_count(numbers); i++) {
        status_t status;

        if (numbers[i] == 0)
            continue;
        status = store_generation_read(store, numbers[i], &store->scratch);
        if (status != OK)
            return status;
        keep_contents(store, &store->scratch);
    }
    return OK;
}

status_t store_collect(struct store *store, uint32_t good_count, uint32_t *removed)
{
    static const char *const folders[] = {"staging", "blobs", "generations"};
    status_t status;

    *removed = 0;
    if (store->is_stale)
        return ERR_BAD_STATE;
    status = trim_good(store, good_count > 0 ? good_count : 1);
    if (status == OK)
        status = gather_kept(store);
    for (size_t i = 0; i < array_count(folders) && status == OK; i++)
        status = sweep(store, folders[i], removed);
    return status;
}

status_t store_scrub(struct store *store, char name[STORE_PATH_BYTES])
{
    char path[STORE_PATH_BYTES];
    uint8_t named[SHA256_BYTES];
    uint8_t found[SHA256_BYTES];
    uint64_t size;
    status_t status = store->files->next(store->disk, "blobs", name);

    if (status != OK)
        return status;
    path_join(path, "blobs", name);
    if (!hash_of_name(name, named) || store->files->size(store->disk, path, &size) != OK ||
        file_hash(store, path, size, found) != OK)
        return ERR_IO_FAILED;
    return mem_equal(named, found, SHA256_BYTES) ? OK : ERR_IO_FAILED;
}

static bool is_whole(struct store *store, const struct store_generation *generation)
{
    char path[STORE_PATH_BYTES];

    for (uint32_t i = 0; i < generation->entry_count; i++) {
        path_of_blob(path, "blobs", generation->entries[i].sha256);
        if (file_matches(store, path, &generation->entries[i]) != OK)
            return false;
    }
    return true;
}

/* Takes what a generation's record says into a state that is being made again. */
static void rebuild_from(struct store_state *next, const struct store_generation *generation,
                         bool can_boot)
{
    next->floor = u64_max(next->floor, generation->version);
    next->next = generation->number + 1;
    for (unsigned role = 0; role < STORE_ROLES; role++)
        next->roles[role] = (uint32_t)u64_max(next->roles[role], generation->roles[role]);
    mem_copy(next->root_sha256, generation->root_sha256, SHA256_BYTES);
    if (!can_boot)
        return;
    for (unsigned i = STORE_GOOD_MAX - 1; i > 0; i--)
        next->good[i] = next->good[i - 1];
    next->good[0] = next->current;
    next->current = generation->number;
}

status_t store_rebuild(struct store *store)
{
    struct store_state next = {.magic = STORE_STATE_MAGIC, .next = 1};
    struct store_fallback note = {.reason = STORE_REASON_STATE_REBUILT};
    char name[STORE_PATH_BYTES] = "";
    uint32_t number;
    status_t status;

    /* In the order of their names, which is that of their numbers. */
    while ((status = store->files->next(store->disk, "generations", name)) == OK) {
        if (number_of_name(name, &number) &&
            store_generation_read(store, number, &store->scratch) == OK)
            rebuild_from(&next, &store->scratch, is_whole(store, &store->scratch));
    }
    if (status != ERR_NOT_FOUND || next.current == 0)
        return status;
    note.to = next.current;
    fallback_note(&next, &note);
    return state_write(store, &next);
}
