/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store on a disk whose records say anything: it boots something sound or refuses, and upkeep
 * ends.  Hashes are put right first, since no mutation would guess them; entries whose hash begins
 * with an odd byte name a content that is there.
 *
 * Input: a state (512 bytes), a byte that says which of its copies are good, a generation's record.
 */
#include "require.h"
#include <base/hash.h>
#include <base/memory.h>
#include <sim.h>
#include <store/store.h>

static const char content[] = "content";

static void put_file(struct sim *sim, const char *path, const void *data, size_t size)
{
    require(sim_operations.write(sim, path, 0, data, size) == OK);
}

static void put_content(struct sim *sim, uint8_t hash[SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char path[STORE_PATH_BYTES] = "blobs/";

    sha256(content, sizeof(content), hash);
    for (size_t i = 0; i < 2 * SHA256_BYTES; i++)
        path[6 + i] = digits[hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
    put_file(sim, path, content, sizeof(content));
}

static void put_state(struct sim *sim, struct store_state *state, unsigned which)
{
    static const uint8_t empty[STORE_STATE_FILE_BYTES];

    state->magic = STORE_STATE_MAGIC;
    sha256(state, offsetof(struct store_state, sha256), state->sha256);
    put_file(sim, "state", empty, sizeof(empty));
    for (unsigned copy = 0; copy < STORE_COPIES; copy++) {
        if ((which >> copy & 1) != 0)
            require(sim_operations.write(sim, "state", (uint64_t)copy * STORE_COPY_DISTANCE, state,
                                         sizeof(*state)) == OK);
    }
}

static void put_record(struct sim *sim, struct store_generation *record, size_t size,
                       const uint8_t hash[SHA256_BYTES])
{
    const size_t head = offsetof(struct store_generation, entries);
    size_t entries = size > head ? (size - head) / sizeof(record->entries[0]) : 0;
    struct sha256 sum;

    record->magic = STORE_GENERATION_MAGIC;
    record->number = 1;
    for (size_t i = 0; i < entries; i++) {
        if ((record->entries[i].sha256[0] & 1) == 0)
            continue;
        mem_copy(record->entries[i].sha256, hash, SHA256_BYTES);
        record->entries[i].size_bytes = sizeof(content);
    }
    sha256_init(&sum);
    sha256_add(&sum, record, offsetof(struct store_generation, sha256));
    sha256_add(&sum, record->entries, entries * sizeof(record->entries[0]));
    sha256_end(&sum, record->sha256);
    put_file(sim, "generations/0000000001", record, size);
}

static void use(struct store *store, struct sim *sim)
{
    static struct store_generation generation;
    char name[STORE_PATH_BYTES] = "";
    char loaded[sizeof(content)];
    struct store_fallback fallback;
    uint32_t count;
    uint64_t from;

    if (store_open(store, &sim_operations, sim) != OK && store_rebuild(store) != OK)
        return;
    for (count = 0; store_fallback(store, count, &fallback); count++)
        require(store_reason_text(fallback.reason) != NULL);
    require(count <= STORE_FALLBACKS_MAX);
    if (store_boot(store, &generation) == OK) {
        require(generation.entry_count >= 1 && generation.entry_count <= STORE_ENTRIES_MAX);
        for (uint32_t i = 0; i < generation.entry_count; i++) {
            require(str_is_terminated(generation.entries[i].name, STORE_NAME_BYTES));
            require(generation.entries[i].size_bytes <= sizeof(content));
            (void)store_load(store, &generation.entries[i], loaded);
        }
        require(store_confirm(store) == OK);
    }
    while (store_scrub(store, name) != ERR_NOT_FOUND)
        continue;
    if (store_plan(store, &store->scratch) == OK && !store_is_missing(store, 0, &from))
        (void)store_commit(store);
    (void)store_collect(store, 1, &count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sim sim;
    static struct store store;
    struct store_state state = {0};
    struct store_generation record = {0};
    uint8_t hash[SHA256_BYTES];
    size_t record_size;

    if (size < sizeof(state) + 1)
        return 0;
    mem_copy(&state, data, sizeof(state));
    record_size = word_min(size - sizeof(state) - 1, sizeof(record));
    mem_copy(&record, data + sizeof(state) + 1, record_size);

    sim_fini(&sim);
    put_content(&sim, hash);
    put_state(&sim, &state, data[sizeof(state)]);
    put_record(&sim, &record, record_size, hash);
    use(&store, &sim);
    return 0;
}
