/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's operations on ext4.  A sync of one file or folder commits everything, which is more
 * than was asked for and what a journal does anyway.
 */
#include <base/memory.h>
#include <ext4/store_files.h>
#include <string.h>

/* The folder that the path's last name is in, and that name. */
static status_t parent_of(const struct ext4_store *store, const char *path, uint32_t *folder,
                          const char **name)
{
    const char *slash = strrchr(path, '/');
    char above[STORE_PATH_BYTES];

    *folder = store->folder;
    *name = path;
    if (slash == NULL)
        return OK;
    if ((size_t)(slash - path) >= sizeof(above))
        return ERR_BAD_ARGUMENT;
    mem_copy(above, path, (size_t)(slash - path));
    above[slash - path] = '\0';
    *name = slash + 1;
    return ext4_find(store->ext4, store->folder, above, folder);
}

static status_t file_size(void *disk, const char *path, uint64_t *size_bytes)
{
    struct ext4_store *store = disk;
    struct ext4_status found;
    uint32_t inode;
    status_t status = ext4_find(store->ext4, store->folder, path, &inode);

    if (status == OK)
        status = ext4_stat(store->ext4, inode, &found);
    if (status == OK)
        *size_bytes = found.size_bytes;
    return status;
}

static status_t file_read(void *disk, const char *path, uint64_t offset, void *data, size_t size)
{
    struct ext4_store *store = disk;
    uint32_t inode;
    size_t done = 0;
    status_t status = ext4_find(store->ext4, store->folder, path, &inode);

    if (status == OK)
        status = ext4_read(store->ext4, inode, offset, data, size, &done);
    if (status != OK)
        return status;
    return done == size ? OK : ERR_BAD_ARGUMENT;
}

static status_t file_write(void *disk, const char *path, uint64_t offset, const void *data,
                           size_t size)
{
    struct ext4_store *store = disk;
    const char *name;
    uint32_t folder;
    uint32_t inode;
    status_t status = parent_of(store, path, &folder, &name);

    if (status == OK)
        status = ext4_find(store->ext4, folder, name, &inode);
    if (status == ERR_NOT_FOUND)
        status = ext4_make_file(store->ext4, folder, name, &inode);
    return status == OK ? ext4_write(store->ext4, inode, offset, data, size) : status;
}

static status_t file_rename(void *disk, const char *from, const char *to)
{
    struct ext4_store *store = disk;
    const char *from_name;
    const char *to_name;
    uint32_t from_folder;
    uint32_t to_folder;
    status_t status = parent_of(store, from, &from_folder, &from_name);

    if (status == OK)
        status = parent_of(store, to, &to_folder, &to_name);
    if (status != OK)
        return status;
    return ext4_rename(store->ext4, from_folder, from_name, to_folder, to_name);
}

static status_t file_remove(void *disk, const char *path)
{
    struct ext4_store *store = disk;
    const char *name;
    uint32_t folder;
    status_t status = parent_of(store, path, &folder, &name);

    return status == OK ? ext4_remove(store->ext4, folder, name) : status;
}

static status_t make_folder(void *disk, const char *path)
{
    struct ext4_store *store = disk;
    const char *name;
    uint32_t folder;
    uint32_t made;
    status_t status = parent_of(store, path, &folder, &name);

    return status == OK ? ext4_make_folder(store->ext4, folder, name, &made) : status;
}

static status_t sync_all(void *disk, const char *path)
{
    struct ext4_store *store = disk;

    (void)path;
    return ext4_sync(store->ext4);
}

static status_t next_name(void *disk, const char *path, char name[STORE_PATH_BYTES])
{
    struct ext4_store *store = disk;
    char longer[EXT4_NAME_BYTES];
    uint32_t folder;
    status_t status = ext4_find(store->ext4, store->folder, path, &folder);

    str_copy(longer, sizeof(longer), name);
    /* A name that is too long for the store is none of its own. */
    do {
        if (status == OK)
            status = ext4_next(store->ext4, folder, longer);
    } while (status == OK && str_length(longer) >= STORE_PATH_BYTES);
    if (status == OK)
        str_copy(name, STORE_PATH_BYTES, longer);
    return status;
}

static status_t free_space(void *disk, uint64_t *bytes)
{
    struct ext4_store *store = disk;

    *bytes = ext4_free_bytes(store->ext4);
    return OK;
}

const struct store_files ext4_store_files = {
    .size = file_size,
    .read = file_read,
    .write = file_write,
    .rename = file_rename,
    .remove = file_remove,
    .make_folder = make_folder,
    .sync = sync_all,
    .sync_folder = sync_all,
    .next = next_name,
    .free_space = free_space,
};
