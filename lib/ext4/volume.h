/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the file system share; the only way to libext2fs's own types.
 */
#ifndef EXT4_VOLUME_H
#define EXT4_VOLUME_H

#include <ext2fs/ext2fs.h>
#include <ext4/ext4.h>

enum {
    OPERATION_BLOCKS = 48, /* metadata that one operation changes at most, bitmaps included */
    BLOCKS_KEPT_FREE = 8,  /* for folders and extent trees that grow */
};

/* Opens the file system through the cache; `flags` are libext2fs's. */
status_t channel_open(struct ext4 *ext4, int flags);

/*
 * Begins an operation that takes up to `blocks` new blocks: makes sure that neither the disk nor
 * the transaction can run out while it is under way.
 */
status_t operation_begin(struct ext4 *ext4, uint64_t blocks);

/* Ends it.  An error of libext2fs means that it is half done: nothing more is written then. */
status_t operation_end(struct ext4 *ext4, errcode_t error);

status_t status_of(errcode_t error);

errcode_t inode_get(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode);
errcode_t inode_put(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode);
uint32_t time_now(const struct ext4 *ext4);

/* Frees what the inode has from byte `size` on. */
errcode_t inode_cut(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode, uint64_t size);

/* One name less; the last one frees the inode, or leaves it to the last close. */
errcode_t inode_unlink(struct ext4 *ext4, uint32_t number);

bool is_open(const struct ext4 *ext4, uint32_t number);

/* Closes every file that is still open. */
status_t close_all(struct ext4 *ext4);

/* Frees what was deleted while it was open when power was lost. */
status_t orphans_remove(struct ext4 *ext4);

#endif
