/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of ext4 (JBD2): several blocks of a file system change together or not at all.
 *
 * Replays whatever journal is there, one that Linux left included, and writes its own so that Linux
 * can replay it.  Written transactions are small and short-lived: each is at its home before the
 * next one begins, so the journal never holds more than one that counts, and what a transaction
 * frees is revoked by never being reused before it is committed (the file system's duty).
 *
 * No allocation; the caller owns the memory.  Block numbers are the file system's.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <block/device.h>

enum {
    JOURNAL_BLOCK_MAX = 4096,
    JOURNAL_UUID_BYTES = 16,
    JOURNAL_REVOKES_MAX = 4096,
    JOURNAL_REASON_BYTES = 64,
};

/* Where block `log_block` of the journal lies; ERR_IO_FAILED when it has none. */
typedef status_t journal_map_fn(void *context, uint32_t log_block, uint64_t *block);

struct journal_revoke {
    uint64_t block;
    uint32_t sequence;
};

struct journal {
    const struct block_device *device;
    uint32_t block_bytes;
    uint64_t block_count; /* of the file system */
    journal_map_fn *map;
    void *context;

    uint32_t length;   /* of the log, in blocks */
    uint32_t first;    /* block of the log that may hold transactions */
    uint32_t sequence; /* of the next transaction */
    uint32_t start;    /* where the oldest that counts begins; 0: there is none */
    uint32_t features;
    uint32_t seed; /* of every checksum in the log */
    uint8_t uuid[JOURNAL_UUID_BYTES];
    uint32_t head; /* where the next transaction goes */
    bool is_attached;

    uint32_t replayed; /* transactions */
    uint32_t revoke_count;
    struct journal_revoke revokes[JOURNAL_REVOKES_MAX];

    uint8_t superblock[1024];
    uint8_t control[JOURNAL_BLOCK_MAX]; /* descriptor, commit or revoke block */
    uint8_t block[JOURNAL_BLOCK_MAX];
};

/* One block of a transaction.  The data are borrowed until the commit returns. */
struct journal_block {
    uint64_t block;
    const uint8_t *data;
};

/*
 * Reads the journal's superblock.  `block_bytes` is 1024, 2048 or 4096.  ERR_NOT_SUPPORTED: it uses
 * a feature that is not known here, which journal_feature_text names.
 */
status_t journal_open(struct journal *journal, const struct block_device *device,
                      uint32_t block_bytes, uint64_t block_count, journal_map_fn *map,
                      void *context);

/* The first feature of the journal that is not known, or NULL. */
const char *journal_feature_text(const struct journal *journal);

/*
 * Brings home every transaction that was committed, then marks the journal empty.  May be cut off
 * anywhere and done again.  ERR_IO_FAILED: a committed block does not have its checksum; nothing of
 * that transaction was written.
 */
status_t journal_replay(struct journal *journal);

/* Makes the empty journal one with checksums of version 3, ready for commits. */
status_t journal_attach(struct journal *journal);

/* Blocks that one transaction may hold. */
uint32_t journal_capacity(const struct journal *journal);

/*
 * All blocks become what is given, or, after a loss of power, none.  On OK they are at their homes
 * and on stable storage.  ERR_OVER_LIMIT: more than journal_capacity.  After ERR_IO_FAILED the
 * journal must be opened and replayed again before it is used.
 */
status_t journal_commit(struct journal *journal, const struct journal_block *blocks,
                        uint32_t count);

/* Marks the journal empty for good, so that the file system needs no replay. */
status_t journal_detach(struct journal *journal);

#endif
