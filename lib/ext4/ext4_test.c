/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ext4 and its journal must do beside surviving a loss of power (tests/powercut): take what
 * other programs left, refuse what is not supported by name, and stay sound at its limits.
 *
 * usage: ext4_test MKFS E2FSCK DEBUGFS
 */
#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>
#include <ext4/ext4.h>
#include <image.h>
#include <string.h>

enum { CACHE_BYTES = 512 * 1024, FREE_BLOCK = 3000, BLOCK = 1024, MANY_FILES = 400 };

static const char plain[] = "-q -F -b 1024";

static struct {
    struct image_tools tools;
    struct disk disk;
    struct ext4 ext4;
    struct block_device device;
    uint8_t memory[CACHE_BYTES];
    uint8_t data[64 * 1024];
} test;

static status_t mount(void)
{
    test.device = disk_device(&test.disk);
    return ext4_mount(&test.ext4, &test.device, test.memory, sizeof(test.memory), 1700000000);
}

static bool fresh(const char *options)
{
    return CHECK(image_make(&test.tools, &test.disk, options, 4));
}

static void check_unmounted_sound(void)
{
    CHECK_EQ(ext4_unmount(&test.ext4), OK);
    CHECK(image_is_sound(&test.tools, &test.disk));
}

/* Leaves one block in the journal with debugfs, and says what is at its home after a mount. */
static void check_foreign_journal(const char *open, const char *more, uint32_t first_word,
                                  bool is_replayed)
{
    uint8_t data[BLOCK];
    char commands[256];
    const uint8_t *home;

    if (!fresh(plain))
        return;
    mem_set(data, 0x5a, sizeof(data));
    mem_copy(data, &first_word, sizeof(first_word));
    format(commands, sizeof(commands), "%s\njw -b %u %s/data\n%sjc", open, (unsigned)FREE_BLOCK,
           test.tools.folder, more);
    if (!CHECK(image_put(&test.tools, "data", data, sizeof(data))) ||
        !CHECK(image_edit(&test.tools, &test.disk, commands)))
        return;
    home = test.disk.now + (size_t)FREE_BLOCK * BLOCK;
    CHECK(!mem_equal(home, data, sizeof(data)));
    CHECK_EQ(mount(), OK);
    CHECK_EQ(mem_equal(home, data, sizeof(data)), is_replayed);
    check_unmounted_sound();
}

static void a_foreign_journal_is_replayed(void)
{
    check_foreign_journal("jo", "", 1, true);
    check_foreign_journal("jo -c", "", 1, true);
    check_foreign_journal("jo -c -v 3", "", 1, true);
}

/* A block that begins like one of the journal's own is changed in it, and comes back as it was. */
static void a_block_that_looks_like_the_journals_own_comes_back(void)
{
    static const uint8_t magic[4] = {0xc0, 0x3b, 0x39, 0x98};
    uint32_t word;

    mem_copy(&word, magic, sizeof(word));
    check_foreign_journal("jo", "", word, true);
    check_foreign_journal("jo -c", "", word, true);
}

static void a_revoked_block_is_not_replayed(void)
{
    check_foreign_journal("jo", "jw -r 3000\n", 1, false);
    check_foreign_journal("jo -c", "jw -r 3000\n", 1, false);
}

static void unsupported_features_are_refused_by_name(void)
{
    static const struct {
        const char *options;
        const char *name;
    } cases[] = {
        {"-q -F -b 1024 -O inline_data", "inline_data"},
        {"-q -F -b 1024 -O quota", "quota"},
        {"-q -F -b 1024 -O ^resize_inode,meta_bg", "meta_bg"},
        {"-q -F -b 1024 -O mmp", "mmp"},
        {"-q -F -b 1024 -O encrypt", "encrypt"},
        {"-q -F -b 1024 -O fast_commit", "fast_commit"},
        {"-q -F -b 1024 -O ^has_journal", "without a journal"},
    };

    for (size_t i = 0; i < array_count(cases); i++) {
        if (!fresh(cases[i].options))
            continue;
        CHECK_EQ(mount(), ERR_NOT_SUPPORTED);
        if (!CHECK(strstr(test.ext4.refusal, cases[i].name) != NULL))
            check_note("%s: %s", cases[i].name, test.ext4.refusal);
    }
    mem_zero(test.disk.now, 8192);
    CHECK_EQ(mount(), ERR_NOT_FOUND);
}

