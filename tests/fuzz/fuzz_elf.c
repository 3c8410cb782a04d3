/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF reader on any bytes: whatever elf_open accepts, a loader may map as it is told.
 */
#include "require.h"
#include <base/elf.h>

enum { MACHINE = 183 };

static void check_segments(const struct elf *elf)
{
    struct elf_segment segment;
    bool has_entry = false;
    uint64_t mapped_to = 0; /* end of the last page used so far */
    uint32_t index = 0;

    while (elf_next_segment(elf, &index, &segment)) {
        uint64_t first = segment.address & ~(uint64_t)(ELF_PAGE_BYTES - 1);
        uint64_t last = segment.address + (segment.memory_size - 1);

        require(segment.memory_size > 0 && last >= segment.address);
        require(segment.file_size <= segment.memory_size);
        require((segment.flags & (ELF_WRITE | ELF_EXECUTE)) != (ELF_WRITE | ELF_EXECUTE));
        require(first >= mapped_to);
        require_readable(segment.data, segment.file_size);

        if ((segment.flags & ELF_EXECUTE) != 0 && elf->entry >= segment.address &&
            elf->entry <= last)
            has_entry = true;
        mapped_to = (last | (ELF_PAGE_BYTES - 1)) + 1;
    }
    require(has_entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *note;
    struct elf elf;
    size_t note_size;

    if (elf_open(&elf, data, size, MACHINE) != ELF_OK)
        return 0;
    require(elf.segment_count <= ELF_SEGMENTS_MAX);
    check_segments(&elf);
    if (elf_find_note(&elf, "Skerry", 1, &note, &note_size))
        require_readable(note, note_size);
    return 0;
}
