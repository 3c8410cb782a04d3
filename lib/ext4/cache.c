/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots found by hash, given up by age.  A slot whose block belongs to the transaction stays.
 */
#include <base/memory.h>
#include <ext4/cache.h>

static uint32_t bucket_of(uint64_t block)
{
    return (uint32_t)(block * UINT64_C(0x9e3779b97f4a7c15) >> 56) % CACHE_BUCKETS;
}

static uint8_t *slot_bytes(const struct cache *cache, uint32_t slot)
{
    return cache->bytes + (size_t)slot * cache->block_bytes;
}

void cache_init(struct cache *cache, const struct block_device *device, uint32_t block_bytes,
                uint8_t *memory, size_t memory_bytes)
{
    mem_zero(cache, sizeof(*cache));
    cache->device = device;
    cache->block_bytes = block_bytes;
    cache->slot_count = (uint32_t)u64_min(memory_bytes / block_bytes, CACHE_SLOTS_MAX);
    cache->bytes = memory;
    for (uint32_t i = 0; i < CACHE_BUCKETS; i++)
        cache->buckets[i] = CACHE_SLOTS_MAX;
}

static uint32_t slot_find(const struct cache *cache, uint64_t block)
{
    uint32_t slot = cache->buckets[bucket_of(block)];

    while (slot != CACHE_SLOTS_MAX && cache->slots[slot].block != block)
        slot = cache->slots[slot].next;
    return slot;
}

static void slot_unlink(struct cache *cache, uint32_t slot)
{
    uint32_t *link = &cache->buckets[bucket_of(cache->slots[slot].block)];

    while (*link != slot)
        link = &cache->slots[*link].next;
    *link = cache->slots[slot].next;
    cache->slots[slot].state = CACHE_FREE;
}

static status_t slot_transfer(struct cache *cache, uint32_t slot, bool is_write)
{
    uint32_t sectors = cache->block_bytes / BLOCK_SECTOR_BYTES;
    uint64_t sector = cache->slots[slot].block * sectors;

    if (is_write)
        return block_write(cache->device, sector, sectors, slot_bytes(cache, slot));
    return block_read(cache->device, sector, sectors, slot_bytes(cache, slot));
}

/* The free slot, or else the oldest that can be given up. */
static status_t slot_take(struct cache *cache, uint32_t *taken)
{
    uint32_t best = CACHE_SLOTS_MAX;
    status_t status = OK;

    for (uint32_t i = 0; i < cache->slot_count; i++) {
        const struct cache_slot *slot = &cache->slots[i];

        if (slot->state == CACHE_FREE) {
            *taken = i;
            return OK;
        }
        if (slot->state != CACHE_METADATA &&
            (best == CACHE_SLOTS_MAX || slot->used < cache->slots[best].used))
            best = i;
    }
    if (best == CACHE_SLOTS_MAX)
        return ERR_OVER_LIMIT;
    if (cache->slots[best].state == CACHE_DATA)
        status = slot_transfer(cache, best, true);
    if (status == OK)
        slot_unlink(cache, best);
    *taken = best;
    return status;
}

/* The block's slot, filled from the disk unless it is new. */
static status_t slot_get(struct cache *cache, uint64_t block, bool is_new, uint32_t *found)
{
    uint32_t slot = slot_find(cache, block);
    status_t status;

    if (slot == CACHE_SLOTS_MAX) {
        status = slot_take(cache, &slot);
        if (status != OK)
            return status;
        cache->slots[slot].block = block;
        mem_zero(slot_bytes(cache, slot), cache->block_bytes);
        status = is_new ? OK : slot_transfer(cache, slot, false);
        if (status != OK)
            return status;
        cache->slots[slot].next = cache->buckets[bucket_of(block)];
        cache->slots[slot].state = CACHE_CLEAN;
        cache->buckets[bucket_of(block)] = slot;
    } else if (is_new) {
        mem_zero(slot_bytes(cache, slot), cache->block_bytes);
    }
    cache->slots[slot].used = ++cache->accesses;
    *found = slot;
    return OK;
}

status_t cache_read(struct cache *cache, uint64_t block, size_t offset, void *data, size_t size)
{
    uint32_t slot;
    status_t status = slot_get(cache, block, false, &slot);

    if (status == OK)
        mem_copy(data, slot_bytes(cache, slot) + offset, size);
    return status;
}

status_t cache_write(struct cache *cache, uint64_t block, size_t offset, const void *data,
                     size_t size, enum cache_state kind, bool is_new)
{
    bool is_whole = offset == 0 && size == cache->block_bytes;
    bool is_known = slot_find(cache, block) != CACHE_SLOTS_MAX;
    uint32_t slot;
    status_t status = slot_get(cache, block, is_new || (is_whole && !is_known), &slot);
    uint8_t *bytes;

    if (status != OK)
        return status;
    bytes = slot_bytes(cache, slot) + offset;
    if (!is_new && is_known && mem_equal(bytes, data, size))
        return OK;
    mem_copy(bytes, data, size);
    if (kind == CACHE_METADATA && cache->slots[slot].state != CACHE_METADATA)
        cache->metadata_count++;
    if (cache->slots[slot].state != CACHE_METADATA)
        cache->slots[slot].state = kind;
    return OK;
}

status_t cache_write_data(struct cache *cache)
{
    for (uint32_t i = 0; i < cache->slot_count; i++) {
        status_t status;

        if (cache->slots[i].state != CACHE_DATA)
            continue;
        status = slot_transfer(cache, i, true);
        if (status != OK)
            return status;
        cache->slots[i].state = CACHE_CLEAN;
    }
    return OK;
}

void cache_list_metadata(const struct cache *cache, struct journal_block *list)
{
    for (uint32_t i = 0; i < cache->slot_count; i++) {
        if (cache->slots[i].state == CACHE_METADATA)
            *list++ = (struct journal_block){cache->slots[i].block, slot_bytes(cache, i)};
    }
}

void cache_forget_metadata(struct cache *cache)
{
    for (uint32_t i = 0; i < cache->slot_count; i++) {
        if (cache->slots[i].state == CACHE_METADATA)
            cache->slots[i].state = CACHE_CLEAN;
    }
    cache->metadata_count = 0;
}
