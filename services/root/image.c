/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's image: code and constants are mapped where they lie in the bundle, so all instances
 * share them and a restart copies nothing but data.
 */
#include "build.h"
#include "install.h"

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
        build->entry->images.count > 1 ? build->component->devices[0].compatible_index : 0;

    return build->entry->images.text[index];
}

status_t build_map_own(struct build *build, word_t page, word_t pages, vaddr_t address,
                       word_t attributes)
{
    struct layout *layout = &build->component->layout;
    status_t status = layout->image_count == ROOT_WRITABLE_MAX
                          ? ERR_NOT_SUPPORTED
                          : build_map(build->component->slots + ROOT_SLOT_SPACE,
                                      build->component->slots + ROOT_SLOT_FRAME, page, pages,
                                      address, attributes);

    if (status != OK || pages == 0)
        return status;
    layout->image_address[layout->image_count] = address;
    layout->image_pages[layout->image_count++] = pages;
    return OK;
}

/*
 * Image, unmapped page, heap, unmapped page, what it is told, unmapped page, message buffer, and,
 * where the manifest says how large it is, an unmapped page and the stack.
 */
static void lay_out(struct build *build)
{
    build->heap_pages = (word_t)(build->entry->heap_bytes / ABI_PAGE_SIZE);
    build->stack_pages = (word_t)(build->entry->stack_bytes / ABI_PAGE_SIZE);
    build->frame_pages = build->image_pages + build->heap_pages + 2 + build->stack_pages;
    build->heap_address = align_up(build->image_end, ABI_PAGE_SIZE) + GUARD_BYTES;
    build->told_address = build->heap_address + build->heap_pages * ABI_PAGE_SIZE + GUARD_BYTES;
    build->buffer_address = build->told_address + ABI_PAGE_SIZE + GUARD_BYTES;
    build->free_address = build->buffer_address + ABI_PAGE_SIZE + GUARD_BYTES;
    if (build->stack_pages == 0)
        return;
    build->stack_address = build->free_address;
    build->stack_top = build->stack_address + build->stack_pages * ABI_PAGE_SIZE;
    build->free_address = build->stack_top + GUARD_BYTES;
}

/* The image's stack: the last segment, if it is writable and nothing of it is in the file. */
static bool is_stack(const struct build *build, const struct elf_segment *segment, uint32_t index)
{
    struct elf_segment next;

    return (segment->flags & ELF_WRITE) != 0 && segment->file_size == 0 &&
           !elf_next_segment(&build->elf, &index, &next);
}

/* It is not mapped when the manifest asks for another size. */
static bool is_left_out(const struct build *build, const struct elf_segment *segment,
                        uint32_t index)
{
    return build->entry->stack_bytes != 0 && is_stack(build, segment, index);
}

/* The file in the bundle, or what its installer brought. */
static status_t find_file(struct build *build)
{
    const struct component *component = build->component;

    if (component->installed.cap != 0) {
        build->image = (struct bundle_file){
            .name = build->entry->name,
            .bytes = (const uint8_t *)install_address(build->root, component),
            .size_bytes = component->installed_bytes,
        };
        return OK;
    }
    if (build->entry->images.count == 0)
        return build_refuse(build, "image", "nothing is installed", ERR_NOT_FOUND);
    return bundle_find(&build->root->bundle, choose_image(build), &build->image)
               ? OK
               : build_refuse(build, choose_image(build), "the bundle has no such file",
                              ERR_NOT_FOUND);
}

status_t image_open(struct build *build)
{
    struct root *root = build->root;
    struct elf_segment segment;
    enum elf_error error;
    uint32_t index = 0;
    status_t status = find_file(build);

    if (status != OK)
        return status;
    error = elf_open(&build->elf, build->image.bytes, (size_t)build->image.size_bytes,
                     (uint16_t)root->boot->machine);
    if (error != ELF_OK)
        return build_refuse(build, "image", elf_error_text(error), ERR_NOT_SUPPORTED);
    while (elf_next_segment(&build->elf, &index, &segment)) {
        const char *why = check_segment(&segment);

        if (why != NULL)
            return build_refuse(build, "image", why, ERR_NOT_SUPPORTED);
        if (is_stack(build, &segment, index))
            build->stack_address = (vaddr_t)segment.address;
        if ((segment.flags & ELF_WRITE) != 0 && !is_left_out(build, &segment, index))
            build->image_pages += pages_of(segment.memory_size);
        build->image_end = (vaddr_t)(segment.address + segment.memory_size);
    }
    lay_out(build);
    return check_note(build);
}

/* Code and constants: pages of the bundle, or of what was installed. */
static status_t map_constant(struct build *build, const struct elf_segment *segment, word_t pages)
{
    word_t attributes = MAP_READ | ((segment->flags & ELF_EXECUTE) != 0 ? MAP_EXECUTE : 0);
    bool is_installed = build->component->installed.cap != 0;
    cap_t frame = is_installed ? build->component->installed.cap : ABI_ROOT_BUNDLE;
    const uint8_t *start = is_installed ? build->image.bytes : build->root->bundle.bytes;

    return build_map(build->component->slots + ROOT_SLOT_SPACE, frame,
                     (word_t)(segment->data - start) / ABI_PAGE_SIZE, pages,
                     (vaddr_t)segment->address, attributes);
}

status_t image_map(struct build *build, uint8_t *window)
{
    struct elf_segment segment;
    status_t status = OK;
    uint32_t index = 0;
    word_t page = 0;

    while (status == OK && elf_next_segment(&build->elf, &index, &segment)) {
        word_t pages = pages_of(segment.memory_size);

        if (is_left_out(build, &segment, index))
            continue;
        if ((segment.flags & ELF_WRITE) != 0) {
            mem_copy(window + page * ABI_PAGE_SIZE, segment.data, (size_t)segment.file_size);
            status =
                build_map_own(build, page, pages, (vaddr_t)segment.address, MAP_READ | MAP_WRITE);
            page += pages;
        } else {
            status = map_constant(build, &segment, pages);
        }
    }
    return status;
}