static void old_formats_are_taken(void)
{
    uint32_t inode;
    size_t done;

    if (!fresh("-q -F -b 1024 -O ^extents,^metadata_csum,^64bit,^flex_bg,^huge_file"))
        return;
    CHECK_EQ(mount(), OK);
    CHECK_EQ(ext4_make_file(&test.ext4, EXT4_ROOT, "file", &inode), OK);
    mem_set(test.data, 7, sizeof(test.data));
    CHECK_EQ(ext4_write(&test.ext4, inode, 300 * BLOCK, test.data, sizeof(test.data)), OK);
    CHECK_EQ(ext4_read(&test.ext4, inode, 299 * BLOCK + 1, test.data, 2 * BLOCK, &done), OK);
    CHECK_EQ(done, 2 * BLOCK);
    CHECK_EQ(test.data[BLOCK - 2], 0);
    CHECK_EQ(test.data[BLOCK - 1], 7);
    check_unmounted_sound();
}

static void file_name(char name[EXT4_NAME_BYTES], unsigned number)
{
    format(name, EXT4_NAME_BYTES, "a-file-with-a-name-of-some-length-%u", number);
}

/* An index that someone else made is given up, not spoilt, when a name is added. */
static void an_indexed_folder_can_be_changed(void)
{
    char name[EXT4_NAME_BYTES];
    uint32_t folder;
    uint32_t inode;

    if (!fresh("-q -F -b 1024 -N 1000"))
        return;
    CHECK_EQ(mount(), OK);
    CHECK_EQ(ext4_make_folder(&test.ext4, EXT4_ROOT, "folder", &folder), OK);
    for (unsigned i = 0; i < MANY_FILES; i++) {
        file_name(name, i);
        CHECK_EQ(ext4_make_file(&test.ext4, folder, name, &inode), OK);
    }
    check_unmounted_sound();
    CHECK(image_fsck(&test.tools, &test.disk, "-fyD") <= 1);

    CHECK_EQ(mount(), OK);
    for (unsigned i = 0; i < MANY_FILES; i += 3) {
        file_name(name, i);
        CHECK_EQ(ext4_remove(&test.ext4, folder, name), OK);
        file_name(name, MANY_FILES + i);
        CHECK_EQ(ext4_make_file(&test.ext4, folder, name, &inode), OK);
    }
    file_name(name, 1);
    CHECK_EQ(ext4_find(&test.ext4, folder, name, &inode), OK);
    check_unmounted_sound();
}

/* Room that was reserved but never written reads as zeros, around what is written into it too. */
static void reserved_room_reads_as_zeros(void)
{
    uint32_t inode;
    size_t done;

    if (!fresh(plain) || !CHECK(image_put(&test.tools, "data", "x", 1)))
        return;
    mem_set(test.disk.now + 1500 * BLOCK, 0xee, 2000 * BLOCK);
    mem_copy(test.disk.stable, test.disk.now, test.disk.sector_count * BLOCK_SECTOR_BYTES);
    format((char *)test.data, 200, "write %s/data file\nfallocate file 0 40\nsif file size 40960",
           test.tools.folder);
    if (!CHECK(image_edit(&test.tools, &test.disk, (char *)test.data)))
        return;
    CHECK_EQ(mount(), OK);
    CHECK_EQ(ext4_find(&test.ext4, EXT4_ROOT, "file", &inode), OK);
    CHECK_EQ(ext4_write(&test.ext4, inode, 20 * BLOCK + 100, "y", 1), OK);
    CHECK_EQ(ext4_read(&test.ext4, inode, 0, test.data, 40 * BLOCK, &done), OK);
    CHECK_EQ(done, 40 * BLOCK);
    for (size_t i = 1; i < done; i++)
        CHECK(test.data[i] == (i == 20 * BLOCK + 100 ? 'y' : 0));
    check_unmounted_sound();
}

