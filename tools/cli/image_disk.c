/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkfs.ext4 makes the file systems; everything on them is written by the code that writes on a
 * device.  Times and identifiers are fixed, so a disk depends on what it is made of and nothing
 * else.
 */
#include "image_disk.h"

#include <base/hash.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MIB = 1024 * 1024,
    MIB_SECTORS = MIB / BLOCK_SECTOR_BYTES,
    BOOT_MIB = 12,
    STORE_MIB_LEAST = 8,
    MADE_S = 1700000000, /* when every disk says that it was made */
    WORD_BYTES_MAX = 160,
};

static const char *const names[] = {"boot-a", "boot-b", "store"};

/* A Linux file system: 0fc63daf-8483-4772-8e79-3d69d8477de4. */
static const uint8_t linux_type[PARTITION_ID_BYTES] = {
    0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4};

static status_t file_read_sectors(void *context, uint64_t sector, uint32_t count, void *data)
{
    const struct image_disk *disk = context;
    ssize_t size = (ssize_t)count * BLOCK_SECTOR_BYTES;

    return pread(disk->file, data, (size_t)size, (off_t)(sector * BLOCK_SECTOR_BYTES)) == size
               ? OK
               : ERR_IO_FAILED;
}

static status_t file_write_sectors(void *context, uint64_t sector, uint32_t count, const void *data)
{
    const struct image_disk *disk = context;
    ssize_t size = (ssize_t)count * BLOCK_SECTOR_BYTES;

    return pwrite(disk->file, data, (size_t)size, (off_t)(sector * BLOCK_SECTOR_BYTES)) == size
               ? OK
               : ERR_IO_FAILED;
}

/* The file is on stable storage when it is closed; in between nobody could tell. */
static status_t file_flush(void *context)
{
    (void)context;
    return OK;
}

static const struct block_operations operations = {
    .read = file_read_sectors,
    .write = file_write_sectors,
    .flush = file_flush,
};

struct image_disk *image_disk_new(void)
{
    struct image_disk *disk = allocate(sizeof(*disk));

    memset(disk, 0, sizeof(*disk));
    disk->file = -1;
    return disk;
}

static bool refuse(const struct image_disk *disk, const char *why)
{
    fprintf(stderr, "%s: %s\n", disk->path, why);
    return false;
}

static bool open_file(struct image_disk *disk, const char *path, int flags)
{
    struct stat found;

    disk->path = path;
    disk->file = open(path, flags, 0666);
    if (disk->file < 0 || fstat(disk->file, &found) != 0)
        return refuse(disk, strerror(errno));
    disk->device =
        (struct block_device){&operations, disk, 0, (uint64_t)found.st_size / BLOCK_SECTOR_BYTES};
    return true;
}

/* Only what is not zero is written, so the copy takes no more room than the disk. */
static bool copy_file(int from, int to)
{
    static uint8_t block[64 * 1024];
    static const uint8_t zeros[sizeof(block)];
    off_t at = 0;
    ssize_t size;

    while ((size = pread(from, block, sizeof(block), at)) > 0) {
        if (memcmp(block, zeros, (size_t)size) != 0 && pwrite(to, block, (size_t)size, at) != size)
            return false;
        at += size;
    }
    return size == 0 && ftruncate(to, at) == 0;
}

bool image_disk_open_copy(struct image_disk *disk, const char *path)
{
    bool is_copied;
    int copy;

    if (!open_file(disk, path, O_RDONLY))
        return false;
    snprintf(disk->copy, sizeof(disk->copy), "/tmp/skerry-image.XXXXXX");
    copy = mkstemp(disk->copy);
    is_copied = copy >= 0 && copy_file(disk->file, copy);
    close(disk->file);
    disk->file = copy;
    if (!is_copied)
        return refuse(disk, "cannot be copied");
    return partition_table_read(&disk->device, &disk->table) == OK ||
           refuse(disk, "has no sound partition table");
}

void image_disk_close(struct image_disk *disk)
{
    if (disk->file >= 0)
        close(disk->file);
    if (disk->copy[0] != '\0')
        (void)unlink(disk->copy);
    free(disk);
}

/* ---- making ---- */

/* Sixteen bytes that are this disk's and this purpose's alone. */
static void make_id(uint8_t id[PARTITION_ID_BYTES], const uint8_t seed[SHA256_BYTES],
                    const char *purpose)
{
    struct sha256 hash;
    uint8_t sum[SHA256_BYTES];

    sha256_init(&hash);
    sha256_add(&hash, seed, SHA256_BYTES);
    sha256_add(&hash, purpose, strlen(purpose));
    sha256_end(&hash, sum);
    memcpy(id, sum, PARTITION_ID_BYTES);
}

static void id_text(char text[37], const uint8_t id[PARTITION_ID_BYTES])
{
    char *at = text;

    for (unsigned i = 0; i < PARTITION_ID_BYTES; i++)
        at += sprintf(at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
}

static void plan(struct partition_table *table, uint64_t mib, const uint8_t seed[SHA256_BYTES])
{
    const uint64_t sizes[] = {BOOT_MIB, BOOT_MIB, mib - 2 * BOOT_MIB - 2};
    uint64_t at = 1;

    memset(table, 0, sizeof(*table));
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct partition *partition = &table->partitions[table->count++];

        partition->first_sector = at * MIB_SECTORS;
        partition->sector_count = sizes[i] * MIB_SECTORS;
        memcpy(partition->type, linux_type, sizeof(linux_type));
        make_id(partition->id, seed, names[i]);
        snprintf(partition->name, sizeof(partition->name), "%s", names[i]);
        at += sizes[i];
    }
}

