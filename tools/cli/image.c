/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry image: disks for systems that keep their state.
 */
#include "bundle_load.h"
#include "command.h"
#include "image_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_MIB = 64 };

/* ---- build ---- */

/* The bundle's files as the first generation. */
static bool list_contents(const struct bundle *bundle, struct store_generation *generation)
{
    struct bundle_file file;

    memset(generation, 0, sizeof(*generation));
    generation->version = 1;
    for (uint32_t i = 0; bundle_file(bundle, i, &file); i++) {
        struct store_entry *entry = &generation->entries[generation->entry_count];

        if (i == STORE_ENTRIES_MAX) {
            fprintf(stderr, "skerry image build: the bundle has more than %d files\n",
                    (int)STORE_ENTRIES_MAX);
            return false;
        }
        generation->entry_count++;
        snprintf(entry->name, sizeof(entry->name), "%s", file.name);
        entry->size_bytes = file.size_bytes;
        sha256(file.bytes, (size_t)file.size_bytes, entry->sha256);
    }
    return true;
}

static status_t stage_contents(struct store *store, const struct bundle *bundle)
{
    struct bundle_file file;
    status_t status = OK;
    uint64_t from;

    for (uint32_t i = 0; status == OK && bundle_file(bundle, i, &file); i++) {
        if (!store_is_missing(store, i, &from))
            continue;
        status = store_stage(store, i, 0, file.bytes, (size_t)file.size_bytes);
        if (status == OK)
            status = store_seal(store, i);
    }
    return status;
}

static bool fill_store(struct image_disk *disk, const struct bundle *bundle)
{
    static struct store_generation generation;
    status_t status;

    if (!list_contents(bundle, &generation) ||
        !image_disk_mount(disk, image_disk_find(disk, "store")))
        return false;
    status = store_create(&disk->store, &ext4_store_files, &disk->files);
    if (status == OK)
        status = store_plan(&disk->store, &generation);
    if (status == OK)
        status = stage_contents(&disk->store, bundle);
    if (status == OK)
        status = store_commit(&disk->store);
    if (status == OK)
        return image_disk_unmount(disk);
    fprintf(stderr, "%s: the store %s\n", disk->path,
            status == ERR_NO_MEMORY ? "is too small for the bundle: make the disk larger"
                                    : "cannot be written");
    ext4_abandon(&disk->ext4);
    return false;
}

/* What U-Boot looks for on a disk's first partition, and so boots without being told. */
static const char boot_menu[] = "default skerry\n"
                                "label skerry\n"
                                "    kernel /kernel\n"
                                "    initrd /system.bundle\n";

static bool fill_boot(struct image_disk *disk, const struct bytes *kernel,
                      const struct bytes *bundle)
{
    return image_disk_mount(disk, image_disk_find(disk, "boot-a")) &&
           image_disk_put(disk, "kernel", kernel->data, kernel->size) &&
           image_disk_put(disk, "system.bundle", bundle->data, bundle->size) &&
           image_disk_put(disk, "extlinux/extlinux.conf", boot_menu, sizeof(boot_menu) - 1) &&
           image_disk_unmount(disk);
}

/* Made under another name, so that there is a whole disk or none. */
static bool build(const char *out, const struct bytes *kernel, const struct bytes *bytes,
                  const struct bundle *bundle, uint64_t size_bytes)
{
    struct image_disk *disk = image_disk_new();
    uint8_t seed[SHA256_BYTES];
    struct sha256 hash;
    char path[1024];
    bool is_done;

    sha256_init(&hash);
    sha256_add(&hash, kernel->data, kernel->size);
    sha256_add(&hash, bytes->data, bytes->size);
    sha256_end(&hash, seed);
    snprintf(path, sizeof(path), "%s.new", out);
    is_done = image_disk_make(disk, path, size_bytes, seed) && fill_boot(disk, kernel, bytes) &&
              fill_store(disk, bundle);
    if (is_done && rename(path, out) != 0) {
        perror(out);
        is_done = false;
    }
    if (!is_done)
        (void)remove(path);
    image_disk_close(disk);
    return is_done;
}

