/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF executables: checked as a whole, then listed.
 *
 * The two classes differ only in where fields stand and how wide addresses are; a table holds that,
 * so that every check is written once.  Fields are read byte by byte: a file need not be aligned.
 * System V ABI, chapters 4 (file header) and 5 (program header).
 */
#include <base/bits.h>
#include <base/checked.h>
#include <base/elf.h>
#include <base/memory.h>

enum {
    IDENT_CLASS = 4,
    IDENT_DATA = 5,
    IDENT_VERSION = 6,
    CLASS_32 = 1,
    CLASS_64 = 2,
    DATA_LITTLE_ENDIAN = 1,
    VERSION_CURRENT = 1,
    TYPE_EXECUTABLE = 2,
    AT_TYPE = 16,
    AT_MACHINE = 18,
    AT_VERSION = 20,
    AT_ENTRY = 24,
    HEADER_BYTES_MIN = 52,
};

enum segment_type {
    SEGMENT_LOAD = 1,
    SEGMENT_DYNAMIC = 2,
    SEGMENT_INTERPRETER = 3,
    SEGMENT_NOTE = 4,
};

enum { NOTE_HEADER_BYTES = 12 }; /* sizes of name and descriptor, type */

/* Where the fields of one class stand, in the file header and in a program header. */
struct layout {
    uint8_t word_bytes;
    uint8_t header_bytes;
    uint8_t table;
    uint8_t entry_bytes;
    uint8_t entry_count;
    uint8_t segment_bytes;
    uint8_t flags;
    uint8_t offset;
    uint8_t address;
    uint8_t file_size;
    uint8_t memory_size;
    uint8_t alignment;
};

static const struct layout layout_32 = {
    .word_bytes = 4, .header_bytes = 52, .table = 28, .entry_bytes = 42, .entry_count = 44,
    .segment_bytes = 32, .offset = 4, .address = 8, .file_size = 16, .memory_size = 20,
    .flags = 24, .alignment = 28,
};

static const struct layout layout_64 = {
    .word_bytes = 8, .header_bytes = 64, .table = 32, .entry_bytes = 54, .entry_count = 56,
    .segment_bytes = 56, .flags = 4, .offset = 8, .address = 16, .file_size = 32,
    .memory_size = 40, .alignment = 48,
};

struct program_header {
    uint32_t type;
    uint64_t alignment;
    struct elf_segment segment;
};

static const struct layout *layout_of(const struct elf *elf)
{
    return elf->is_64_bit ? &layout_64 : &layout_32;
}

static uint64_t load(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = bytes; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

static uint32_t load_u32(const uint8_t *at)
{
    return (uint32_t)load(at, 4);
}

static uint16_t load_u16(const uint8_t *at)
{
    return (uint16_t)load(at, 2);
}

static void read_program_header(const struct elf *elf, uint32_t index,
                                struct program_header *header)
{
    const struct layout *layout = layout_of(elf);
    const uint8_t *at = elf->file + elf->table + (size_t)index * layout->segment_bytes;
    unsigned word = layout->word_bytes;

    header->type = load_u32(at);
    header->alignment = load(at + layout->alignment, word);
    header->segment = (struct elf_segment){
        .address = load(at + layout->address, word),
        .memory_size = load(at + layout->memory_size, word),
        .file_offset = load(at + layout->offset, word),
        .file_size = load(at + layout->file_size, word),
        .flags = load_u32(at + layout->flags) & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
    };
}

static enum elf_error read_file_header(struct elf *elf, uint16_t machine)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    const uint8_t *file = elf->file;
    const struct layout *layout;

    if (elf->size < HEADER_BYTES_MIN)
        return ELF_TRUNCATED;
    if (!mem_equal(file, magic, sizeof(magic)))
        return ELF_BAD_MAGIC;
    if (file[IDENT_CLASS] != CLASS_32 && file[IDENT_CLASS] != CLASS_64)
        return ELF_BAD_FORMAT;
    if (file[IDENT_DATA] != DATA_LITTLE_ENDIAN || file[IDENT_VERSION] != VERSION_CURRENT ||
        load_u32(file + AT_VERSION) != VERSION_CURRENT)
        return ELF_BAD_FORMAT;

    elf->is_64_bit = file[IDENT_CLASS] == CLASS_64;
    layout = layout_of(elf);
    if (elf->size < layout->header_bytes)
        return ELF_TRUNCATED;
    if (load_u16(file + AT_TYPE) != TYPE_EXECUTABLE)
        return ELF_NOT_EXECUTABLE;
    if (load_u16(file + AT_MACHINE) != machine)
        return ELF_WRONG_MACHINE;

    elf->entry = load(file + AT_ENTRY, layout->word_bytes);
    elf->table = load(file + layout->table, layout->word_bytes);
    elf->segment_count = load_u16(file + layout->entry_count);
    if (load_u16(file + layout->entry_bytes) != layout->segment_bytes ||
        elf->segment_count > ELF_SEGMENTS_MAX)
        return ELF_BAD_TABLE;
    if (!u64_range_fits(elf->table, elf->segment_count * layout->segment_bytes, elf->size))
        return ELF_BAD_TABLE;
    return ELF_OK;
}