/* Runs one of e2fsprogs; what it has to say about a failure goes to stderr. */
static bool tool_succeeds(const struct image_disk *disk, const char *const *words)
{
    struct bytes nothing = {0}, output = {0}, errors = {0};
    int status = program_run(words, &nothing, &output, &errors);

    if (status > 0)
        fprintf(stderr, "%s: %s: %s%s", disk->path, words[0], output.data, errors.data);
    if (status >= 0) {
        free(output.data);
        free(errors.data);
    }
    return status == 0;
}

/* An empty file system on a partition, with nothing in it that depends on when or where. */
static bool make_file_system(const struct image_disk *disk, const struct partition *partition)
{
    static const char features[] =
        "none,has_journal,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
        "large_file,huge_file,dir_nlink,extra_isize,metadata_csum";
    char extended[WORD_BYTES_MAX], id[37], size[32];
    const char *const words[] = {
        "/sbin/mkfs.ext4",
        "-q",
        "-F",
        "-b",
        "4096",
        "-m",
        "0",
        "-I",
        "256",
        "-O",
        features,
        "-U",
        id,
        "-L",
        partition->name,
        "-J",
        "size=4",
        "-E",
        extended,
        disk->path,
        size,
        NULL,
    };

    id_text(id, partition->id);
    snprintf(extended, sizeof(extended),
             "offset=%llu,hash_seed=%s,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,"
             "nodiscard",
             (unsigned long long)(partition->first_sector * BLOCK_SECTOR_BYTES), id);
    snprintf(size, sizeof(size), "%lluk", (unsigned long long)(partition->sector_count / 2));
    setenv("E2FSPROGS_FAKE_TIME", "1700000000", 1);
    setenv("MKE2FS_CONFIG", "/dev/null", 1);
    return tool_succeeds(disk, words);
}

bool image_disk_make(struct image_disk *disk, const char *path, uint64_t size_bytes,
                     const uint8_t seed[SHA256_BYTES])
{
    uint64_t mib = size_bytes / MIB;
    uint8_t id[PARTITION_ID_BYTES];

    if (!open_file(disk, path, O_RDWR | O_CREAT | O_TRUNC))
        return false;
    if (mib < 2 * BOOT_MIB + 2 + STORE_MIB_LEAST)
        return refuse(disk, "would be too small: at least 34 MiB");
    if (ftruncate(disk->file, (off_t)(mib * MIB)) != 0)
        return refuse(disk, strerror(errno));
    disk->device.sector_count = mib * MIB_SECTORS;
    plan(&disk->table, mib, seed);
    make_id(id, seed, "disk");
    if (partition_table_write(&disk->device, &disk->table, id) != OK)
        return refuse(disk, "its partition table cannot be written");
    for (uint32_t i = 0; i < disk->table.count; i++) {
        if (!make_file_system(disk, &disk->table.partitions[i]))
            return false;
    }
    return true;
}

/* ---- using ---- */

const struct partition *image_disk_find(const struct image_disk *disk, const char *name)
{
    for (uint32_t i = 0; i < disk->table.count; i++) {
        if (strcmp(disk->table.partitions[i].name, name) == 0)
            return &disk->table.partitions[i];
    }
    return NULL;
}

bool image_disk_mount(struct image_disk *disk, const struct partition *partition)
{
    status_t status;

    if (partition == NULL)
        return refuse(disk, "lacks a partition of this name");
    disk->part = partition_device(&disk->device, partition);
    disk->files = (struct ext4_store){&disk->ext4, EXT4_ROOT};
    status = ext4_mount(&disk->ext4, &disk->part, disk->cache, sizeof(disk->cache), MADE_S);
    if (status == OK)
        return true;
    fprintf(stderr, "%s: partition '%s' cannot be mounted (%s)\n", disk->path, partition->name,
            disk->ext4.refusal[0] != '\0' ? disk->ext4.refusal : "no sound ext4");
    return false;
}

bool image_disk_unmount(struct image_disk *disk)
{
    return ext4_unmount(&disk->ext4) == OK || refuse(disk, "cannot be written");
}

bool image_disk_fsck(struct image_disk *disk, const struct partition *partition)
{
    char place[WORD_BYTES_MAX];
    const char *const words[] = {"/sbin/e2fsck", "-fn", place, NULL};

    snprintf(place, sizeof(place), "%s?offset=%llu", disk->copy,
             (unsigned long long)(partition->first_sector * BLOCK_SECTOR_BYTES));
    return image_disk_mount(disk, partition) && image_disk_unmount(disk) &&
           tool_succeeds(disk, words);
}

bool image_disk_put(struct image_disk *disk, const char *name, const void *data, size_t size)
{
    const char *slash = strchr(name, '/');
    char folder_name[EXT4_NAME_BYTES];
    uint32_t folder = EXT4_ROOT;
    uint32_t inode;
    status_t status = OK;

    if (slash != NULL) {
        snprintf(folder_name, sizeof(folder_name), "%.*s", (int)(slash - name), name);
        status = ext4_make_folder(&disk->ext4, EXT4_ROOT, folder_name, &folder);
        name = slash + 1;
    }
    if (status == OK)
        status = ext4_make_file(&disk->ext4, folder, name, &inode);
    if (status == OK)
        status = ext4_write(&disk->ext4, inode, 0, data, size);
    if (status == ERR_NO_MEMORY)
        return refuse(disk, "is full: make it larger");
    return status == OK || refuse(disk, "cannot be written");
}

bool image_disk_open_store(struct image_disk *disk)
{
    return store_open(&disk->store, &ext4_store_files, &disk->files) == OK ||
           refuse(disk, "holds no sound store");
}
