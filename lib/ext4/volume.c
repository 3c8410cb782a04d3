/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounting, committing, unmounting.
 *
 * What the library holds in memory (bitmaps, group descriptors, superblock) joins the transaction
 * when it is committed.  A block that was freed is not given out again before that: its old content
 * is still what a loss of power would bring back.
 */
#include "volume.h"

#include <base/format.h>
#include <base/memory.h>

struct feature {
    uint32_t bit;
    const char *name;
};

/* What is known to be handled; anything else is refused by name where it has one here. */
enum {
    KNOWN_COMPATIBLE = EXT3_FEATURE_COMPAT_HAS_JOURNAL | EXT2_FEATURE_COMPAT_EXT_ATTR |
                       EXT2_FEATURE_COMPAT_RESIZE_INODE | EXT2_FEATURE_COMPAT_DIR_INDEX |
                       EXT4_FEATURE_COMPAT_ORPHAN_FILE,
    KNOWN_INCOMPATIBLE = EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_RECOVER |
                         EXT3_FEATURE_INCOMPAT_EXTENTS | EXT4_FEATURE_INCOMPAT_64BIT |
                         EXT4_FEATURE_INCOMPAT_FLEX_BG | EXT4_FEATURE_INCOMPAT_CSUM_SEED,
    KNOWN_READ_ONLY = EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |
                      EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_GDT_CSUM |
                      EXT4_FEATURE_RO_COMPAT_DIR_NLINK | EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE |
                      EXT4_FEATURE_RO_COMPAT_METADATA_CSUM,
};

static const struct feature compatible[] = {
    {EXT4_FEATURE_COMPAT_SPARSE_SUPER2, "sparse_super2"},
    {EXT4_FEATURE_COMPAT_FAST_COMMIT, "fast_commit"},
    {EXT4_FEATURE_COMPAT_STABLE_INODES, "stable_inodes"},
    {0, "an unknown compatible feature"},
};

static const struct feature incompatible[] = {
    {EXT2_FEATURE_INCOMPAT_COMPRESSION, "compression"},
    {EXT3_FEATURE_INCOMPAT_JOURNAL_DEV, "journal_dev"},
    {EXT2_FEATURE_INCOMPAT_META_BG, "meta_bg"},
    {EXT4_FEATURE_INCOMPAT_MMP, "mmp"},
    {EXT4_FEATURE_INCOMPAT_EA_INODE, "ea_inode"},
    {EXT4_FEATURE_INCOMPAT_LARGEDIR, "large_dir"},
    {EXT4_FEATURE_INCOMPAT_INLINE_DATA, "inline_data"},
    {EXT4_FEATURE_INCOMPAT_ENCRYPT, "encrypt"},
    {EXT4_FEATURE_INCOMPAT_CASEFOLD, "casefold"},
    {0, "an unknown incompatible feature"},
};

static const struct feature read_only[] = {
    {EXT4_FEATURE_RO_COMPAT_QUOTA, "quota"},
    {EXT4_FEATURE_RO_COMPAT_BIGALLOC, "bigalloc"},
    {EXT4_FEATURE_RO_COMPAT_READONLY, "read-only"},
    {EXT4_FEATURE_RO_COMPAT_PROJECT, "project"},
    {EXT4_FEATURE_RO_COMPAT_VERITY, "verity"},
    {EXT4_FEATURE_RO_COMPAT_ORPHAN_PRESENT, "orphan_present"},
    {0, "an unknown read-only compatible feature"},
};

/* The name of the first feature in `unknown`; the table's last entry stands for all others. */
static const char *feature_name(const struct feature *table, uint32_t unknown)
{
    while (table->bit != 0 && (table->bit & unknown) == 0)
        table++;
    return table->name;
}

static status_t refuse(struct ext4 *ext4, const char *what)
{
    format(ext4->refusal, sizeof(ext4->refusal), "not supported: %s", what);
    return ERR_NOT_SUPPORTED;
}

static status_t check_features(struct ext4 *ext4)
{
    const struct ext2_super_block *super = ext4->fs->super;
    uint32_t unknown = super->s_feature_compat & ~(uint32_t)KNOWN_COMPATIBLE;

    if (unknown != 0)
        return refuse(ext4, feature_name(compatible, unknown));
    unknown = super->s_feature_incompat & ~(uint32_t)KNOWN_INCOMPATIBLE;
    if (unknown != 0)
        return refuse(ext4, feature_name(incompatible, unknown));
    unknown = super->s_feature_ro_compat & ~(uint32_t)KNOWN_READ_ONLY;
    if (unknown != 0)
        return refuse(ext4, feature_name(read_only, unknown));
    if (super->s_journal_inum == 0)
        return refuse(ext4, "a file system without a journal of its own");
    if (ext4->fs->blocksize > JOURNAL_BLOCK_MAX)
        return refuse(ext4, "blocks larger than 4096 bytes");
    return OK;
}

