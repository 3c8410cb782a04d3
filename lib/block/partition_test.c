/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partition tables, whole and broken, on a disk in memory.
 */
#include <base/memory.h>
#include <block/crc.h>
#include <block/partition.h>
#include <check/check.h>

enum { SECTORS = 1000 };

static struct {
    uint8_t bytes[SECTORS][BLOCK_SECTOR_BYTES];
    struct partition_table table;
} test;

static status_t read_sectors(void *disk, uint64_t sector, uint32_t count, void *data)
{
    (void)disk;
    mem_copy(data, test.bytes[sector], (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static status_t write_sectors(void *disk, uint64_t sector, uint32_t count, const void *data)
{
    (void)disk;
    mem_copy(test.bytes[sector], data, (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static status_t flush(void *disk)
{
    (void)disk;
    return OK;
}

static const struct block_operations operations = {read_sectors, write_sectors, flush};
static const struct block_device disk = {&operations, NULL, 0, SECTORS};
static const uint8_t some_id[PARTITION_ID_BYTES] = {1, 2, 3};

static struct partition_table two_partitions(void)
{
    struct partition_table table = {.count = 2};

    table.partitions[0] = (struct partition){.first_sector = 40, .sector_count = 60, .type = {9}};
    table.partitions[1] = (struct partition){.first_sector = 100, .sector_count = 867, .type = {8}};
    str_copy(table.partitions[0].name, sizeof(table.partitions[0].name), "boot");
    return table;
}

static void write_two(void)
{
    struct partition_table table = two_partitions();

    mem_zero(test.bytes, sizeof(test.bytes));
    CHECK_EQ(partition_table_write(&disk, &table, some_id), OK);
}

static void checksums_are_the_known_ones(void)
{
    CHECK_EQ(~crc32_add(UINT32_MAX, "123456789", 9), 0xcbf43926);
    CHECK_EQ(~crc32c_add(UINT32_MAX, "123456789", 9), 0xe3069283);
}

static void what_was_written_is_read(void)
{
    struct block_device part;

    write_two();
    CHECK_EQ(partition_table_read(&disk, &test.table), OK);
    CHECK_EQ(test.table.scheme, PARTITION_SCHEME_GPT);
    CHECK(!test.table.is_backup);
    CHECK_EQ(test.table.count, 2);
    CHECK_STR(test.table.partitions[0].name, "boot");
    CHECK_EQ(test.table.partitions[1].first_sector, 100);
    CHECK_EQ(test.table.partitions[1].sector_count, 867);
    CHECK_EQ(test.table.partitions[1].type[0], 8);

    part = partition_device(&disk, &test.table.partitions[0]);
    test.bytes[41][0] = 77;
    CHECK_EQ(block_read(&part, 1, 1, test.bytes[0]), OK);
    CHECK_EQ(test.bytes[0][0], 77);
    CHECK_EQ(block_read(&part, 60, 1, test.bytes[0]), ERR_BAD_ARGUMENT);
    CHECK_EQ(block_read(&part, UINT64_MAX, 2, test.bytes[0]), ERR_BAD_ARGUMENT);
}

/* Any flipped bit of the first copy sends the reader to the second. */
static void a_damaged_copy_gives_way_to_the_other(void)
{
    static const uint16_t places[][2] = {{1, 0}, {1, 16}, {1, 24}, {1, 72}, {1, 88}, {2, 33}};

    for (size_t i = 0; i < array_count(places); i++) {
        write_two();
        test.bytes[places[i][0]][places[i][1]] ^= 4;
        CHECK_EQ(partition_table_read(&disk, &test.table), OK);
        CHECK(test.table.is_backup);
        CHECK_EQ(test.table.count, 2);
        test.bytes[SECTORS - 1][40] ^= 1;
        CHECK(partition_table_read(&disk, &test.table) != OK);
    }
}

static void partitions_that_overlap_are_refused(void)
{
    struct partition_table table = two_partitions();

    table.partitions[1].first_sector = 99;
    CHECK_EQ(partition_table_write(&disk, &table, some_id), ERR_BAD_ARGUMENT);
    table = two_partitions();
    table.partitions[1].sector_count = 868;
    CHECK_EQ(partition_table_write(&disk, &table, some_id), ERR_BAD_ARGUMENT);
    table = two_partitions();
    table.partitions[0].first_sector = 33;
    CHECK_EQ(partition_table_write(&disk, &table, some_id), ERR_BAD_ARGUMENT);
    table = two_partitions();
    table.partitions[0].sector_count = 0;
    CHECK_EQ(partition_table_write(&disk, &table, some_id), ERR_BAD_ARGUMENT);
}

static void put_mbr(uint32_t sector, unsigned entry, uint8_t type, uint32_t first, uint32_t count)
{
    uint8_t *at = test.bytes[sector] + 446 + 16 * entry;

    at[4] = type;
    for (unsigned i = 0; i < 4; i++) {
        at[8 + i] = (uint8_t)(first >> 8 * i);
        at[12 + i] = (uint8_t)(count >> 8 * i);
    }
    test.bytes[sector][510] = 0x55;
    test.bytes[sector][511] = 0xaa;
}

static void older_tables_and_their_chains_are_read(void)
{
    mem_zero(test.bytes, sizeof(test.bytes));
    CHECK_EQ(partition_table_read(&disk, &test.table), ERR_NOT_FOUND);
    put_mbr(0, 0, 0x83, 10, 90);
    put_mbr(0, 1, 0x05, 100, 400);
    put_mbr(100, 0, 0x83, 1, 50);
    put_mbr(100, 1, 0x05, 200, 100);
    put_mbr(300, 0, 0x82, 2, 60);
    CHECK_EQ(partition_table_read(&disk, &test.table), OK);
    CHECK_EQ(test.table.scheme, PARTITION_SCHEME_MBR);
    CHECK_EQ(test.table.count, 3);
    CHECK_EQ(test.table.partitions[1].first_sector, 101);
    CHECK_EQ(test.table.partitions[2].first_sector, 302);
    CHECK_EQ(test.table.partitions[2].type[0], 0x82);
}

/* A chain that bites its tail ends, and what lies beyond the disk is no partition. */
static void broken_older_tables_are_refused(void)
{
    mem_zero(test.bytes, sizeof(test.bytes));
    put_mbr(0, 0, 0x05, 100, 400);
    put_mbr(100, 1, 0x05, 0, 100);
    CHECK_EQ(partition_table_read(&disk, &test.table), ERR_OVER_LIMIT);
    put_mbr(100, 1, 0x05, 5000, 100);
    CHECK_EQ(partition_table_read(&disk, &test.table), ERR_BAD_ARGUMENT);
    mem_zero(test.bytes, sizeof(test.bytes));
    put_mbr(0, 2, 0x83, 900, 101);
    CHECK_EQ(partition_table_read(&disk, &test.table), ERR_BAD_ARGUMENT);
    put_mbr(0, 2, 0x83, 0, 100);
    CHECK_EQ(partition_table_read(&disk, &test.table), ERR_BAD_ARGUMENT);
}

static const struct check_test tests[] = {
    {"checksums_are_the_known_ones", checksums_are_the_known_ones},
    {"what_was_written_is_read", what_was_written_is_read},
    {"a_damaged_copy_gives_way_to_the_other", a_damaged_copy_gives_way_to_the_other},
    {"partitions_that_overlap_are_refused", partitions_that_overlap_are_refused},
    {"older_tables_and_their_chains_are_read", older_tables_and_their_chains_are_read},
    {"broken_older_tables_are_refused", broken_older_tables_are_refused},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout) != 0;
}
