/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inodes: their end above all.  One that loses its last name while it is open joins the orphan list
 * on the disk (superblock, then each one's deletion time), from which the next mount would free it.
 */
#include "volume.h"

#include <base/memory.h>

uint32_t time_now(const struct ext4 *ext4)
{
    return (uint32_t)ext4->now_s;
}

errcode_t inode_get(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode)
{
    if (number < EXT4_ROOT || number > ext4->fs->super->s_inodes_count)
        return EXT2_ET_BAD_INODE_NUM;
    return ext2fs_read_inode(ext4->fs, number, inode);
}

errcode_t inode_put(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode)
{
    return ext2fs_write_inode(ext4->fs, number, inode);
}

errcode_t inode_cut(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode, uint64_t size)
{
    uint64_t first = (size + ext4->fs->blocksize - 1) / ext4->fs->blocksize;

    if (!ext2fs_inode_has_valid_blocks2(ext4->fs, inode))
        return 0;
    return ext2fs_punch(ext4->fs, number, inode, NULL, first, ~UINT64_C(0));
}

static errcode_t inode_free(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode)
{
    bool is_folder = LINUX_S_ISDIR(inode->i_mode);
    errcode_t error = ext2fs_free_ext_attr(ext4->fs, number, NULL);

    if (error == 0)
        error = inode_get(ext4, number, inode);
    if (error == 0)
        error = inode_cut(ext4, number, inode, 0);
    if (error != 0)
        return error;
    inode->i_links_count = 0;
    /* A low number would be taken for the next of the orphan list, where the clock is not set. */
    inode->i_dtime = time_now(ext4);
    if (inode->i_dtime <= ext4->fs->super->s_inodes_count)
        inode->i_dtime = ext4->fs->super->s_inodes_count + 1;
    error = inode_put(ext4, number, inode);
    if (error == 0)
        ext2fs_inode_alloc_stats2(ext4->fs, number, -1, is_folder);
    return error;
}

static errcode_t orphan_add(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode)
{
    struct ext2_super_block *super = ext4->fs->super;

    inode->i_dtime = super->s_last_orphan;
    super->s_last_orphan = number;
    ext2fs_mark_super_dirty(ext4->fs);
    return inode_put(ext4, number, inode);
}

/* Takes `number` out of the list; its own entry still says what follows it. */
static errcode_t orphan_drop(struct ext4 *ext4, uint32_t number, uint32_t following)
{
    struct ext2_super_block *super = ext4->fs->super;
    struct ext2_inode inode;
    uint32_t at = super->s_last_orphan;

    if (at == number) {
        super->s_last_orphan = following;
        ext2fs_mark_super_dirty(ext4->fs);
        return 0;
    }
    for (uint32_t steps = 0; at != 0 && steps < super->s_inodes_count; steps++) {
        errcode_t error = inode_get(ext4, at, &inode);

        if (error != 0)
            return error;
        if (inode.i_dtime == number) {
            inode.i_dtime = following;
            return inode_put(ext4, at, &inode);
        }
        at = inode.i_dtime;
    }
    return EXT2_ET_CORRUPT_SUPERBLOCK;
}

bool is_open(const struct ext4 *ext4, uint32_t number)
{
    for (unsigned i = 0; i < EXT4_OPEN_MAX; i++) {
        if (ext4->open[i].inode == number)
            return true;
    }
    return false;
}

errcode_t inode_unlink(struct ext4 *ext4, uint32_t number)
{
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    if (error != 0)
        return error;
    inode.i_ctime = time_now(ext4);
    inode.i_links_count = LINUX_S_ISDIR(inode.i_mode) || inode.i_links_count == 0
                              ? 0
                              : (uint16_t)(inode.i_links_count - 1);
    if (inode.i_links_count > 0)
        return inode_put(ext4, number, &inode);
    if (is_open(ext4, number))
        return orphan_add(ext4, number, &inode);
    return inode_free(ext4, number, &inode);
}

status_t ext4_open(struct ext4 *ext4, uint32_t inode)
{
    struct ext4_open_file *chosen = NULL;

    for (unsigned i = 0; i < EXT4_OPEN_MAX; i++) {
        if (ext4->open[i].inode == inode) {
            ext4->open[i].count++;
            return OK;
        }
        if (ext4->open[i].inode == 0 && chosen == NULL)
            chosen = &ext4->open[i];
    }
    if (chosen == NULL)
        return ERR_OVER_LIMIT;
    *chosen = (struct ext4_open_file){.inode = inode, .count = 1};
    return OK;
}

static status_t orphan_free(struct ext4 *ext4, uint32_t number)
{
    struct ext2_inode inode;
    status_t status = operation_begin(ext4, 0);
    errcode_t error;

    if (status != OK)
        return status;
    error = inode_get(ext4, number, &inode);
    if (error == 0 && inode.i_links_count > 0)
        return OK;
    if (error == 0)
        error = orphan_drop(ext4, number, inode.i_dtime);
    if (error == 0)
        error = inode_free(ext4, number, &inode);
    return operation_end(ext4, error);
}

status_t ext4_close(struct ext4 *ext4, uint32_t inode)
{
    for (unsigned i = 0; i < EXT4_OPEN_MAX; i++) {
        struct ext4_open_file *file = &ext4->open[i];

        if (file->inode != inode || inode == 0)
            continue;
        if (--file->count > 0)
            return OK;
        file->inode = 0;
        return orphan_free(ext4, inode);
    }
    return ERR_BAD_STATE;
}

status_t close_all(struct ext4 *ext4)
{
    status_t status = OK;

    for (unsigned i = 0; i < EXT4_OPEN_MAX && status == OK; i++) {
        while (ext4->open[i].inode != 0 && status == OK)
            status = ext4_close(ext4, ext4->open[i].inode);
    }
    return status;
}

/* One that still has names was being cut short: what is beyond its size goes. */
static errcode_t orphan_finish(struct ext4 *ext4, uint32_t number)
{
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    if (error != 0)
        return error;
    ext4->fs->super->s_last_orphan = inode.i_dtime;
    ext2fs_mark_super_dirty(ext4->fs);
    if (inode.i_links_count == 0)
        return inode_free(ext4, number, &inode);
    inode.i_dtime = 0;
    error = inode_cut(ext4, number, &inode, EXT2_I_SIZE(&inode));
    return error == 0 ? inode_put(ext4, number, &inode) : error;
}

status_t orphans_remove(struct ext4 *ext4)
{
    struct ext2_super_block *super = ext4->fs->super;
    status_t status = OK;

    for (uint32_t steps = 0; super->s_last_orphan != 0 && status == OK; steps++) {
        status = operation_begin(ext4, 0);
        if (status == OK)
            status = steps < super->s_inodes_count
                         ? operation_end(ext4, orphan_finish(ext4, super->s_last_orphan))
                         : ERR_IO_FAILED;
        if (status == OK)
            status = ext4_sync(ext4);
    }
    return status;
}
