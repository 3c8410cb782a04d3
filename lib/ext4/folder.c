/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: making, removing, renaming, listing.
 *
 * Everything is checked before the first change, so what fails halfway is only ever the disk.
 */
#include "volume.h"

#include <base/memory.h>
#include <string.h>

enum { FOLDER_MODE = LINUX_S_IFDIR | 0755, FILE_MODE = LINUX_S_IFREG | 0644, LINKS_MAX = 65000 };

static bool is_name(const char *name)
{
    size_t length = str_length_bounded(name, EXT4_NAME_BYTES);

    return length > 0 && length < EXT4_NAME_BYTES && strchr(name, '/') == NULL &&
           !str_equal(name, ".") && !str_equal(name, "..");
}

static errcode_t look_up(struct ext4 *ext4, uint32_t folder, const char *name, size_t length,
                         uint32_t *inode)
{
    return ext2fs_lookup(ext4->fs, folder, name, (int)length, NULL, inode);
}

/* ERR_WRONG_TYPE: it is not one. */
static status_t check_folder(struct ext4 *ext4, uint32_t number, struct ext2_inode *inode)
{
    errcode_t error = inode_get(ext4, number, inode);

    if (error != 0)
        return error == EXT2_ET_BAD_INODE_NUM ? ERR_NOT_FOUND : ERR_IO_FAILED;
    if (inode->i_links_count == 0)
        return ERR_NOT_FOUND;
    return LINUX_S_ISDIR(inode->i_mode) ? OK : ERR_WRONG_TYPE;
}

status_t ext4_find(struct ext4 *ext4, uint32_t folder, const char *path, uint32_t *inode)
{
    *inode = folder;
    while (*path != '\0') {
        const char *slash = strchr(path, '/');
        size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);
        struct ext2_inode at;
        status_t status;

        if (length >= EXT4_NAME_BYTES || str_equal_bounded(path, length, ".") ||
            str_equal_bounded(path, length, ".."))
            return ERR_BAD_ARGUMENT;
        if (length > 0) {
            status = check_folder(ext4, *inode, &at);
            if (status == OK)
                status = status_of(look_up(ext4, *inode, path, length, inode));
            if (status != OK)
                return status;
        }
        path += length + (slash != NULL ? 1 : 0);
    }
    return OK;
}

/* The folder is one, the name is one, and it is free. */
static status_t check_free_name(struct ext4 *ext4, uint32_t folder, const char *name)
{
    struct ext2_inode inode;
    uint32_t found;
    status_t status;

    if (!is_name(name))
        return ERR_BAD_ARGUMENT;
    status = check_folder(ext4, folder, &inode);
    if (status != OK)
        return status;
    status = status_of(look_up(ext4, folder, name, strlen(name), &found));
    if (status == OK)
        return ERR_EXISTS;
    return status == ERR_NOT_FOUND ? OK : status;
}

static errcode_t touch(struct ext4 *ext4, uint32_t number)
{
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    if (error != 0)
        return error;
    inode.i_mtime = inode.i_ctime = time_now(ext4);
    return inode_put(ext4, number, &inode);
}

static errcode_t name_add(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t inode,
                          int type)
{
    errcode_t error = ext2fs_link(ext4->fs, folder, name, inode, type);

    if (error == EXT2_ET_DIR_NO_SPACE) {
        error = ext2fs_expand_dir(ext4->fs, folder);
        if (error == 0)
            error = ext2fs_link(ext4->fs, folder, name, inode, type);
    }
    return error == 0 ? touch(ext4, folder) : error;
}

static errcode_t name_remove(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t inode)
{
    errcode_t error = ext2fs_unlink(ext4->fs, folder, name, inode, 0);

    return error == 0 ? touch(ext4, folder) : error;
}

static errcode_t links_add(struct ext4 *ext4, uint32_t number, int change)
{
    struct ext2_inode inode;
    errcode_t error = inode_get(ext4, number, &inode);

    if (error != 0)
        return error;
    /* One link means "too many to count". */
    if (inode.i_links_count != 1)
        inode.i_links_count = (uint16_t)(inode.i_links_count + change);
    return inode_put(ext4, number, &inode);
}

