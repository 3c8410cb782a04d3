/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole stack at once: the store on ext4 on a disk that loses power at any write.
 *
 * Below are single sectors instead of names and files, so this also shows that the file system
 * gives the store what it asks for.
 *
 * usage: ext4_store_host MKFS E2FSCK DEBUGFS [--states N] [--seed S]
 */
#include "image.h"
#include "sim.h"
#include "system.h"

#include <base/memory.h>
#include <check/check.h>
#include <ext4/store_files.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_BYTES = 512 * 1024, FSCK_EVERY = 4 };

static struct {
    struct image_tools tools;
    unsigned states;
    uint64_t seed;
    struct disk before;
    struct disk disk;
    struct ext4 ext4;
    struct ext4_store files;
    struct store store;
    struct block_device device;
    uint8_t memory[CACHE_BYTES];
} cut;

static status_t mount(void)
{
    cut.device = disk_device(&cut.disk);
    cut.files = (struct ext4_store){&cut.ext4, EXT4_ROOT};
    return ext4_mount(&cut.ext4, &cut.device, cut.memory, sizeof(cut.memory), 1000);
}

/* Generations 1 and 2 on a fresh file system. */
static bool make_system(const char *options, unsigned mebibytes)
{
    struct store_generation generation;
    status_t status;

    if (!CHECK(image_make(&cut.tools, &cut.before, options, mebibytes)))
        return false;
    disk_copy(&cut.disk, &cut.before);
    status = mount();
    if (status == OK)
        status = store_create(&cut.store, &ext4_store_files, &cut.files);
    for (uint32_t number = 1; number <= 2 && status == OK; number++) {
        status = system_install(&cut.store, number);
        if (status == OK)
            status = store_boot(&cut.store, &generation);
        if (status == OK)
            status = store_confirm(&cut.store);
    }
    if (!CHECK_EQ(status, OK) || !CHECK_EQ(ext4_unmount(&cut.ext4), OK))
        return false;
    disk_restart(&cut.disk, 0, 1, &cut.seed);
    disk_copy(&cut.before, &cut.disk);
    return true;
}

/* An upgrade up to where the disk stops. */
static struct witness upgrade(unsigned cut_at, unsigned fail_at)
{
    struct witness witness = {0};

    disk_copy(&cut.disk, &cut.before);
    cut.disk.cut_at = cut_at;
    cut.disk.fail_at = fail_at;
    if (mount() != OK)
        return witness;
    if (system_upgrade(&ext4_store_files, &cut.files, &cut.store, &witness) == OK && cut_at == 0)
        (void)ext4_unmount(&cut.ext4);
    else
        ext4_abandon(&cut.ext4);
    return witness;
}

static void check_disk(const struct witness *witness, const char *what, unsigned at)
{
    const char *fault = mount() == OK ? NULL : "the file system does not mount";

    if (fault == NULL) {
        fault = system_fault(&ext4_store_files, &cut.files, &cut.store, witness);
        if (ext4_unmount(&cut.ext4) != OK)
            fault = "the file system does not unmount";
    }
    if (fault == NULL && at % FSCK_EVERY == 0 && !image_is_sound(&cut.tools, &cut.disk))
        fault = "e2fsck complains";
    if (fault != NULL)
        check_note("%s %u: %s", what, at, fault);
    CHECK(fault == NULL);
}

static void cuts_of_an_upgrade(const char *options, unsigned mebibytes)
{
    struct witness witness;
    unsigned steps;

    if (!make_system(options, mebibytes))
        return;
    witness = upgrade(0, 0);
    CHECK_EQ(witness.confirmed, 3);
    steps = cut.disk.steps;
    check_note("%u steps", steps);
    check_disk(&witness, "no cut", 0);
    for (unsigned step = 1; step <= steps; step++) {
        witness = upgrade(step, 0);
        disk_restart(&cut.disk, (unsigned)(sim_random(&cut.seed) % 5), 1, &cut.seed);
        check_disk(&witness, "power cut at step", step);
    }
    for (unsigned i = 0; i < cut.states; i++) {
        unsigned step = 1 + (unsigned)(sim_random(&cut.seed) % steps);

        witness = upgrade(step, 0);
        disk_restart(&cut.disk, 2, 1, &cut.seed);
        check_disk(&witness, "power cut at step", step);
    }
}

static void every_cut_of_an_upgrade_on_small_blocks(void)
{
    cuts_of_an_upgrade("-q -F -b 1024", 4);
}

static void every_cut_of_an_upgrade_on_large_blocks(void)
{
    cuts_of_an_upgrade("-q -F -b 4096 -J size=4", 16);
}

/* A disk that fails one call: the upgrade ends, and what was there still is. */
static void failing_calls_of_the_disk(void)
{
    unsigned calls;

    if (!make_system("-q -F -b 1024", 4))
        return;
    (void)upgrade(0, 0);
    calls = cut.disk.calls;
    for (unsigned call = 1; call <= calls; call += 1 + calls / 100) {
        struct witness witness = upgrade(0, call);

        disk_restart(&cut.disk, 2, 1, &cut.seed);
        check_disk(&witness, "failing call", call);
    }
}

static const struct check_test tests[] = {
    {"every_cut_of_an_upgrade_on_small_blocks", every_cut_of_an_upgrade_on_small_blocks},
    {"every_cut_of_an_upgrade_on_large_blocks", every_cut_of_an_upgrade_on_large_blocks},
    {"failing_calls_of_the_disk", failing_calls_of_the_disk},
};

int main(int argc, char **argv)
{
    int failed;

    if (argc < 4 || !image_tools_open(&cut.tools, argv[1], argv[2], argv[3]))
        return 2;
    cut.states = 100;
    cut.seed = 1;
    for (int i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--states") == 0)
            cut.states = (unsigned)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0)
            cut.seed = strtoul(argv[i + 1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    }
    failed = check_run(tests, array_count(tests), check_put_stdout);
    disk_fini(&cut.before);
    disk_fini(&cut.disk);
    image_tools_close(&cut.tools);
    return failed != 0;
}