static void a_full_disk_says_so_and_recovers(void)
{
    uint32_t inode;
    uint64_t offset = 0;
    status_t status;

    if (!fresh(plain))
        return;
    CHECK_EQ(mount(), OK);
    CHECK_EQ(ext4_make_file(&test.ext4, EXT4_ROOT, "large", &inode), OK);
    do {
        status = ext4_write(&test.ext4, inode, offset, test.data, sizeof(test.data));
        offset += sizeof(test.data);
    } while (status == OK);
    CHECK_EQ(status, ERR_NO_MEMORY);
    CHECK(offset > 1024 * 1024);
    CHECK_EQ(ext4_sync(&test.ext4), OK);
    CHECK_EQ(ext4_remove(&test.ext4, EXT4_ROOT, "large"), OK);
    CHECK_EQ(ext4_make_file(&test.ext4, EXT4_ROOT, "next", &inode), OK);
    CHECK_EQ(ext4_write(&test.ext4, inode, 0, test.data, sizeof(test.data)), OK);
    check_unmounted_sound();
}

/* A folder that someone was given is the top of what they can reach. */
static void paths_do_not_leave_their_folder(void)
{
    uint32_t folder;
    uint32_t inode;

    if (!fresh(plain))
        return;
    CHECK_EQ(mount(), OK);
    CHECK_EQ(ext4_make_folder(&test.ext4, EXT4_ROOT, "inside", &folder), OK);
    CHECK_EQ(ext4_find(&test.ext4, folder, "..", &inode), ERR_BAD_ARGUMENT);
    CHECK_EQ(ext4_find(&test.ext4, folder, "../lost+found", &inode), ERR_BAD_ARGUMENT);
    CHECK_EQ(ext4_make_file(&test.ext4, folder, "a/b", &inode), ERR_BAD_ARGUMENT);
    CHECK_EQ(ext4_rename(&test.ext4, EXT4_ROOT, "inside", folder, "loop"), ERR_BAD_ARGUMENT);
    CHECK_EQ(ext4_remove(&test.ext4, EXT4_ROOT, "."), ERR_BAD_ARGUMENT);
    check_unmounted_sound();
}

/* The disk fails a call in the middle: what is mounted again is sound. */
static void a_failing_disk_leaves_a_sound_file_system(void)
{
    uint32_t inode;

    for (unsigned after = 0; after < 24; after++) {
        uint64_t seed = 1;

        if (!fresh(plain))
            return;
        CHECK_EQ(mount(), OK);
        test.disk.fail_at = test.disk.calls + 1 + after;
        if (ext4_make_file(&test.ext4, EXT4_ROOT, "file", &inode) == OK &&
            ext4_write(&test.ext4, inode, 0, test.data, sizeof(test.data)) == OK)
            (void)ext4_sync(&test.ext4);
        ext4_abandon(&test.ext4);
        disk_restart(&test.disk, 4, 1, &seed);
        CHECK_EQ(mount(), OK);
        check_unmounted_sound();
    }
}

static const struct check_test tests[] = {
    {"a_foreign_journal_is_replayed", a_foreign_journal_is_replayed},
    {"a_block_that_looks_like_the_journals_own_comes_back",
     a_block_that_looks_like_the_journals_own_comes_back},
    {"a_revoked_block_is_not_replayed", a_revoked_block_is_not_replayed},
    {"unsupported_features_are_refused_by_name", unsupported_features_are_refused_by_name},
    {"old_formats_are_taken", old_formats_are_taken},
    {"an_indexed_folder_can_be_changed", an_indexed_folder_can_be_changed},
    {"reserved_room_reads_as_zeros", reserved_room_reads_as_zeros},
    {"a_full_disk_says_so_and_recovers", a_full_disk_says_so_and_recovers},
    {"paths_do_not_leave_their_folder", paths_do_not_leave_their_folder},
    {"a_failing_disk_leaves_a_sound_file_system", a_failing_disk_leaves_a_sound_file_system},
};

int main(int argc, char **argv)
{
    int failed;

    if (argc < 4 || !image_tools_open(&test.tools, argv[1], argv[2], argv[3]))
        return 2;
    failed = check_run(tests, array_count(tests), check_put_stdout);
    disk_fini(&test.disk);
    image_tools_close(&test.tools);
    return failed != 0;
}
