/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext4 under loss of power: a run of operations is cut at random writes, with a random part of what
 * was not flushed surviving.  What comes back must be the file system as it was after one of the
 * operations since the last sync that was reported, and sound in the eyes of e2fsck, whether our
 * replay or e2fsck's own brought it back.
 *
 * usage: ext4_host MKFS E2FSCK DEBUGFS [--states N] [--seed S]
 */
#include "disk.h"
#include "image.h"
#include "sim.h"

#include <base/format.h>
#include <base/hash.h>
#include <base/memory.h>
#include <check/check.h>
#include <ext4/ext4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPERATIONS = 120,
    NAMES = 12,
    FOLDERS = 3,
    CACHE_BYTES = 512 * 1024,
    CONTENT_MAX = 20000,
    SUPERBLOCK_SECTORS = 2,
};

static struct {
    struct image_tools tools;
    unsigned states;
    uint64_t seed;
    unsigned flush_count;
    unsigned flush_steps[DISK_FLUSHES_NOTED];
    struct disk made;
    struct disk disk;
    struct ext4 ext4;
    struct block_device device;
    uint8_t memory[CACHE_BYTES];
    uint8_t after[OPERATIONS + 1][SHA256_BYTES]; /* the tree after so many operations */
    unsigned done;                               /* operations that returned */
    unsigned synced;                             /* operations that a sync covered */
} run;

/* ---- the tree as one value ---- */

static void add_file(struct sha256 *hash, uint32_t inode, uint64_t size)
{
    static uint8_t content[CONTENT_MAX];
    size_t done = 0;

    if (ext4_read(&run.ext4, inode, 0, content, sizeof(content), &done) != OK || done != size)
        sha256_add(hash, "unreadable", 10);
    sha256_add(hash, content, done);
}

static void add_folder(struct sha256 *hash, uint32_t folder)
{
    char name[EXT4_NAME_BYTES] = "";
    struct ext4_status found;
    uint32_t inode;

    while (ext4_next(&run.ext4, folder, name) == OK) {
        if (strcmp(name, "lost+found") == 0)
            continue;
        sha256_add(hash, name, strlen(name) + 1);
        if (ext4_find(&run.ext4, folder, name, &inode) != OK ||
            ext4_stat(&run.ext4, inode, &found) != OK) {
            sha256_add(hash, "lost", 4);
            continue;
        }
        sha256_add(hash, &found.size_bytes, found.is_folder ? 0 : sizeof(found.size_bytes));
        if (found.is_folder)
            add_folder(hash, inode);
        else
            add_file(hash, inode, found.size_bytes);
        sha256_add(hash, "end", 4);
    }
}

static void tree_value(uint8_t value[SHA256_BYTES])
{
    struct sha256 hash;

    sha256_init(&hash);
    add_folder(&hash, EXT4_ROOT);
    sha256_end(&hash, value);
}

/* ---- operations ---- */

static uint32_t some_folder(uint64_t *seed)
{
    static const char *const names[FOLDERS] = {"", "one", "one/two"};
    uint32_t inode;

    return ext4_find(&run.ext4, EXT4_ROOT, names[sim_random(seed) % FOLDERS], &inode) == OK
               ? inode
               : EXT4_ROOT;
}

static void some_name(char name[EXT4_NAME_BYTES], uint64_t *seed)
{
    unsigned number = (unsigned)(sim_random(seed) % NAMES);

    format(name, EXT4_NAME_BYTES, "name-%u-%.*s", number, (int)(number * 7),
           "a rather long name, so that folders grow and entries have to be split or moved");
}

/* Contents in one piece, so that an append is one transaction. */
static status_t append(uint32_t folder, const char *name, uint64_t *seed)
{
    static uint8_t content[6000];
    struct ext4_status found;
    uint32_t inode;
    status_t status = ext4_find(&run.ext4, folder, name, &inode);

    if (status == OK)
        status = ext4_stat(&run.ext4, inode, &found);
    if (status != OK || !found.is_file || found.size_bytes > CONTENT_MAX - sizeof(content))
        return status;
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(sim_random(seed) >> 60);
    return ext4_write(&run.ext4, inode, found.size_bytes, content,
                      1 + (size_t)(sim_random(seed) % sizeof(content)));
}

