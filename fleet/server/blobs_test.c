/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store of blobs must keep.
 */
#include "blobs.h"

#include <abi/status.h>
#include <check/check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct blobs blobs;

static unsigned files_incoming(void)
{
    char path[320];
    unsigned count = 0;
    struct dirent *entry;
    DIR *list;

    snprintf(path, sizeof(path), "%s/incoming", blobs.path);
    list = opendir(path);
    while (list != NULL && (entry = readdir(list)) != NULL)
        count += entry->d_name[0] != '.';
    if (list != NULL)
        closedir(list);
    return count;
}

static void write_blob(const char *text, uint8_t hash[SHA256_BYTES])
{
    struct blob_writer writer;

    CHECK_EQ(blob_begin(&writer, &blobs), OK);
    CHECK_EQ(blob_add(&writer, text, strlen(text)), OK);
    CHECK_EQ(blob_finish(&writer, hash), OK);
}

static void blob_is_read_by_its_hash(void)
{
    uint8_t hash[SHA256_BYTES];
    uint8_t expected[SHA256_BYTES];
    char text[8] = "";
    uint64_t size;
    int fd;

    write_blob("skerry", hash);
    sha256("skerry", 6, expected);
    CHECK(memcmp(hash, expected, sizeof(hash)) == 0);
    if (!CHECK_EQ(blob_read(&blobs, hash, &fd, &size), OK))
        return;
    CHECK_EQ(size, 6);
    CHECK_EQ(read(fd, text, sizeof(text)), 6);
    CHECK_STR(text, "skerry");
    close(fd);
}

static void same_content_is_kept_once(void)
{
    uint8_t first[SHA256_BYTES];
    uint8_t second[SHA256_BYTES];

    write_blob("same", first);
    write_blob("same", second);
    CHECK(memcmp(first, second, sizeof(first)) == 0);
    CHECK_EQ(files_incoming(), 0);
}

static void abandoned_blob_leaves_nothing(void)
{
    struct blob_writer writer;

    CHECK_EQ(blob_begin(&writer, &blobs), OK);
    CHECK_EQ(blob_add(&writer, "half", 4), OK);
    CHECK_EQ(files_incoming(), 1);
    blob_abandon(&writer);
    CHECK_EQ(files_incoming(), 0);
}

static void leftovers_of_a_stop_are_removed(void)
{
    struct blob_writer writer;
    struct blobs again;

    CHECK_EQ(blob_begin(&writer, &blobs), OK);
    close(writer.fd);
    CHECK_EQ(blobs_open(&again, blobs.path), OK);
    CHECK_EQ(files_incoming(), 0);
}

static void missing_blob_is_not_found(void)
{
    uint8_t hash[SHA256_BYTES] = {1};
    uint64_t size;
    int fd;

    CHECK_EQ(blob_read(&blobs, hash, &fd, &size), ERR_NOT_FOUND);
}

static void names_are_small_hex_digits_only(void)
{
    uint8_t hash[SHA256_BYTES] = {0xab, 0x01};
    uint8_t back[SHA256_BYTES];
    char text[BLOB_NAME_SIZE];

    hash_to_text(hash, text);
    CHECK(hash_from_text(text, back) && memcmp(hash, back, sizeof(hash)) == 0);
    text[0] = 'A';
    CHECK(!hash_from_text(text, back));
    text[0] = '/';
    CHECK(!hash_from_text(text, back));
    CHECK(!hash_from_text("ab", back));
}

static const struct check_test tests[] = {
    {"blob_is_read_by_its_hash", blob_is_read_by_its_hash},
    {"same_content_is_kept_once", same_content_is_kept_once},
    {"abandoned_blob_leaves_nothing", abandoned_blob_leaves_nothing},
    {"leftovers_of_a_stop_are_removed", leftovers_of_a_stop_are_removed},
    {"missing_blob_is_not_found", missing_blob_is_not_found},
    {"names_are_small_hex_digits_only", names_are_small_hex_digits_only},
};

int main(void)
{
    char path[] = "/tmp/blobs_test-XXXXXX";
    char command[64];
    int failed;

    if (mkdtemp(path) == NULL || blobs_open(&blobs, path) != OK)
        return 1;
    failed = check_run(tests, array_count(tests), check_put_stdout);
    snprintf(command, sizeof(command), "rm -rf %s", path);
    return system(command) == 0 ? failed : 1;
}
