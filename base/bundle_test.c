/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle reader on a small bundle, with one thing wrong at a time.
 *
 * Hash and checksum have tests of their own: what bundle_open says does not depend on them.
 */
#include <base/bundle.h>
#include <base/crc.h>
#include <base/hash.h>
#include <base/memory.h>
#include <check/check.h>
#include <stdalign.h>

enum { MACHINE = 183, FILES = 3, PAGES = 4, BUNDLE_BYTES = PAGES * ABI_PAGE_SIZE };

struct image {
    struct abi_bundle_header header;
    struct abi_bundle_entry entries[ABI_BUNDLE_FILES_MAX + 1];
};

static union {
    alignas(ABI_PAGE_SIZE) uint8_t bytes[16 * ABI_PAGE_SIZE];
    struct image image;
} memory;

static const uint8_t abi_hash[ABI_HASH_BYTES] = {1, 2, 3};

static void build(void)
{
    static const char *const names[FILES] = {"root", "empty", "station"};
    static const uint64_t pages[FILES] = {1, 2, 2};
    static const uint64_t sizes[FILES] = {100, 0, ABI_PAGE_SIZE + 1};

    mem_zero(&memory, sizeof(memory));
    memory.image.header = (struct abi_bundle_header){
        .magic = ABI_BUNDLE_MAGIC,
        .version = 2,
        .machine = MACHINE,
        .size_bytes = BUNDLE_BYTES,
        .file_count = FILES,
    };
    mem_copy(memory.image.header.abi_hash, abi_hash, sizeof(abi_hash));
    mem_set(memory.bytes + ABI_PAGE_SIZE, 0x5a, BUNDLE_BYTES - ABI_PAGE_SIZE);
    for (unsigned i = 0; i < FILES; i++) {
        struct abi_bundle_entry *entry = &memory.image.entries[i];

        str_copy(entry->name, sizeof(entry->name), names[i]);
        entry->offset = pages[i] * ABI_PAGE_SIZE;
        entry->size_bytes = sizes[i];
        sha256(memory.bytes + entry->offset, (size_t)entry->size_bytes, entry->sha256);
    }
    sha256(memory.image.entries, FILES * sizeof(struct abi_bundle_entry),
           memory.image.header.entries_sha256);
    memory.image.header.boot_crc32 =
        crc32(0, memory.image.entries, ABI_PAGE_SIZE - sizeof(struct abi_bundle_header) + 100);
}

static enum bundle_error opened(struct bundle *bundle)
{
    return bundle_open(bundle, memory.bytes, BUNDLE_BYTES, MACHINE, abi_hash);
}

static enum bundle_error error_now(void)
{
    struct bundle bundle;

    return opened(&bundle);
}

static void files_are_listed_and_found(void)
{
    struct bundle_file file;
    struct bundle bundle;

    build();
    CHECK_EQ(opened(&bundle), BUNDLE_OK);
    CHECK_EQ(bundle.file_count, FILES);
    CHECK(bundle_file(&bundle, 0, &file));
    CHECK_STR(file.name, "root");
    CHECK(bundle_find(&bundle, "station", &file));
    CHECK(file.bytes == memory.bytes + 2 * ABI_PAGE_SIZE);
    CHECK_EQ(file.size_bytes, ABI_PAGE_SIZE + 1);
    CHECK(!bundle_find(&bundle, "stat", &file));
    CHECK(!bundle_file(&bundle, FILES, &file));
    CHECK_STR(file.name, "station");
}

static void changed_content_is_noticed(void)
{
    struct bundle_file file;
    struct bundle bundle;

    build();
    CHECK_EQ(opened(&bundle), BUNDLE_OK);
    for (unsigned i = 0; i < FILES; i++)
        CHECK(bundle_file(&bundle, i, &file) && bundle_file_is_intact(&file));
    memory.bytes[3 * ABI_PAGE_SIZE] ^= 1; /* the last byte of the last file */
    CHECK(!bundle_file_is_intact(&file));
}

static void changed_entries_are_noticed(void)
{
    struct bundle bundle;

    build();
    CHECK_EQ(opened(&bundle), BUNDLE_OK);
    CHECK(bundle_entries_are_intact(&bundle));
    memory.image.entries[FILES - 1].sha256[SHA256_BYTES - 1] ^= 1;
    CHECK(!bundle_entries_are_intact(&bundle));
}

/* From the first entry to the last byte of the first file, and no further. */
static void boot_checksum_covers_entries_and_first_file(void)
{
    static const struct {
        size_t at;
        bool is_covered;
    } cases[] = {
        {sizeof(struct abi_bundle_header), true},
        {sizeof(struct abi_bundle_header) + FILES * sizeof(struct abi_bundle_entry) - 1, true},
        {ABI_PAGE_SIZE, true},
        {ABI_PAGE_SIZE + 99, true},
        {ABI_PAGE_SIZE + 100, false},
        {2 * ABI_PAGE_SIZE, false},
    };
    struct bundle bundle;

    build();
    CHECK_EQ(opened(&bundle), BUNDLE_OK);
    CHECK(bundle_can_boot(&bundle));
    for (size_t i = 0; i < array_count(cases); i++) {
        memory.bytes[cases[i].at] ^= 1;
        if (!CHECK(bundle_can_boot(&bundle) != cases[i].is_covered))
            check_note("in case %zu", i);
        memory.bytes[cases[i].at] ^= 1;
    }
}