static status_t cut_short(uint32_t folder, const char *name, uint64_t *seed)
{
    struct ext4_status found;
    uint32_t inode;
    status_t status = ext4_find(&run.ext4, folder, name, &inode);

    if (status == OK)
        status = ext4_stat(&run.ext4, inode, &found);
    if (status != OK || !found.is_file || found.size_bytes == 0)
        return status;
    /* To a block's end: what is cut off within one is overwritten in place. */
    return ext4_truncate(&run.ext4, inode,
                         sim_random(seed) % found.size_bytes / JOURNAL_BLOCK_MAX *
                             JOURNAL_BLOCK_MAX);
}

/* Removed while open, used, then closed: it must stay readable and leave nothing behind. */
static status_t remove_open(uint32_t folder, const char *name)
{
    uint32_t inode;
    uint8_t byte;
    size_t done;
    status_t status = ext4_find(&run.ext4, folder, name, &inode);

    if (status == OK)
        status = ext4_open(&run.ext4, inode);
    if (status != OK)
        return status;
    status = ext4_remove(&run.ext4, folder, name);
    if (status == OK)
        (void)ext4_read(&run.ext4, inode, 0, &byte, 1, &done);
    return status;
}

static void close_all(void)
{
    for (unsigned i = 0; i < EXT4_OPEN_MAX; i++) {
        if (run.ext4.open[i].inode != 0)
            (void)ext4_close(&run.ext4, run.ext4.open[i].inode);
    }
}

static status_t operate(uint64_t *seed)
{
    uint32_t folder = some_folder(seed);
    uint32_t other = some_folder(seed);
    char name[EXT4_NAME_BYTES];
    char to[EXT4_NAME_BYTES];
    uint32_t inode;

    some_name(name, seed);
    some_name(to, seed);
    switch (sim_random(seed) % 12) {
    case 0:
        (void)ext4_make_folder(&run.ext4, EXT4_ROOT, "one", &inode);
        return ext4_find(&run.ext4, EXT4_ROOT, "one", &inode) == OK
                   ? ext4_make_folder(&run.ext4, inode, "two", &inode)
                   : ERR_NOT_FOUND;
    case 1:
    case 2: return ext4_rename(&run.ext4, folder, name, other, to);
    case 3: return ext4_remove(&run.ext4, folder, name);
    case 4: return remove_open(folder, name);
    case 5: close_all(); return OK;
    case 6: return cut_short(folder, name, seed);
    case 7:
    case 8: return append(folder, name, seed);
    default: return ext4_make_file(&run.ext4, folder, name, &inode);
    }
}

/* The same operations each time, up to where the disk stops; what they left is noted once. */
static void run_operations(bool notes_values)
{
    uint64_t seed = run.seed;

    run.done = run.synced = 0;
    run.device = disk_device(&run.disk);
    if (ext4_mount(&run.ext4, &run.device, run.memory, sizeof(run.memory), 1000) != OK)
        return;
    for (unsigned i = 0; i < OPERATIONS && !run.disk.is_off; i++) {
        if (notes_values)
            tree_value(run.after[i]);
        run.ext4.now_s++;
        (void)operate(&seed);
        if (run.disk.is_off)
            break;
        run.done = i + 1;
        if (sim_random(&seed) % 6 == 0 && ext4_sync(&run.ext4) == OK)
            run.synced = run.done;
    }
    if (notes_values)
        tree_value(run.after[OPERATIONS]);
    if (run.disk.is_off || notes_values)
        ext4_abandon(&run.ext4);
    else if (ext4_unmount(&run.ext4) == OK)
        run.synced = run.done;
}