/* ---- the journal's place ---- */

static status_t map_log(void *context, uint32_t log_block, uint64_t *block)
{
    const struct ext4 *ext4 = context;

    for (uint32_t i = 0; i < ext4->run_count; i++) {
        const struct ext4_run *run = &ext4->runs[i];

        if (log_block >= run->log_block && log_block - run->log_block < run->count) {
            *block = run->block + (log_block - run->log_block);
            return OK;
        }
    }
    return ERR_IO_FAILED;
}

static status_t run_add(struct ext4 *ext4, uint32_t log_block, uint64_t block)
{
    struct ext4_run *last = ext4->run_count > 0 ? &ext4->runs[ext4->run_count - 1] : NULL;

    if (last != NULL && last->block + last->count == block) {
        last->count++;
        return OK;
    }
    if (ext4->run_count == EXT4_RUNS_MAX)
        return refuse(ext4, "a journal in more than 64 pieces");
    ext4->runs[ext4->run_count++] = (struct ext4_run){log_block, 1, block};
    return OK;
}

static status_t find_log(struct ext4 *ext4)
{
    uint32_t number = ext4->fs->super->s_journal_inum;
    struct ext2_inode inode;
    uint32_t count;

    ext4->run_count = 0;
    if (ext2fs_read_inode(ext4->fs, number, &inode) != 0)
        return ERR_IO_FAILED;
    count = (uint32_t)(EXT2_I_SIZE(&inode) / ext4->fs->blocksize);
    for (uint32_t i = 0; i < count; i++) {
        blk64_t block;
        status_t status;

        if (ext2fs_bmap2(ext4->fs, number, &inode, NULL, 0, i, NULL, &block) != 0 || block == 0)
            return ERR_IO_FAILED;
        status = run_add(ext4, i, block);
        if (status != OK)
            return status;
    }
    return OK;
}

static status_t open_log(struct ext4 *ext4)
{
    status_t status = find_log(ext4);

    if (status == OK)
        status = journal_open(&ext4->journal, ext4->device, ext4->fs->blocksize,
                              ext2fs_blocks_count(ext4->fs->super), map_log, ext4);
    if (status == ERR_NOT_SUPPORTED && journal_feature_text(&ext4->journal) != NULL)
        return refuse(ext4, journal_feature_text(&ext4->journal));
    return status;
}

/* ---- committing ---- */

static bool has_changes(const struct ext4 *ext4)
{
    return ext4->cache.metadata_count > 0 ||
           (ext4->fs->flags & (EXT2_FLAG_DIRTY | EXT2_FLAG_BB_DIRTY | EXT2_FLAG_IB_DIRTY)) != 0;
}

static status_t commit(struct ext4 *ext4)
{
    status_t status;

    ext4->fs->now = (time_t)ext4->now_s;
    if (has_changes(ext4) && ext2fs_flush2(ext4->fs, 0) != 0)
        return ERR_IO_FAILED;
    status = cache_write_data(&ext4->cache);
    if (status != OK)
        return status;
    cache_list_metadata(&ext4->cache, ext4->list);
    status = journal_commit(&ext4->journal, ext4->list, ext4->cache.metadata_count);
    if (status != OK)
        return status;
    cache_forget_metadata(&ext4->cache);
    if (ext4->freed_count > 0)
        ext2fs_clear_block_bitmap(ext4->freed);
    ext4->freed_count = 0;
    return OK;
}

status_t ext4_sync(struct ext4 *ext4)
{
    status_t status;

    if (ext4->is_failed)
        return ERR_IO_FAILED;
    status = commit(ext4);
    ext4->is_failed = status != OK;
    return status == OK ? OK : ERR_IO_FAILED;
}

/* Blocks that a transaction may still grow by, the library's own at its end left aside. */
static bool has_room_in_transaction(const struct ext4 *ext4, uint64_t blocks)
{
    uint64_t most = u64_min(journal_capacity(&ext4->journal), ext4->cache.slot_count / 4 * 3);
    uint64_t own = 2 * (uint64_t)ext4->fs->group_desc_count + ext4->fs->desc_blocks + 2;

    return ext4->cache.metadata_count + u64_min(own, most / 2) + OPERATION_BLOCKS + blocks / 32 <=
           most;
}