/* What can be said of one segment alone. */
static enum elf_error check_segment(const struct elf *elf, const struct program_header *header)
{
    const struct elf_segment *segment = &header->segment;
    uint64_t limit = elf->is_64_bit ? UINT64_MAX : UINT32_MAX;

    if (header->type == SEGMENT_DYNAMIC || header->type == SEGMENT_INTERPRETER)
        return ELF_DYNAMIC;
    if (header->type != SEGMENT_LOAD && header->type != SEGMENT_NOTE)
        return ELF_OK;
    if (segment->file_size != 0 &&
        !u64_range_fits(segment->file_offset, segment->file_size, elf->size))
        return ELF_BAD_SEGMENT; /* linkers place an empty range anywhere */
    if (header->type == SEGMENT_NOTE)
        return ELF_OK;

    if (segment->file_size > segment->memory_size ||
        !u64_range_fits(segment->address, segment->memory_size, limit - (ELF_PAGE_BYTES - 1)))
        return ELF_BAD_SEGMENT;
    if (header->alignment > 1) {
        uint64_t offset_in_unit = (segment->address - segment->file_offset) &
                                  (header->alignment - 1);

        if (!is_power_of_two(header->alignment) || offset_in_unit != 0)
            return ELF_MISALIGNED;
    }
    if ((segment->flags & ELF_WRITE) != 0 && (segment->flags & ELF_EXECUTE) != 0)
        return ELF_WRITABLE_CODE;
    return ELF_OK;
}

/* `segment` against the one listed before it; check_segment left room to round up. */
static enum elf_error check_order(const struct elf_segment *prev, const struct elf_segment *segment)
{
    uint64_t prev_end = paddr_align_up(prev->address + prev->memory_size, ELF_PAGE_BYTES);

    if (segment->address < prev->address)
        return ELF_UNSORTED;
    if (paddr_align_down(segment->address, ELF_PAGE_BYTES) < prev_end)
        return ELF_OVERLAPPING;
    return ELF_OK;
}

static enum elf_error check_segments(const struct elf *elf)
{
    struct program_header header;
    struct elf_segment prev = {0};
    enum elf_error error;
    bool has_entry = false;

    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &header.segment;

        read_program_header(elf, i, &header);
        error = check_segment(elf, &header);
        if (error != ELF_OK)
            return error;
        if (header.type != SEGMENT_LOAD || segment->memory_size == 0)
            continue;
        error = prev.memory_size != 0 ? check_order(&prev, segment) : ELF_OK;
        if (error != ELF_OK)
            return error;
        if ((segment->flags & ELF_EXECUTE) != 0 && elf->entry >= segment->address &&
            elf->entry - segment->address < segment->memory_size)
            has_entry = true;
        prev = *segment;
    }
    if (prev.memory_size == 0)
        return ELF_NO_SEGMENT;
    return has_entry ? ELF_OK : ELF_BAD_ENTRY;
}