static errcode_t file_create(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t *number)
{
    uint32_t now = time_now(ext4);
    struct ext2_inode inode = {
        .i_mode = FILE_MODE,
        .i_links_count = 1,
        .i_atime = now,
        .i_ctime = now,
        .i_mtime = now,
    };
    ext2_extent_handle_t handle;
    errcode_t error = ext2fs_new_inode(ext4->fs, folder, FILE_MODE, ext4->fs->inode_map, number);

    if (error != 0)
        return error;
    ext2fs_inode_alloc_stats2(ext4->fs, *number, 1, false);
    error = ext2fs_write_new_inode(ext4->fs, *number, &inode);
    if (error == 0 && ext2fs_has_feature_extents(ext4->fs->super)) {
        error = ext2fs_extent_open2(ext4->fs, *number, &inode, &handle);
        if (error == 0)
            ext2fs_extent_free(handle);
        if (error == 0)
            error = inode_put(ext4, *number, &inode);
    }
    return error == 0 ? name_add(ext4, folder, name, *number, EXT2_FT_REG_FILE) : error;
}

status_t ext4_make_file(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t *inode)
{
    status_t status = check_free_name(ext4, folder, name);

    if (status == OK)
        status = operation_begin(ext4, 2);
    return status == OK ? operation_end(ext4, file_create(ext4, folder, name, inode)) : status;
}

static errcode_t folder_create(struct ext4 *ext4, uint32_t folder, const char *name,
                               uint32_t *number)
{
    errcode_t error = ext2fs_new_inode(ext4->fs, folder, FOLDER_MODE, ext4->fs->inode_map, number);

    if (error == 0)
        error = ext2fs_mkdir(ext4->fs, folder, *number, NULL);
    return error == 0 ? name_add(ext4, folder, name, *number, EXT2_FT_DIR) : error;
}

status_t ext4_make_folder(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t *inode)
{
    struct ext2_inode parent;
    status_t status = check_free_name(ext4, folder, name);

    if (status == OK)
        status = check_folder(ext4, folder, &parent);
    if (status == OK && parent.i_links_count >= LINKS_MAX)
        status = ERR_OVER_LIMIT;
    if (status == OK)
        status = operation_begin(ext4, 4);
    return status == OK ? operation_end(ext4, folder_create(ext4, folder, name, inode)) : status;
}

/* ---- walking over a folder ---- */

struct search {
    const char *after;
    char *best;
    bool is_found;
};

static int search_entry(ext2_ino_t folder, int entry, struct ext2_dir_entry *dirent, int offset,
                        int block_bytes, char *buffer, void *context)
{
    struct search *search = context;
    size_t length = (size_t)ext2fs_dirent_name_len(dirent);
    char name[EXT4_NAME_BYTES];

    (void)folder, (void)offset, (void)block_bytes, (void)buffer;
    if (entry != DIRENT_OTHER_FILE || length >= EXT4_NAME_BYTES)
        return 0;
    mem_copy(name, dirent->name, length);
    name[length] = '\0';
    if (strcmp(name, search->after) <= 0 || (search->is_found && strcmp(name, search->best) >= 0))
        return 0;
    mem_copy(search->best, name, length + 1);
    search->is_found = true;
    return 0;
}

status_t ext4_next(struct ext4 *ext4, uint32_t folder, char name[EXT4_NAME_BYTES])
{
    char best[EXT4_NAME_BYTES];
    struct search search = {.after = name, .best = best};
    struct ext2_inode inode;
    status_t status = check_folder(ext4, folder, &inode);

    if (status != OK)
        return status;
    if (ext2fs_dir_iterate2(ext4->fs, folder, 0, NULL, search_entry, &search) != 0)
        return ERR_IO_FAILED;
    if (!search.is_found)
        return ERR_NOT_FOUND;
    str_copy(name, EXT4_NAME_BYTES, best);
    return OK;
}

static status_t check_empty(struct ext4 *ext4, uint32_t folder)
{
    char name[EXT4_NAME_BYTES] = "";
    status_t status = ext4_next(ext4, folder, name);

    if (status == ERR_NOT_FOUND)
        return OK;
    return status == OK ? ERR_BAD_STATE : status;
}

/* ---- removing and renaming ---- */

/* What a name names, if it may be removed. */
static status_t check_removable(struct ext4 *ext4, uint32_t folder, const char *name,
                                uint32_t *number, bool *is_folder)
{
    struct ext2_inode inode;
    status_t status;

    if (!is_name(name))
        return ERR_BAD_ARGUMENT;
    status = check_folder(ext4, folder, &inode);
    if (status == OK)
        status = status_of(look_up(ext4, folder, name, strlen(name), number));
    if (status == OK)
        status = status_of(inode_get(ext4, *number, &inode));
    if (status != OK)
        return status;
    *is_folder = LINUX_S_ISDIR(inode.i_mode);
    return *is_folder ? check_empty(ext4, *number) : OK;
}