static uint64_t blocks_left(const struct ext4 *ext4)
{
    uint64_t left = ext2fs_free_blocks_count(ext4->fs->super);
    uint64_t unusable = ext4->freed_count + BLOCKS_KEPT_FREE;

    return left > unusable ? left - unusable : 0;
}

status_t operation_begin(struct ext4 *ext4, uint64_t blocks)
{
    status_t status = OK;

    if (ext4->is_failed)
        return ERR_IO_FAILED;
    if (!has_room_in_transaction(ext4, blocks) ||
        (blocks > blocks_left(ext4) && ext4->freed_count > 0))
        status = ext4_sync(ext4);
    if (status == OK && blocks > 0 &&
        (blocks > blocks_left(ext4) || ext4->fs->super->s_free_inodes_count == 0))
        status = ERR_NO_MEMORY;
    ext4->fs->now = (time_t)ext4->now_s;
    return status;
}

status_t status_of(errcode_t error)
{
    switch (error) {
    case 0: return OK;
    case EXT2_ET_FILE_NOT_FOUND: return ERR_NOT_FOUND;
    case EXT2_ET_FILE_EXISTS:
    case EXT2_ET_DIR_EXISTS: return ERR_EXISTS;
    case EXT2_ET_NO_DIRECTORY: return ERR_BAD_ARGUMENT;
    default: return ERR_IO_FAILED;
    }
}

status_t operation_end(struct ext4 *ext4, errcode_t error)
{
    if (error == 0)
        return OK;
    ext4->is_failed = true;
    return ERR_IO_FAILED;
}

uint64_t ext4_free_bytes(struct ext4 *ext4)
{
    return (blocks_left(ext4) + ext4->freed_count) * ext4->fs->blocksize;
}

/* ---- choosing blocks ---- */

static errcode_t choose_block(ext2_filsys fs, blk64_t goal, blk64_t *result)
{
    const struct ext4 *ext4 = fs->priv_data;
    blk64_t first = fs->super->s_first_data_block;
    blk64_t last = ext2fs_blocks_count(fs->super) - 1;
    bool is_round = goal <= first || goal > last;
    blk64_t at = is_round ? first : goal;

    for (;;) {
        errcode_t error = ext2fs_find_first_zero_block_bitmap2(fs->block_map, at, last, result);

        if (error == 0 &&
            (ext4->freed_count == 0 || !ext2fs_test_block_bitmap2(ext4->freed, *result))) {
            ext2fs_clear_block_uninit(fs, ext2fs_group_of_blk2(fs, *result));
            return 0;
        }
        at = error == 0 ? *result + 1 : last + 1;
        if (at <= last)
            continue;
        if (is_round)
            return EXT2_ET_BLOCK_ALLOC_FAIL;
        is_round = true;
        at = first;
    }
}

static void note_freed(ext2_filsys fs, blk64_t block, int in_use)
{
    struct ext4 *ext4 = fs->priv_data;

    if (in_use > 0)
        return;
    ext2fs_mark_block_bitmap2(ext4->freed, block);
    ext4->freed_count++;
}

static void note_freed_range(ext2_filsys fs, blk64_t block, blk_t count, int in_use)
{
    for (blk_t i = 0; i < count; i++)
        note_freed(fs, block + i, in_use);
}

/* ---- mounting ---- */

/* The superblock alone, straight to its place; nothing else is dirty. */
static status_t superblock_write(struct ext4 *ext4)
{
    struct ext2_super_block *super = ext4->fs->super;
    uint32_t block_bytes = ext4->cache.block_bytes;
    status_t status;

    if (ext2fs_superblock_csum_set(ext4->fs, super) != 0)
        return ERR_IO_FAILED;
    status =
        cache_write(&ext4->cache, SUPERBLOCK_OFFSET / block_bytes, SUPERBLOCK_OFFSET % block_bytes,
                    super, sizeof(*super), CACHE_METADATA, false);
    if (status == OK)
        status = block_write(ext4->device, SUPERBLOCK_OFFSET / BLOCK_SECTOR_BYTES,
                             sizeof(*super) / BLOCK_SECTOR_BYTES, super);
    cache_forget_metadata(&ext4->cache);
    return status == OK ? block_flush(ext4->device) : status;
}