enum elf_error elf_open(struct elf *elf, const void *file, size_t size, uint16_t machine)
{
    enum elf_error error;

    *elf = (struct elf){.file = file, .size = size};
    error = read_file_header(elf, machine);
    return error == ELF_OK ? check_segments(elf) : error;
}

bool elf_next_segment(const struct elf *elf, uint32_t *index, struct elf_segment *segment)
{
    struct program_header header;

    while (*index < elf->segment_count) {
        read_program_header(elf, (*index)++, &header);
        if (header.type != SEGMENT_LOAD || header.segment.memory_size == 0)
            continue;
        *segment = header.segment;
        segment->data = elf->file + (segment->file_size != 0 ? segment->file_offset : 0);
        return true;
    }
    return false;
}

/* Rounds up to 4 bytes, as both classes pad notes; the size of the file is far from wrapping. */
static uint64_t note_padded(uint32_t size)
{
    return ((uint64_t)size + 3) & ~(uint64_t)3;
}

/* Searches one segment of notes; a note that does not fit ends the search. */
static bool find_note_in(const uint8_t *notes, uint64_t size, const char *name, uint32_t type,
                         const uint8_t **data, size_t *data_size)
{
    while (size >= NOTE_HEADER_BYTES) {
        uint32_t name_size = load_u32(notes);
        uint32_t descriptor_size = load_u32(notes + 4);
        uint64_t descriptor = NOTE_HEADER_BYTES + note_padded(name_size);
        uint64_t total = descriptor + note_padded(descriptor_size);

        if (descriptor + descriptor_size > size)
            return false;
        if (load_u32(notes + 8) == type && name_size > 0 &&
            notes[NOTE_HEADER_BYTES + name_size - 1] == '\0' &&
            str_equal_bounded((const char *)notes + NOTE_HEADER_BYTES, name_size - 1, name)) {
            *data = notes + descriptor;
            *data_size = descriptor_size;
            return true;
        }
        if (total >= size)
            return false;
        notes += total;
        size -= total;
    }
    return false;
}

bool elf_find_note(const struct elf *elf, const char *name, uint32_t type, const uint8_t **data,
                   size_t *size)
{
    struct program_header header;

    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &header.segment;

        read_program_header(elf, i, &header);
        if (header.type == SEGMENT_NOTE && segment->file_size != 0 &&
            find_note_in(elf->file + segment->file_offset, segment->file_size, name, type, data,
                         size))
            return true;
    }
    return false;
}

const char *elf_error_text(enum elf_error error)
{
    static const char *const texts[] = {
        [ELF_OK] = "ok",
        [ELF_TRUNCATED] = "the file is shorter than its header",
        [ELF_BAD_MAGIC] = "not an ELF file",
        [ELF_BAD_FORMAT] = "not a little-endian ELF file of version 1",
        [ELF_NOT_EXECUTABLE] = "not a static executable",
        [ELF_WRONG_MACHINE] = "built for another processor",
        [ELF_BAD_TABLE] = "the program header table is malformed or outside the file",
        [ELF_DYNAMIC] = "needs a dynamic linker",
        [ELF_BAD_SEGMENT] = "a segment is outside the file or the address space",
        [ELF_MISALIGNED] = "a segment's address and offset do not agree with its alignment",
        [ELF_WRITABLE_CODE] = "a segment is writable and executable",
        [ELF_UNSORTED] = "segments are not in ascending order",
        [ELF_OVERLAPPING] = "segments overlap or share a page",
        [ELF_NO_SEGMENT] = "there is nothing to load",
        [ELF_BAD_ENTRY] = "the entry point is not in an executable segment",
    };

    return (unsigned)error < array_count(texts) ? texts[error] : "unknown error";
}
