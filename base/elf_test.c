/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ELF reader on small executables of both classes, and on every damaged form of them.
 *
 * A test takes a good file, changes one field and expects one cause.
 */
#include <base/elf.h>
#include <base/memory.h>
#include <check/check.h>

enum { MACHINE = 183, FILE_BYTES = 0x400, NOTES_AT = 0x200, TEXT_AT = 0x300, DATA_AT = 0x380 };
enum { LOAD = 1, DYNAMIC = 2, INTERPRETER = 3, NOTE = 4 };
enum { SEGMENTS = 3, TEXT = 1, DATA = 2 };

struct program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};

struct image {
    bool is_64_bit;
    uint16_t type;
    uint16_t machine;
    uint16_t segment_bytes;
    uint16_t segment_count;
    uint64_t entry;
    uint64_t table;
    struct program_header segments[SEGMENTS];
    uint8_t bytes[FILE_BYTES];
};

static void store(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void store_notes(uint8_t *at)
{
    static const char other[] = "Other\0\0";

    store(at, 6, 4);
    store(at + 4, 5, 4);
    store(at + 8, 1, 4);
    mem_copy(at + 12, other, 8);
    mem_copy(at + 20, "12345\0\0", 8);
    at += 28;
    store(at, 7, 4);
    store(at + 4, 4, 4);
    store(at + 8, 1, 4);
    mem_copy(at + 12, "Skerry", 7);
    mem_copy(at + 20, "hash", 4);
}

static struct image good_image(bool is_64_bit)
{
    struct image image = {
        .is_64_bit = is_64_bit,
        .type = 2,
        .machine = MACHINE,
        .segment_bytes = is_64_bit ? 56 : 32,
        .segment_count = SEGMENTS,
        .entry = 0x10310,
        .table = is_64_bit ? 64 : 52,
        .segments = {
            {NOTE, ELF_READ, NOTES_AT, 0x10200, 52, 52, 4},
            {LOAD, ELF_READ | ELF_EXECUTE, TEXT_AT, 0x10300, 0x40, 0x40, 0x1000},
            {LOAD, ELF_READ | ELF_WRITE, DATA_AT, 0x11380, 0x80, 0x2000, 0x1000},
        },
    };

    store_notes(image.bytes + NOTES_AT);
    mem_set(image.bytes + TEXT_AT, 0x7e, 0x40);
    mem_set(image.bytes + DATA_AT, 0xda, 0x80);
    return image;
}

static void store_segment(struct image *image, uint32_t index)
{
    const struct program_header *segment = &image->segments[index];
    uint8_t *at = image->bytes + image->table + index * (image->is_64_bit ? 56u : 32u);

    store(at, segment->type, 4);
    if (image->is_64_bit) {
        store(at + 4, segment->flags, 4);
        store(at + 8, segment->offset, 8);
        store(at + 16, segment->address, 8);
        store(at + 32, segment->file_size, 8);
        store(at + 40, segment->memory_size, 8);
        store(at + 48, segment->alignment, 8);
    } else {
        store(at + 4, segment->offset, 4);
        store(at + 8, segment->address, 4);
        store(at + 16, segment->file_size, 4);
        store(at + 20, segment->memory_size, 4);
        store(at + 24, segment->flags, 4);
        store(at + 28, segment->alignment, 4);
    }
}

static void store_headers(struct image *image)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    uint8_t *file = image->bytes;

    mem_copy(file, magic, sizeof(magic));
    file[4] = image->is_64_bit ? 2 : 1;
    file[5] = 1;
    file[6] = 1;
    store(file + 16, image->type, 2);
    store(file + 18, image->machine, 2);
    store(file + 20, 1, 4);
    store(file + 24, image->entry, image->is_64_bit ? 8 : 4);
    store(file + (image->is_64_bit ? 32 : 28), image->table, image->is_64_bit ? 8 : 4);
    store(file + (image->is_64_bit ? 54 : 42), image->segment_bytes, 2);
    store(file + (image->is_64_bit ? 56 : 44), image->segment_count, 2);
    if (image->table > FILE_BYTES - SEGMENTS * 56)
        return;
    for (uint32_t i = 0; i < SEGMENTS; i++)
        store_segment(image, i);
}

static enum elf_error error_of(struct image image)
{
    struct elf elf;

    store_headers(&image);
    return elf_open(&elf, image.bytes, FILE_BYTES, MACHINE);
}

static void good_files_list_their_segments(void)
{
    for (unsigned is_64_bit = 0; is_64_bit < 2; is_64_bit++) {
        struct image image = good_image(is_64_bit);
        struct elf_segment segment;
        struct elf elf;
        uint32_t index = 0;

        store_headers(&image);
        CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_OK);
        CHECK_EQ(elf.entry, 0x10310);
        CHECK(elf_next_segment(&elf, &index, &segment));
        CHECK_EQ(segment.address, 0x10300);
        CHECK_EQ(segment.memory_size, 0x40);
        CHECK_EQ(segment.flags, ELF_READ | ELF_EXECUTE);
        CHECK(segment.data == image.bytes + TEXT_AT);
        CHECK(elf_next_segment(&elf, &index, &segment));
        CHECK_EQ(segment.address, 0x11380);
        CHECK_EQ(segment.file_size, 0x80);
        CHECK_EQ(segment.memory_size, 0x2000);
        CHECK_EQ(segment.flags, ELF_READ | ELF_WRITE);
        CHECK_EQ(segment.data[0x7f], 0xda);
        CHECK(!elf_next_segment(&elf, &index, &segment));
    }
}