/*
 * Says on the disk that there may be something to replay.  Set before the journal is used and
 * cleared after it is empty, so that Linux, which believes the flag, never overlooks a transaction.
 */
static status_t mark_in_use(struct ext4 *ext4, bool is_in_use)
{
    if (is_in_use)
        ext2fs_set_feature_journal_needs_recovery(ext4->fs->super);
    else
        ext2fs_clear_feature_journal_needs_recovery(ext4->fs->super);
    return superblock_write(ext4);
}

/*
 * That write may have been torn between its two sectors.  Its two versions differ in the flag and
 * the checksum alone, so one of them is whole with the flag turned over; all else is damage.
 */
static status_t superblock_mend(struct ext4 *ext4)
{
    struct ext2_super_block *super = ext4->fs->super;

    if (ext2fs_superblock_csum_verify(ext4->fs, super))
        return OK;
    super->s_feature_incompat ^= EXT3_FEATURE_INCOMPAT_RECOVER;
    if (!ext2fs_superblock_csum_verify(ext4->fs, super))
        return ERR_IO_FAILED;
    return superblock_write(ext4);
}

static void close_volume(struct ext4 *ext4)
{
    if (ext4->freed != NULL)
        ext2fs_free_block_bitmap(ext4->freed);
    if (ext4->fs != NULL)
        ext2fs_free(ext4->fs);
    ext4->freed = NULL;
    ext4->fs = NULL;
}

/* Looks at the file system as it is before its journal is replayed, and replays it. */
static status_t replay(struct ext4 *ext4)
{
    status_t status;

    cache_init(&ext4->cache, ext4->device, 1024, ext4->memory, ext4->memory_bytes);
    /* A torn superblock is good enough to find the journal by; all else waits for the replay. */
    status = channel_open(ext4, EXT2_FLAG_IGNORE_SB_ERRORS | EXT2_FLAG_IGNORE_CSUM_ERRORS);
    if (status == OK)
        status = check_features(ext4);
    if (status == OK)
        status = open_log(ext4);
    if (status != OK)
        return status;
    return ext4->journal.start != 0 ? journal_replay(&ext4->journal) : superblock_mend(ext4);
}

static status_t open_for_writing(struct ext4 *ext4, uint32_t block_bytes)
{
    status_t status;

    cache_init(&ext4->cache, ext4->device, block_bytes, ext4->memory, ext4->memory_bytes);
    status = channel_open(ext4, EXT2_FLAG_RW);
    if (status == OK)
        status = open_log(ext4);
    if (status != OK)
        return status;
    if (ext2fs_read_bitmaps(ext4->fs) != 0 ||
        ext2fs_allocate_block_bitmap(ext4->fs, "freed", &ext4->freed) != 0)
        return ERR_IO_FAILED;
    ext2fs_set_alloc_block_callback(ext4->fs, choose_block, NULL);
    ext2fs_set_block_alloc_stats_callback(ext4->fs, note_freed, NULL);
    ext2fs_set_block_alloc_stats_range_callback(ext4->fs, note_freed_range, NULL);
    return OK;
}

status_t ext4_mount(struct ext4 *ext4, const struct block_device *device, uint8_t *memory,
                    size_t memory_bytes, int64_t now_s)
{
    uint32_t block_bytes = 0;
    status_t status;

    mem_zero(ext4, sizeof(*ext4));
    ext4->device = device;
    ext4->memory = memory;
    ext4->memory_bytes = memory_bytes;
    ext4->now_s = now_s;
    status = replay(ext4);
    if (ext4->fs != NULL)
        block_bytes = ext4->fs->blocksize;
    close_volume(ext4);
    if (status == OK)
        status = open_for_writing(ext4, block_bytes);
    if (status == OK)
        status = mark_in_use(ext4, true);
    if (status == OK)
        status = journal_attach(&ext4->journal);
    if (status == OK)
        status = orphans_remove(ext4);
    if (status != OK)
        close_volume(ext4);
    return status;
}

status_t ext4_unmount(struct ext4 *ext4)
{
    status_t status = close_all(ext4);

    if (status == OK)
        status = ext4_sync(ext4);
    if (status == OK)
        status = journal_detach(&ext4->journal);
    if (status == OK)
        status = mark_in_use(ext4, false);
    close_volume(ext4);
    return status;
}

void ext4_abandon(struct ext4 *ext4)
{
    close_volume(ext4);
}