static errcode_t entry_remove(struct ext4 *ext4, uint32_t folder, const char *name, uint32_t number,
                              bool is_folder)
{
    errcode_t error = name_remove(ext4, folder, name, number);

    if (error == 0 && is_folder)
        error = links_add(ext4, folder, -1);
    return error == 0 ? inode_unlink(ext4, number) : error;
}

status_t ext4_remove(struct ext4 *ext4, uint32_t folder, const char *name)
{
    uint32_t number;
    bool is_folder;
    status_t status = check_removable(ext4, folder, name, &number, &is_folder);

    if (status == OK)
        status = operation_begin(ext4, 0);
    if (status != OK)
        return status;
    return operation_end(ext4, entry_remove(ext4, folder, name, number, is_folder));
}

static int set_parent(ext2_ino_t folder, int entry, struct ext2_dir_entry *dirent, int offset,
                      int block_bytes, char *buffer, void *context)
{
    (void)folder, (void)offset, (void)block_bytes, (void)buffer;
    if (entry != DIRENT_DOT_DOT_FILE)
        return 0;
    dirent->inode = *(const uint32_t *)context;
    return DIRENT_CHANGED | DIRENT_ABORT;
}

/* ERR_BAD_ARGUMENT when `inner` is `outer` or lies below it. */
static status_t check_not_inside(struct ext4 *ext4, uint32_t inner, uint32_t outer)
{
    for (uint32_t steps = 0; steps < ext4->fs->super->s_inodes_count; steps++) {
        if (inner == outer)
            return ERR_BAD_ARGUMENT;
        if (inner == EXT4_ROOT)
            return OK;
        if (look_up(ext4, inner, "..", 2, &inner) != 0)
            return ERR_IO_FAILED;
    }
    return ERR_IO_FAILED;
}

struct renaming {
    uint32_t from_folder;
    const char *from;
    uint32_t to_folder;
    const char *to;
    uint32_t number;
    bool is_folder;
    uint32_t replaced; /* 0: none */
    bool replaces_folder;
};

static errcode_t rename_apply(struct ext4 *ext4, const struct renaming *it)
{
    uint32_t parent = it->to_folder;
    errcode_t error = 0;

    if (it->replaced != 0)
        error = entry_remove(ext4, it->to_folder, it->to, it->replaced, it->replaces_folder);
    if (error == 0)
        error = name_add(ext4, it->to_folder, it->to, it->number,
                         it->is_folder ? EXT2_FT_DIR : EXT2_FT_REG_FILE);
    if (error == 0)
        error = name_remove(ext4, it->from_folder, it->from, it->number);
    if (error != 0 || !it->is_folder || it->from_folder == it->to_folder)
        return error;
    error = ext2fs_dir_iterate2(ext4->fs, it->number, 0, NULL, set_parent, &parent);
    if (error == 0)
        error = links_add(ext4, it->from_folder, -1);
    return error == 0 ? links_add(ext4, it->to_folder, 1) : error;
}

/* Fills in what the names stand for. */
static status_t rename_check(struct ext4 *ext4, struct renaming *it)
{
    struct ext2_inode inode;
    status_t status;

    if (!is_name(it->from) || !is_name(it->to))
        return ERR_BAD_ARGUMENT;
    status = check_folder(ext4, it->from_folder, &inode);
    if (status == OK)
        status = status_of(look_up(ext4, it->from_folder, it->from, strlen(it->from), &it->number));
    if (status == OK)
        status = status_of(inode_get(ext4, it->number, &inode));
    if (status != OK)
        return status;
    it->is_folder = LINUX_S_ISDIR(inode.i_mode);
    if (!it->is_folder && !LINUX_S_ISREG(inode.i_mode))
        return ERR_WRONG_TYPE;
    if (it->is_folder)
        status = check_not_inside(ext4, it->to_folder, it->number);
    if (status != OK)
        return status;
    status = check_removable(ext4, it->to_folder, it->to, &it->replaced, &it->replaces_folder);
    if (status == ERR_NOT_FOUND) {
        it->replaced = 0;
        return check_folder(ext4, it->to_folder, &inode);
    }
    if (status == OK && it->is_folder != it->replaces_folder)
        return ERR_WRONG_TYPE;
    return status;
}

status_t ext4_rename(struct ext4 *ext4, uint32_t from_folder, const char *from, uint32_t to_folder,
                     const char *to)
{
    struct renaming it = {from_folder, from, to_folder, to, 0, false, 0, false};
    status_t status = rename_check(ext4, &it);

    if (status != OK || it.number == it.replaced)
        return status;
    status = operation_begin(ext4, 2);
    return status == OK ? operation_end(ext4, rename_apply(ext4, &it)) : status;
}
