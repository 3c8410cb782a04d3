/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of static ELF executables, 32 and 64 bits, made for hostile input.
 *
 * elf_open checks all that a loader relies on; after it, listing segments cannot fail.  The reader
 * borrows the file, which must not change, and never writes.  It loads nothing and relocates
 * nothing: position-independent and dynamic files are refused.
 *
 * Time: elf_open is linear in the number of program headers, which is limited; elf_find_note looks
 * at each note segment once.
 */
#ifndef BASE_ELF_H
#define BASE_ELF_H

#include <base/compiler.h>
#include <base/types.h>

enum { ELF_SEGMENTS_MAX = 32, ELF_PAGE_BYTES = 4096 };

/* Flags of a segment, as in the file. */
enum { ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

enum elf_error {
    ELF_OK,
    ELF_TRUNCATED,
    ELF_BAD_MAGIC,
    ELF_BAD_FORMAT,
    ELF_NOT_EXECUTABLE,
    ELF_WRONG_MACHINE,
    ELF_BAD_TABLE,
    ELF_DYNAMIC,
    ELF_BAD_SEGMENT,
    ELF_MISALIGNED,
    ELF_WRITABLE_CODE,
    ELF_UNSORTED,
    ELF_OVERLAPPING,
    ELF_NO_SEGMENT,
    ELF_BAD_ENTRY,
};

struct elf {
    const uint8_t *file;
    size_t size;
    bool is_64_bit;
    uint64_t entry;         /* lies in an executable segment */
    uint64_t table;         /* offset of the program headers */
    uint32_t segment_count; /* of all types */
};

/*
 * A part of the file to load: `file_size` bytes from `data`, then zeros up to `memory_size`.
 * Segments ascend, share no page, and none is both writable and executable.
 */
struct elf_segment {
    uint64_t address;
    uint64_t memory_size; /* not 0 */
    uint64_t file_offset;
    uint64_t file_size; /* at most memory_size */
    const uint8_t *data;
    uint32_t flags;
};

/* `machine` is the one e_machine that is accepted. */
MUST_CHECK enum elf_error elf_open(struct elf *elf, const void *file, size_t size,
                                   uint16_t machine);
const char *elf_error_text(enum elf_error error);

/* The loadable segments in turn; `*index` starts at 0. */
bool elf_next_segment(const struct elf *elf, uint32_t *index, struct elf_segment *segment);

/* The contents of the first well-formed note of this name and type; `*data` is not aligned. */
bool elf_find_note(const struct elf *elf, const char *name, uint32_t type, const uint8_t **data,
                   size_t *size);

#endif
