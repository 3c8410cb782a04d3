/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of a file system in memory: what was read, data on their way, and the running transaction.
 *
 * Data go to the disk when their place is needed or with the next commit.  Metadata stay until a
 * commit has taken them, so the cache bounds how large a transaction can be.
 */
#ifndef EXT4_CACHE_H
#define EXT4_CACHE_H

#include <journal/journal.h>

enum { CACHE_BUCKETS = 256, CACHE_SLOTS_MAX = 1024 };

enum cache_state { CACHE_FREE, CACHE_CLEAN, CACHE_DATA, CACHE_METADATA };

struct cache_slot {
    uint64_t block;
    uint64_t used; /* when last, in accesses */
    uint32_t next; /* in its bucket; CACHE_SLOTS_MAX at the end */
    enum cache_state state;
};

struct cache {
    const struct block_device *device;
    uint32_t block_bytes;
    uint32_t slot_count;
    uint32_t metadata_count;
    uint64_t accesses;
    uint8_t *bytes;
    uint32_t buckets[CACHE_BUCKETS];
    struct cache_slot slots[CACHE_SLOTS_MAX];
};

/* `memory` holds as many blocks as fit, at most CACHE_SLOTS_MAX; it is the cache's from now on. */
void cache_init(struct cache *cache, const struct block_device *device, uint32_t block_bytes,
                uint8_t *memory, size_t memory_bytes);

/* ERR_OVER_LIMIT: the transaction fills the cache. */
status_t cache_read(struct cache *cache, uint64_t block, size_t offset, void *data, size_t size);

/*
 * Marks the block as `kind`, CACHE_DATA or CACHE_METADATA, unless it holds these bytes already.
 * `is_new`: what the block held does not matter, the rest of it becomes zeros.
 */
status_t cache_write(struct cache *cache, uint64_t block, size_t offset, const void *data,
                     size_t size, enum cache_state kind, bool is_new);

/* Writes all data to the disk; a flush is still to come. */
status_t cache_write_data(struct cache *cache);

/* The transaction's blocks; `list` has room for metadata_count of them. */
void cache_list_metadata(const struct cache *cache, struct journal_block *list);

/* The transaction is at home: its blocks are like any other. */
void cache_forget_metadata(struct cache *cache);

#endif