static void notes_are_found_by_name_and_type(void)
{
    for (unsigned is_64_bit = 0; is_64_bit < 2; is_64_bit++) {
        struct image image = good_image(is_64_bit);
        const uint8_t *data;
        struct elf elf;
        size_t size;

        store_headers(&image);
        CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_OK);
        CHECK(elf_find_note(&elf, "Skerry", 1, &data, &size));
        CHECK(size == 4 && mem_equal(data, "hash", 4));
        CHECK(elf_find_note(&elf, "Other", 1, &data, &size));
        CHECK(size == 5 && mem_equal(data, "12345", 5));
        CHECK(!elf_find_note(&elf, "Skerry", 2, &data, &size));
        CHECK(!elf_find_note(&elf, "Sker", 1, &data, &size));
        CHECK(!elf_find_note(&elf, "", 1, &data, &size));
    }
}

static void notes_that_do_not_fit_are_not_found(void)
{
    static const uint32_t sizes[] = {5, 0x100, 0x7fffffff, 0xfffffffc, 0xffffffff};

    for (unsigned field = 0; field < 2; field++) {
        for (size_t i = 0; i < array_count(sizes); i++) {
            struct image image = good_image(true);
            const uint8_t *data;
            struct elf elf;
            size_t size;

            store(image.bytes + NOTES_AT + 28 + 4 * field, sizes[i], 4);
            store_headers(&image);
            CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_OK);
            CHECK(!elf_find_note(&elf, "Skerry", 1, &data, &size));
        }
    }
}

static void file_header_errors_are_told_apart(void)
{
    struct image image = good_image(true);
    struct elf elf;

    store_headers(&image);
    CHECK_EQ(elf_open(&elf, image.bytes, 63, MACHINE), ELF_TRUNCATED);
    CHECK_EQ(elf_open(&elf, image.bytes, 0, MACHINE), ELF_TRUNCATED);
    CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE + 1), ELF_WRONG_MACHINE);

    image.bytes[4] = 3;
    CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_BAD_FORMAT);
    image.bytes[4] = 2;
    image.bytes[5] = 2;
    CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_BAD_FORMAT);
    image.bytes[3] = 'f';
    CHECK_EQ(elf_open(&elf, image.bytes, FILE_BYTES, MACHINE), ELF_BAD_MAGIC);

    image = good_image(true);
    image.type = 3;
    CHECK_EQ(error_of(image), ELF_NOT_EXECUTABLE);
}

static void table_must_lie_in_the_file(void)
{
    struct image image = good_image(true);

    image.segment_bytes = 55;
    CHECK_EQ(error_of(image), ELF_BAD_TABLE);
    image = good_image(true);
    image.segment_count = ELF_SEGMENTS_MAX + 1;
    CHECK_EQ(error_of(image), ELF_BAD_TABLE);
    image = good_image(true);
    image.table = FILE_BYTES - SEGMENTS * 56 + 1;
    CHECK_EQ(error_of(image), ELF_BAD_TABLE);
    image.table = UINT64_MAX - 8;
    CHECK_EQ(error_of(image), ELF_BAD_TABLE);
    image = good_image(true);
    image.segment_count = 0;
    CHECK_EQ(error_of(image), ELF_NO_SEGMENT);
}

/* The error of a good file with one segment replaced. */
static enum elf_error error_with(bool is_64_bit, uint32_t index, struct program_header segment)
{
    struct image image = good_image(is_64_bit);

    image.segments[index] = segment;
    return error_of(image);
}