static void bundle_must_be_whole_and_aligned(void)
{
    struct bundle bundle;

    build();
    for (size_t size = 0; size < BUNDLE_BYTES; size += 16)
        CHECK_EQ(bundle_open(&bundle, memory.bytes, size, MACHINE, abi_hash), BUNDLE_TRUNCATED);
    CHECK_EQ(bundle_open(&bundle, memory.bytes + 8, BUNDLE_BYTES, MACHINE, abi_hash),
             BUNDLE_MISALIGNED);
}

static void header_errors_are_told_apart(void)
{
    struct abi_bundle_header *header = &memory.image.header;
    struct bundle bundle;

    build();
    CHECK_EQ(bundle_open(&bundle, memory.bytes, BUNDLE_BYTES, MACHINE + 1, abi_hash),
             BUNDLE_OTHER_MACHINE);
    header->abi_hash[31] ^= 1;
    CHECK_EQ(error_now(), BUNDLE_OTHER_ABI);
    header->version = 1;
    CHECK_EQ(error_now(), BUNDLE_BAD_VERSION);
    header->magic++;
    CHECK_EQ(error_now(), BUNDLE_BAD_MAGIC);

    build();
    header->size_bytes--;
    CHECK_EQ(error_now(), BUNDLE_BAD_COUNT);
    header->size_bytes = 0;
    CHECK_EQ(error_now(), BUNDLE_BAD_COUNT);
}

static void file_count_is_limited(void)
{
    struct abi_bundle_header *header = &memory.image.header;
    struct bundle bundle;

    build();
    header->file_count = 0;
    CHECK_EQ(opened(&bundle), BUNDLE_BAD_COUNT);
    header->file_count = UINT32_MAX;
    CHECK_EQ(opened(&bundle), BUNDLE_BAD_COUNT);

    header->size_bytes = sizeof(memory);
    header->file_count = ABI_BUNDLE_FILES_MAX + 1;
    CHECK_EQ(bundle_open(&bundle, memory.bytes, sizeof(memory), MACHINE, abi_hash),
             BUNDLE_BAD_COUNT);
}

static void names_are_terminated_padded_and_different(void)
{
    char *name = memory.image.entries[1].name;

    build();
    mem_set(name, 'x', ABI_BUNDLE_NAME_MAX);
    CHECK_EQ(error_now(), BUNDLE_BAD_NAME);
    name[ABI_BUNDLE_NAME_MAX - 1] = '\0';
    CHECK_EQ(error_now(), BUNDLE_OK);
    name[4] = '\0';
    CHECK_EQ(error_now(), BUNDLE_BAD_NAME);
    mem_zero(name, ABI_BUNDLE_NAME_MAX);
    CHECK_EQ(error_now(), BUNDLE_BAD_NAME);
    str_copy(name, ABI_BUNDLE_NAME_MAX, "root");
    CHECK_EQ(error_now(), BUNDLE_BAD_NAME);
}

static void places_are_inside_and_apart(void)
{
    static const struct {
        uint64_t offset;
        uint64_t size;
        enum bundle_error error;
    } cases[] = {
        {2 * ABI_PAGE_SIZE, 2 * ABI_PAGE_SIZE, BUNDLE_OK},
        {2 * ABI_PAGE_SIZE, 2 * ABI_PAGE_SIZE + 1, BUNDLE_BAD_PLACE},
        {2 * ABI_PAGE_SIZE, UINT64_MAX, BUNDLE_BAD_PLACE},
        {UINT64_MAX - ABI_PAGE_SIZE + 1, 1, BUNDLE_BAD_PLACE},
        {ABI_PAGE_SIZE, 1, BUNDLE_BAD_PLACE}, /* over the first file */
        {0, 1, BUNDLE_BAD_PLACE},             /* over the header */
        {2 * ABI_PAGE_SIZE + 8, 1, BUNDLE_BAD_PLACE},
    };

    for (size_t i = 0; i < array_count(cases); i++) {
        build();
        memory.image.entries[2].offset = cases[i].offset;
        memory.image.entries[2].size_bytes = cases[i].size;
        if (!CHECK_EQ(error_now(), cases[i].error))
            check_note("in case %zu", i);
    }
}

static void every_error_has_its_text(void)
{
    for (unsigned i = BUNDLE_OK; i <= BUNDLE_BAD_PLACE; i++) {
        for (unsigned j = BUNDLE_OK; j < i; j++)
            CHECK(!str_equal(bundle_error_text((enum bundle_error)i),
                             bundle_error_text((enum bundle_error)j)));
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"files_are_listed_and_found", files_are_listed_and_found},
        {"changed_content_is_noticed", changed_content_is_noticed},
        {"changed_entries_are_noticed", changed_entries_are_noticed},
        {"boot_checksum_covers_entries_and_first_file",
         boot_checksum_covers_entries_and_first_file},
        {"bundle_must_be_whole_and_aligned", bundle_must_be_whole_and_aligned},
        {"header_errors_are_told_apart", header_errors_are_told_apart},
        {"file_count_is_limited", file_count_is_limited},
        {"names_are_terminated_padded_and_different", names_are_terminated_padded_and_different},
        {"places_are_inside_and_apart", places_are_inside_and_apart},
        {"every_error_has_its_text", every_error_has_its_text},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
