/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext4 on a block device: what libext2fs knows of the format, above our cache and journal.
 *
 * Every operation that changes something is one transaction, or for long writes a sequence of them;
 * several are committed together by ext4_sync, or earlier when they fill the cache.  After a loss
 * of power each is there or not, in the order they were made, and the file system is sound once its
 * journal is replayed.  Data are on the disk before the transaction that makes them reachable.
 *
 * Files and folders are known by inode number; EXT4_ROOT is the top.  Names are single components;
 * "." and ".." are refused, links are not followed, so who is given a folder stays inside it.
 * ERR_IO_FAILED from a change means that the file system must be unmounted and mounted again.
 */
#ifndef EXT4_EXT4_H
#define EXT4_EXT4_H

#include <ext4/cache.h>

enum {
    EXT4_ROOT = 2,
    EXT4_NAME_BYTES = 256,
    EXT4_OPEN_MAX = 64,
    EXT4_RUNS_MAX = 64,
    EXT4_REFUSAL_BYTES = 96,
};

/* Consecutive blocks of the journal. */
struct ext4_run {
    uint32_t log_block;
    uint32_t count;
    uint64_t block;
};

struct ext4_open_file {
    uint32_t inode; /* 0: free */
    uint32_t count;
};

struct ext4 {
    const struct block_device *device;
    uint8_t *memory;
    size_t memory_bytes;
    int64_t now_s; /* the time that changes are stamped with; the owner sets it */

    struct struct_ext2_filsys *fs; /* libext2fs's own, NULL when not mounted */
    bool is_failed;
    bool is_read_only;
    struct ext2fs_struct_generic_bitmap_base *freed; /* not to be used again before the commit */
    uint64_t freed_count;
    struct ext4_open_file open[EXT4_OPEN_MAX];
    struct ext4_run runs[EXT4_RUNS_MAX];
    uint32_t run_count;
    struct cache cache;
    struct journal journal;
    struct journal_block list[CACHE_SLOTS_MAX];
    char refusal[EXT4_REFUSAL_BYTES]; /* why it was not mounted, where there is a reason */
};

struct ext4_status {
    uint64_t size_bytes;
    int64_t changed_s;
    bool is_folder;
    bool is_file; /* neither: something that can only be removed */
};

/*
 * Replays the journal, removes what was deleted while open, and gets ready.  `memory` is the
 * cache's until ext4_unmount.  ERR_NOT_FOUND: no ext4 there.  ERR_NOT_SUPPORTED: `refusal` names
 * the feature.
 */
status_t ext4_mount(struct ext4 *ext4, const struct block_device *device, uint8_t *memory,
                    size_t memory_bytes, int64_t now_s);

/* Closes what is open, commits, marks the file system clean.  Unmounts whatever this returns. */
status_t ext4_unmount(struct ext4 *ext4);

/* Drops everything since the last commit, as a loss of power would. */
void ext4_abandon(struct ext4 *ext4);

/* All that was done so far is on stable storage when this returns OK. */
status_t ext4_sync(struct ext4 *ext4);

/* Follows `path`, names between slashes, from `folder`. */
status_t ext4_find(struct ext4 *ext4, uint32_t folder, const char *path, uint32_t *inode);

status_t ext4_stat(struct ext4 *ext4, uint32_t inode, struct ext4_status *found);

/* ERR_EXISTS, ERR_NOT_FOUND (the folder), ERR_NO_MEMORY (the disk is full). */
status_t ext4_make_file(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t *inode);
status_t ext4_make_folder(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t *inode);

/* Files; folders too if they are empty.  A file that is open goes with its last close. */
status_t ext4_remove(struct ext4 *ext4, uint32_t folder, const char *name);

/* What `to` named is replaced in the same step; a folder only by a folder, if it is empty. */
status_t ext4_rename(struct ext4 *ext4, uint32_t from_folder, const char *from, uint32_t to_folder,
                     const char *to);

/* The name that follows `name` in the bytes' order.  ERR_NOT_FOUND: it was the last. */
status_t ext4_next(struct ext4 *ext4, uint32_t folder, char name[EXT4_NAME_BYTES]);

/* ERR_OVER_LIMIT: EXT4_OPEN_MAX different files are open. */
status_t ext4_open(struct ext4 *ext4, uint32_t inode);
status_t ext4_close(struct ext4 *ext4, uint32_t inode);

/* *done is less than `size` only at the end of the file. */
status_t ext4_read(struct ext4 *ext4, uint32_t inode, uint64_t offset, void *data, size_t size,
                   size_t *done);
status_t ext4_write(struct ext4 *ext4, uint32_t inode, uint64_t offset, const void *data,
                    size_t size);
status_t ext4_truncate(struct ext4 *ext4, uint32_t inode, uint64_t size_bytes);

/* What files can still take. */
uint64_t ext4_free_bytes(struct ext4 *ext4);

#endif
