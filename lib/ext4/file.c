/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents of files.  They go through the cache beside libext2fs, which only says where they lie:
 * so they are known to be data and are not journalled.
 */
#include "volume.h"

#include <base/memory.h>

enum { CHUNK_BLOCKS = 32 }; /* of new contents in one operation */

static bool is_plain_file(const struct ext2_inode *inode)
{
    return LINUX_S_ISREG(inode->i_mode) && (inode->i_flags & EXT4_INLINE_DATA_FL) == 0;
}

status_t ext4_stat(struct ext4 *ext4, uint32_t number, struct ext4_status *found)
{
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    if (error != 0)
        return status_of(error);
    *found = (struct ext4_status){
        .size_bytes = EXT2_I_SIZE(&inode),
        .changed_s = inode.i_mtime,
        .is_folder = LINUX_S_ISDIR(inode.i_mode),
        .is_file = is_plain_file(&inode),
    };
    return OK;
}

/* Block 0 is a hole; so is one that is reserved but was never written. */
static errcode_t block_of(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode,
                          uint64_t logical, blk64_t *block)
{
    int flags = 0;
    errcode_t error = ext2fs_bmap2(ext4->fs, number, inode, NULL, 0, logical, &flags, block);

    if (error == 0 && (flags & BMAP_RET_UNINIT) != 0)
        *block = 0;
    return error;
}

status_t ext4_read(struct ext4 *ext4, uint32_t number, uint64_t offset, void *data, size_t size,
                   size_t *done)
{
    uint32_t block_bytes = ext4->fs->blocksize;
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    *done = 0;
    if (error != 0)
        return status_of(error);
    if (!is_plain_file(&inode))
        return ERR_WRONG_TYPE;
    if (offset >= EXT2_I_SIZE(&inode))
        return OK;
    size = (size_t)u64_min(size, EXT2_I_SIZE(&inode) - offset);
    while (*done < size) {
        size_t within = (size_t)((offset + *done) % block_bytes);
        size_t part = word_min(size - *done, block_bytes - within);
        status_t status = OK;
        blk64_t block;

        if (block_of(ext4, number, &inode, (offset + *done) / block_bytes, &block) != 0)
            return ERR_IO_FAILED;
        if (block == 0)
            mem_zero((uint8_t *)data + *done, part);
        else
            status = cache_read(&ext4->cache, block, within, (uint8_t *)data + *done, part);
        if (status != OK)
            return status;
        *done += part;
    }
    return OK;
}

/* The block for new contents, made if there is none; *is_new: what it holds does not count. */
static errcode_t block_for(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode,
                           uint64_t logical, blk64_t *block, bool *is_new)
{
    int flags = 0;
    errcode_t error = ext2fs_bmap2(ext4->fs, number, inode, NULL, 0, logical, &flags, block);

    *is_new = *block == 0 || (flags & BMAP_RET_UNINIT) != 0;
    if (error != 0 || !*is_new)
        return error;
    return ext2fs_bmap2(ext4->fs, number, inode, NULL, *block == 0 ? BMAP_ALLOC : BMAP_SET, logical,
                        NULL, block);
}

static errcode_t chunk_write(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode,
                             uint64_t offset, const uint8_t *data, size_t size)
{
    uint32_t block_bytes = ext4->fs->blocksize;

    for (size_t done = 0; done < size;) {
        size_t within = (size_t)((offset + done) % block_bytes);
        size_t part = word_min(size - done, block_bytes - within);
        blk64_t block;
        bool is_new;
        errcode_t error =
            block_for(ext4, number, inode, (offset + done) / block_bytes, &block, &is_new);

        if (error != 0)
            return error;
        if (cache_write(&ext4->cache, block, within, data + done, part, CACHE_DATA, is_new) != OK)
            return EXT2_ET_SHORT_WRITE;
        done += part;
    }
    if (offset + size > EXT2_I_SIZE(inode)) {
        errcode_t error = ext2fs_inode_size_set(ext4->fs, inode, (ext2_off64_t)(offset + size));

        if (error != 0)
            return error;
    }
    inode->i_mtime = inode->i_ctime = time_now(ext4);
    return inode_put(ext4, number, inode);
}

status_t ext4_write(struct ext4 *ext4, uint32_t number, uint64_t offset, const void *data,
                    size_t size)
{
    size_t chunk = (size_t)CHUNK_BLOCKS * ext4->fs->blocksize;
    struct ext2_inode inode;
    uint64_t end;

    if (!u64_add(offset, size, &end) || end > INT64_MAX)
        return ERR_BAD_ARGUMENT;
    for (size_t done = 0; done < size;) {
        size_t part = word_min(size - done, chunk);
        status_t status = operation_begin(ext4, CHUNK_BLOCKS + 1);
        errcode_t error;

        if (status != OK)
            return status;
        error = inode_get(ext4, number, &inode);
        if (error == 0 && !is_plain_file(&inode))
            return ERR_WRONG_TYPE;
        if (error == 0)
            error = chunk_write(ext4, number, &inode, offset + done, (const uint8_t *)data + done,
                                part);
        status = operation_end(ext4, error);
        if (status != OK)
            return status;
        done += part;
    }
    return OK;
}

/* What is left of the last block beyond the end would be seen again if the file grew. */
static errcode_t clear_tail(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode,
                            uint64_t size)
{
    static const uint8_t zeros[JOURNAL_BLOCK_MAX];
    uint32_t block_bytes = ext4->fs->blocksize;
    size_t within = (size_t)(size % block_bytes);
    blk64_t block;
    errcode_t error;

    if (within == 0)
        return 0;
    error = block_of(ext4, number, inode, size / block_bytes, &block);
    if (error != 0 || block == 0)
        return error;
    return cache_write(&ext4->cache, block, within, zeros, block_bytes - within, CACHE_DATA,
                       false) == OK
               ? 0
               : EXT2_ET_SHORT_WRITE;
}

status_t ext4_truncate(struct ext4 *ext4, uint32_t number, uint64_t size_bytes)
{
    struct ext2_inode inode;
    status_t status = operation_begin(ext4, 0);
    errcode_t error;

    if (status != OK)
        return status;
    error = inode_get(ext4, number, &inode);
    if (error != 0)
        return status_of(error);
    if (!is_plain_file(&inode))
        return ERR_WRONG_TYPE;
    if (size_bytes < EXT2_I_SIZE(&inode)) {
        error = clear_tail(ext4, number, &inode, size_bytes);
        if (error == 0)
            error = inode_cut(ext4, number, &inode, size_bytes);
    }
    if (error == 0)
        error = ext2fs_inode_size_set(ext4->fs, &inode, (ext2_off64_t)size_bytes);
    inode.i_mtime = inode.i_ctime = time_now(ext4);
    if (error == 0)
        error = inode_put(ext4, number, &inode);
    return operation_end(ext4, error);
}