static enum exit_status run_build(const struct command *self, int count, char **words)
{
    const char *kernel_path = NULL, *bundle_path = NULL, *size = NULL;
    const struct option options[] = {{"--kernel", NULL, &kernel_path},
                                     {"--bundle", NULL, &bundle_path},
                                     {"--size", NULL, &size},
                                     {0}};
    struct bytes kernel, file;
    struct bundle bundle;
    uint32_t machine;
    void *memory;
    char *end = NULL;
    unsigned long mib;
    bool is_done;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    mib = size != NULL ? strtoul(size, &end, 10) : SIZE_MIB;
    if (kernel_path == NULL || bundle_path == NULL || (end != NULL && *end != '\0')) {
        fprintf(stderr, "skerry image build: give --kernel and --bundle, and a --size in MiB\n");
        return EXIT_USAGE;
    }
    if (!file_read(kernel_path, &kernel))
        return EXIT_REFUSED;
    if (!file_read(bundle_path, &file)) {
        free(kernel.data);
        return EXIT_REFUSED;
    }
    is_done = bundle_load(&bundle, bundle_path, &memory, &machine);
    if (is_done) {
        is_done = build(words[0], &kernel, &file, &bundle, (uint64_t)mib * 1024 * 1024);
        free(memory);
    }
    free(kernel.data);
    free(file.data);
    return is_done ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command build_command = {
    .name = "build",
    .summary = "Make a disk for a system",
    .operands = "OUT --kernel FILE --bundle FILE [--size MIB]",
    .help = "A GUID partition table and three ext4 file systems: boot-a with kernel, bundle and\n"
            "what U-Boot needs to boot them by itself, boot-b empty, store with the bundle's\n"
            "files as generation 1.  The same input gives the same bytes.\n\n"
            "  --kernel FILE  the kernel's image\n"
            "  --bundle FILE  the system's boot bundle\n"
            "  --size MIB     of the whole disk (64; at least 34)\n",
    .run = run_build,
};

/* ---- show ---- */

static void print_entries(struct image_disk *disk, uint32_t number)
{
    static struct store_generation generation;

    if (store_generation_read(&disk->store, number, &generation) != OK) {
        printf("  generation %u: its record is damaged\n", (unsigned)number);
        return;
    }
    printf("  generation %u, release %llu\n", (unsigned)number,
           (unsigned long long)generation.version);
    for (uint32_t i = 0; i < generation.entry_count; i++)
        printf("    %9llu  %02x%02x%02x%02x  %s\n",
               (unsigned long long)generation.entries[i].size_bytes,
               generation.entries[i].sha256[0], generation.entries[i].sha256[1],
               generation.entries[i].sha256[2], generation.entries[i].sha256[3],
               generation.entries[i].name);
}

static void print_store(struct image_disk *disk)
{
    const struct store_state *state = &disk->store.state;
    struct store_fallback fallback;

    printf("  current generation %u, %s, %u tries since; floor %llu\n", (unsigned)state->current,
           state->is_confirmed != 0 ? "booted well" : "not confirmed", (unsigned)state->tries,
           (unsigned long long)state->floor);
    for (uint32_t i = 0; store_fallback(&disk->store, i, &fallback); i++)
        printf("  fell back from %u to %u: %s\n", (unsigned)fallback.from, (unsigned)fallback.to,
               store_reason_text(fallback.reason));
    if (state->current != 0)
        print_entries(disk, state->current);
    for (unsigned i = 0; i < STORE_GOOD_MAX && state->good[i] != 0; i++)
        print_entries(disk, state->good[i]);
}

static void print_files(struct image_disk *disk)
{
    char name[EXT4_NAME_BYTES] = "";
    struct ext4_status found;
    uint32_t inode;

    while (ext4_next(&disk->ext4, EXT4_ROOT, name) == OK) {
        if (ext4_find(&disk->ext4, EXT4_ROOT, name, &inode) == OK &&
            ext4_stat(&disk->ext4, inode, &found) == OK && found.is_file)
            printf("    %9llu  %s\n", (unsigned long long)found.size_bytes, name);
    }
}

/*
 * Looks at each partition of the disk that the command line names.  Mounting replays a journal, so
 * a copy that nobody sees is looked at: the file is not written.
 */
static enum exit_status look_at_disk(const struct command *self, int count, char **words,
                                     bool (*look)(struct image_disk *, const struct partition *))
{
    struct image_disk *disk;
    bool is_good;

    if (command_line_read(self, (const struct option[]){{0}}, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    disk = image_disk_new();
    is_good = image_disk_open_copy(disk, words[0]);
    for (uint32_t i = 0; is_good && i < disk->table.count; i++)
        is_good = look(disk, &disk->table.partitions[i]);
    image_disk_close(disk);
    return is_good ? EXIT_DONE : EXIT_REFUSED;
}

static bool show_partition(struct image_disk *disk, const struct partition *partition)
{
    bool is_good = true;

    printf("%s: %llu MiB\n", partition->name, (unsigned long long)(partition->sector_count / 2048));
    if (!image_disk_mount(disk, partition))
        return false;
    if (strcmp(partition->name, "store") != 0)
        print_files(disk);
    else if (image_disk_open_store(disk))
        print_store(disk);
    else
        is_good = false;
    ext4_abandon(&disk->ext4);
    return is_good;
}

static enum exit_status run_show(const struct command *self, int count, char **words)
{
    return look_at_disk(self, count, words, show_partition);
}

static const struct command show_command = {
    .name = "show",
    .summary = "Say what is on a disk",
    .operands = "DISK",
    .help = "Its partitions, files, generations, and every fallback with its reason.  The disk is\n"
            "not changed.\n",
    .run = run_show,
};

/* ---- fsck ---- */

/* Every content equals its name, and what boots is complete. */
static bool check_store(struct image_disk *disk)
{
    static struct store_generation generation;
    char name[STORE_PATH_BYTES] = "";
    bool is_good = image_disk_open_store(disk);
    status_t status;

    while (is_good && (status = store_scrub(&disk->store, name)) != ERR_NOT_FOUND) {
        if (status == OK)
            continue;
        fprintf(stderr, "%s: the content %.16s is damaged\n", disk->path, name);
        is_good = false;
    }
    if (is_good && disk->store.is_copy_damaged) {
        fprintf(stderr, "%s: one copy of the store's state is damaged\n", disk->path);
        is_good = false;
    }
    if (is_good && store_boot(&disk->store, &generation) != OK) {
        fprintf(stderr, "%s: no generation can be booted\n", disk->path);
        is_good = false;
    }
    return is_good;
}

static bool check_partition(struct image_disk *disk, const struct partition *partition)
{
    bool is_good = image_disk_fsck(disk, partition) && image_disk_mount(disk, partition);

    if (!is_good)
        return false;
    if (strcmp(partition->name, "store") == 0)
        is_good = check_store(disk);
    ext4_abandon(&disk->ext4);
    return is_good;
}

static enum exit_status run_fsck(const struct command *self, int count, char **words)
{
    enum exit_status result = look_at_disk(self, count, words, check_partition);

    if (result == EXIT_DONE)
        printf("%s: sound\n", words[0]);
    return result;
}

static const struct command fsck_command = {
    .name = "fsck",
    .summary = "Say whether a disk is sound",
    .operands = "DISK",
    .help = "Its partition table, its file systems (e2fsck -fn, after the journals are replayed),\n"
            "every content of the store by its hash, and whether something boots.  The disk is\n"
            "not changed.\n",
    .run = run_fsck,
};

static const struct command *const commands[] = {&build_command, &show_command, &fsck_command,
                                                 NULL};

const struct command image_command = {
    .name = "image",
    .summary = "Make and look at disks",
    .commands = commands,
};