static void segment_errors_are_told_apart(void)
{
    static const struct {
        struct program_header segment;
        enum elf_error error;
    } cases[] = {
        {{DYNAMIC, 6, DATA_AT, 0x11380, 0x80, 0x80, 8}, ELF_DYNAMIC},
        {{INTERPRETER, 4, DATA_AT, 0x11380, 0x80, 0x80, 1}, ELF_DYNAMIC},
        {{LOAD, 6, DATA_AT, 0x11380, 0x81, 0x100, 1}, ELF_BAD_SEGMENT},
        {{LOAD, 6, UINT64_MAX, 0x11fff, 2, 2, 1}, ELF_BAD_SEGMENT},
        {{LOAD, 6, DATA_AT, 0x11380, 0x80, 0x7f, 1}, ELF_BAD_SEGMENT},
        {{LOAD, 6, DATA_AT, UINT64_MAX - 0x80, 0x80, 0x80, 1}, ELF_BAD_SEGMENT},
        {{LOAD, 6, DATA_AT, 0x11380, 0, UINT64_MAX, 1}, ELF_BAD_SEGMENT},
        {{LOAD, 6, DATA_AT, 0x11384, 0x80, 0x80, 0x1000}, ELF_MISALIGNED},
        {{LOAD, 6, DATA_AT, 0x11380, 0x80, 0x80, 0x180}, ELF_MISALIGNED},
        {{LOAD, 7, DATA_AT, 0x11380, 0x80, 0x80, 0x1000}, ELF_WRITABLE_CODE},
        {{LOAD, 6, DATA_AT, 0x9380, 0x80, 0x80, 0x1000}, ELF_UNSORTED},
        {{LOAD, 6, DATA_AT, 0x10320, 0x80, 0x80, 1}, ELF_OVERLAPPING},
        {{LOAD, 6, DATA_AT, 0x10380, 0x80, 0x80, 1}, ELF_OVERLAPPING}, /* the same page */
        {{LOAD, 6, DATA_AT, 0x11380, 0, 0, 1}, ELF_OK},
        {{LOAD, 6, FILE_BYTES * 4, 0x11000, 0, 0x80, 0x1000}, ELF_OK},
    };

    for (size_t i = 0; i < array_count(cases); i++) {
        if (!CHECK_EQ(error_with(true, DATA, cases[i].segment), cases[i].error))
            check_note("in case %zu", i);
    }
    CHECK_EQ(error_with(false, DATA, (struct program_header){LOAD, 6, DATA_AT, 0xffffff80, 0x80,
                                                             0x80, 1}),
             ELF_BAD_SEGMENT);
    CHECK_EQ(error_with(true, 0, (struct program_header){NOTE, 4, FILE_BYTES - 4, 0, 5, 5, 4}),
             ELF_BAD_SEGMENT);
}

static void entry_must_be_in_code(void)
{
    static const uint64_t entries[] = {0, 0x102ff, 0x10340, 0x11380, UINT64_MAX};
    struct image image = good_image(true);

    for (size_t i = 0; i < array_count(entries); i++) {
        image.entry = entries[i];
        CHECK_EQ(error_of(image), ELF_BAD_ENTRY);
    }
    image = good_image(true);
    image.segments[TEXT].flags = ELF_READ;
    CHECK_EQ(error_of(image), ELF_BAD_ENTRY);
}

/* Everything a loader would read, so that the sanitizers see it. */
static void read_everything(const struct elf *elf)
{
    struct elf_segment segment;
    const uint8_t *data;
    uint32_t index = 0;
    size_t size;

    while (elf_next_segment(elf, &index, &segment))
        CHECK(segment.data >= elf->file &&
              segment.file_size <= elf->size - (size_t)(segment.data - elf->file));
    elf_find_note(elf, "Skerry", 1, &data, &size);
}

static void any_damaged_byte_is_refused_or_harmless(void)
{
    static const uint8_t damages[] = {0x01, 0x80, 0xff};

    for (unsigned is_64_bit = 0; is_64_bit < 2; is_64_bit++) {
        struct image image = good_image(is_64_bit);
        struct elf elf;

        store_headers(&image);
        for (size_t at = 0; at < NOTES_AT + 0x40; at++) {
            for (size_t i = 0; i < array_count(damages); i++) {
                image.bytes[at] ^= damages[i];
                if (elf_open(&elf, image.bytes, FILE_BYTES, MACHINE) == ELF_OK)
                    read_everything(&elf);
                image.bytes[at] ^= damages[i];
            }
        }
    }
}

static void every_truncation_is_refused(void)
{
    struct image image = good_image(true);
    struct elf elf;

    store_headers(&image);
    for (size_t size = 0; size < FILE_BYTES; size++)
        CHECK(elf_open(&elf, image.bytes, size, MACHINE) != ELF_OK);
}

static void every_error_has_its_text(void)
{
    for (unsigned i = ELF_OK; i <= ELF_BAD_ENTRY; i++) {
        for (unsigned j = ELF_OK; j < i; j++)
            CHECK(!str_equal(elf_error_text((enum elf_error)i), elf_error_text((enum elf_error)j)));
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"good_files_list_their_segments", good_files_list_their_segments},
        {"notes_are_found_by_name_and_type", notes_are_found_by_name_and_type},
        {"notes_that_do_not_fit_are_not_found", notes_that_do_not_fit_are_not_found},
        {"file_header_errors_are_told_apart", file_header_errors_are_told_apart},
        {"table_must_lie_in_the_file", table_must_lie_in_the_file},
        {"segment_errors_are_told_apart", segment_errors_are_told_apart},
        {"entry_must_be_in_code", entry_must_be_in_code},
        {"any_damaged_byte_is_refused_or_harmless", any_damaged_byte_is_refused_or_harmless},
        {"every_truncation_is_refused", every_truncation_is_refused},
        {"every_error_has_its_text", every_error_has_its_text},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