/* What a mount brings back is the tree after one of the operations it may be. */
static bool is_one_of_the_states(void)
{
    uint8_t value[SHA256_BYTES];
    bool is_known = false;

    run.device = disk_device(&run.disk);
    if (ext4_mount(&run.ext4, &run.device, run.memory, sizeof(run.memory), 2000) != OK) {
        check_note("does not mount: %s", run.ext4.refusal);
        return false;
    }
    tree_value(value);
    for (unsigned i = run.synced; i <= OPERATIONS && i <= run.done + 1; i++)
        is_known |= mem_equal(value, run.after[i], SHA256_BYTES);
    return ext4_unmount(&run.ext4) == OK && is_known;
}

static bool fails(const char *why)
{
    check_note("%s", why);

    return false;
}

/*
 * e2fsck reads the superblock before it replays, so for it that one must not be torn; a mount of
 * ours mends it.
 */
static bool survives_cut(unsigned step, unsigned survival, bool is_ours)
{
    disk_copy(&run.disk, &run.made);
    run.disk.cut_at = step;
    run_operations(false);
    disk_restart(&run.disk, survival, is_ours ? 1 : SUPERBLOCK_SECTORS, &run.seed);
    if (!is_ours && !image_is_replayed(&run.tools, &run.disk))
        return fails("e2fsck cannot replay it");
    if (!is_one_of_the_states())
        return fails("the tree is none that it may be");
    return image_is_sound(&run.tools, &run.disk) || fails("e2fsck complains");
}

/* ---- tests ---- */

/* Any step, or every other time a flush, when most is at stake. */
static unsigned choose_step(unsigned round, unsigned steps, uint64_t *chooser)
{
    uint64_t number = sim_random(chooser);

    return round % 2 == 0 ? 1 + (unsigned)(number % steps)
                          : run.flush_steps[number % run.flush_count];
}

static unsigned steps_of_a_run(void)
{
    disk_copy(&run.disk, &run.made);
    run_operations(true);
    disk_copy(&run.disk, &run.made);
    run_operations(false);
    CHECK_EQ(run.synced, OPERATIONS);
    CHECK(image_is_sound(&run.tools, &run.disk));
    run.flush_count = run.disk.flush_count;
    mem_copy(run.flush_steps, run.disk.flush_steps, sizeof(run.flush_steps));
    return run.disk.steps;
}

static void cut_at_random(const char *options, unsigned mebibytes, unsigned states)
{
    unsigned steps;
    uint64_t chooser = run.seed | 1;

    if (!CHECK(image_make(&run.tools, &run.made, options, mebibytes)))
        return;
    steps = steps_of_a_run();
    for (unsigned i = 0; i < states; i++) {
        unsigned step = choose_step(i, steps, &chooser);
        uint64_t seed = run.seed;
        bool is_good = survives_cut(step, (unsigned)(sim_random(&chooser) % 5), i % 4 != 0);

        if (!is_good)
            check_note("power cut at step %u of %u, %u operations done, %u synced", step, steps,
                       run.done, run.synced);
        CHECK(is_good);
        run.seed = seed;
    }
    check_note("%u states, %u steps", states, steps);
}

static void cuts_with_small_blocks(void)
{
    cut_at_random("-q -F -b 1024", 4, run.states / 2);
}

static void cuts_with_large_blocks(void)
{
    cut_at_random("-q -F -b 4096 -J size=4", 16, run.states / 4);
}

static void cuts_without_checksums(void)
{
    cut_at_random("-q -F -b 1024 -O ^metadata_csum,^64bit", 4, run.states / 4);
}

static const struct check_test tests[] = {
    {"cuts_with_small_blocks", cuts_with_small_blocks},
    {"cuts_with_large_blocks", cuts_with_large_blocks},
    {"cuts_without_checksums", cuts_without_checksums},
};

int main(int argc, char **argv)
{
    int failed;

    if (argc < 4 || !image_tools_open(&run.tools, argv[1], argv[2], argv[3]))
        return 2;
    run.states = 320;
    run.seed = 1;
    for (int i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--states") == 0)
            run.states = (unsigned)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0)
            run.seed = strtoul(argv[i + 1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    }
    failed = check_run(tests, array_count(tests), check_put_stdout);
    disk_fini(&run.made);
    disk_fini(&run.disk);
    image_tools_close(&run.tools);
    return failed != 0;
}
