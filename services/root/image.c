/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's image: code and constants are mapped where they lie in the bundle, so all instances
 * share them and a restart copies nothing but data.
 */
#include "build.h"

#include <abi/hash.h>
#include <base/memory.h>
#include <rt/map.h>

enum { MAP_PAGES_MAX = 512, GUARD_BYTES = ABI_PAGE_SIZE };

static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

static word_t pages_of(uint64_t bytes)
{
    return (word_t)((bytes + ABI_PAGE_SIZE - 1) / ABI_PAGE_SIZE);
}

status_t build_map(cap_t space, cap_t frame, word_t page, word_t pages, vaddr_t address,
                   word_t attributes)
{
    status_t status = OK;

    for (word_t done = 0; done < pages && status == OK; done += MAP_PAGES_MAX) {
        struct rt_mapping mapping = {
            .frame = frame,
            .address = address + done * ABI_PAGE_SIZE,
            .page = page + done,
            .pages = word_min(pages - done, MAP_PAGES_MAX),
            .attributes = attributes,
        };

        status = rt_map(space, &mapping);
    }
    return status;
}

/* Segments that only root's way of loading has demands on. */
static const char *check_segment(const struct elf_segment *segment)
{
    if (segment->address % ABI_PAGE_SIZE != 0)
        return "a segment does not begin with a page";
    if ((segment->flags & ELF_WRITE) != 0)
        return NULL;
    if (segment->file_size != segment->memory_size)
        return "a read-only segment is larger than in the file";
    return segment->file_offset % ABI_PAGE_SIZE != 0 ? "a segment is not aligned in the file"
                                                     : NULL;
}

static status_t check_note(struct build *build)
{
    const uint8_t *hash;
    size_t size;

    if (!elf_find_note(&build->elf, "Skerry", ABI_NOTE_TYPE_HASH, &hash, &size))
        return build_refuse(build, "image", "it has no ABI note", ERR_NOT_SUPPORTED);
    if (size != sizeof(abi_hash) || !mem_equal(hash, abi_hash, size))
        return build_refuse(build, "image", "it was built against another ABI", ERR_NOT_SUPPORTED);
    return OK;
}

/* Of several images that for the device that the machine has. */
static const char *choose_image(const struct build *build)
{
    uint32_t index =
        build->entry->image_count > 1 ? build->component->devices[0].compatible_index : 0;

    return build->entry->images[index];
}

/* Image, unmapped page, heap, unmapped page, what it is told, unmapped page, message buffer. */
static void lay_out(struct build *build)
{
    build->heap_pages = (word_t)(build->entry->heap_bytes / ABI_PAGE_SIZE);
    build->frame_pages = build->image_pages + build->heap_pages + 2;
    build->heap_address = align_up(build->image_end, ABI_PAGE_SIZE) + GUARD_BYTES;
    build->told_address = build->heap_address + build->heap_pages * ABI_PAGE_SIZE + GUARD_BYTES;
    build->buffer_address = build->told_address + ABI_PAGE_SIZE + GUARD_BYTES;
    build->free_address = build->buffer_address + ABI_PAGE_SIZE + GUARD_BYTES;
}

status_t image_open(struct build *build)
{
    struct root *root = build->root;
    struct elf_segment segment;
    enum elf_error error;
    uint32_t index = 0;

    if (!bundle_find(&root->bundle, choose_image(build), &build->image))
        return build_refuse(build, choose_image(build), "the bundle has no such file",
                            ERR_NOT_FOUND);
    error = elf_open(&build->elf, build->image.bytes, (size_t)build->image.size_bytes,
                     (uint16_t)root->boot->machine);
    if (error != ELF_OK)
        return build_refuse(build, "image", elf_error_text(error), ERR_NOT_SUPPORTED);
    while (elf_next_segment(&build->elf, &index, &segment)) {
        const char *why = check_segment(&segment);

        if (why != NULL)
            return build_refuse(build, "image", why, ERR_NOT_SUPPORTED);
        if ((segment.flags & ELF_WRITE) != 0)
            build->image_pages += pages_of(segment.memory_size);
        build->image_end = (vaddr_t)(segment.address + segment.memory_size);
    }
    lay_out(build);
    return check_note(build);
}

/* Page of the bundle's frame where something of the bundle lies. */
static word_t bundle_page(const struct root *root, const uint8_t *bytes)
{
    return (word_t)(bytes - root->bundle.bytes) / ABI_PAGE_SIZE;
}

status_t image_map(struct build *build, uint8_t *window)
{
    cap_t space = build->component->slots + ROOT_SLOT_SPACE;
    cap_t frame = build->component->slots + ROOT_SLOT_FRAME;
    struct elf_segment segment;
    status_t status = OK;
    uint32_t index = 0;
    word_t page = 0;

    while (status == OK && elf_next_segment(&build->elf, &index, &segment)) {
        word_t pages = pages_of(segment.memory_size);
        word_t attributes = MAP_READ | ((segment.flags & ELF_EXECUTE) != 0 ? MAP_EXECUTE : 0);

        if ((segment.flags & ELF_WRITE) != 0) {
            mem_copy(window + page * ABI_PAGE_SIZE, segment.data, (size_t)segment.file_size);
            status = build_map(space, frame, page, pages, (vaddr_t)segment.address,
                               MAP_READ | MAP_WRITE);
            page += pages;
        } else {
            status = build_map(space, ABI_ROOT_BUNDLE, bundle_page(build->root, segment.data),
                               pages, (vaddr_t)segment.address, attributes);
        }
    }
    return status;
}
