/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first component: its objects are made from the largest memory by the same code that
 * memory.make uses, its text is mapped where it lies in the bundle, and its captable gets a
 * capability to everything there is.
 */
#include <abi/boot.h>
#include <abi/hash.h>
#include <abi/message.h>
#include <abi/sizes.h>
#include <arch/image.h>
#include <base/bundle.h>
#include <base/elf.h>
#include <base/memory.h>

#include "boot/boot.h"
#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/make.h"
#include "object/space.h"
#include "object/thread.h"

/* Where root finds things in its space: far above its image, each in a large page's range of its
 * own. */
static const vaddr_t INFO_ADDRESS = 0x1000000000;
static const vaddr_t BUFFER_ADDRESS = 0x1000200000;
static const vaddr_t DEVICE_TREE_ADDRESS = 0x1001000000;
static const vaddr_t BUNDLE_ADDRESS = 0x1010000000;

enum {
    SPACE_PAGES = 64,
    ROOT_PRIORITY = ABI_PRIORITIES - 2,
    SLOT_CHUNKS = 96,           /* root's own chunks, behind the named slots */
    SLOT_FRAMES = 106,          /* the writable segments of its image */
    CHUNK_COUNT = ABI_ROOT_SLOTS / ABI_CHUNK_SLOTS,
};

static const uint8_t ABI_HASH[ABI_HASH_BYTES] = ABI_HASH_INIT;

/* Everything root is made of while it is being made. */
struct rooting {
    const struct boot *boot;
    struct chunk *chunks[CHUNK_COUNT];
    struct cap *memory_cap;         /* of the memory everything is made in */
    struct memory *memory;
    uint64_t next;                  /* where the next object goes */
    struct cap_node top;            /* parent of everything that was not derived */
    struct space *space;
    unsigned next_frame_slot;
    struct bundle bundle;
};

static struct cap *root_slot(struct rooting *r, unsigned index)
{
    return &r->chunks[index / ABI_CHUNK_SLOTS]->slots[index % ABI_CHUNK_SLOTS];
}

/* ---- making ---- */

static void check(status_t status)
{
    if (status != OK)
        boot_fail("machine", "not enough memory for the first component");
}

static struct object *make(struct rooting *r, enum abi_object_type type, word_t size, unsigned slot)
{
    uint64_t align = object_is_paged(type) ? PAGE_SIZE : ABI_OBJECT_ALIGN;
    uint64_t base = paddr_align_up(r->next, align);

    check(make_object(r->memory_cap, type, base, size, root_slot(r, slot)));
    r->next = base + object_bytes(type, size);
    return root_slot(r, slot)->object;
}

static struct cap *make_pages(struct rooting *r, size_t pages, unsigned slot)
{
    uint64_t base = paddr_align_up(r->next, PAGE_SIZE);
    struct cap *frame = root_slot(r, slot);

    check(make_frame(r->memory_cap, base, pages, frame));
    zero_pages(phys_to_virt(base), pages);
    frame_made(frame);
    r->next = base + (uint64_t)pages * PAGE_SIZE;
    return frame;
}

static void map(struct rooting *r, struct cap *frame, size_t page, size_t pages, vaddr_t address,
                unsigned attributes)
{
    while (pages != 0) {
        size_t count = word_min(pages, MAPPING_PAGES_MAX);
        struct abi_map_entry entry = {
            .address = address, .page = page, .count_attributes = count << 8 | attributes};
        size_t missing;
        status_t status;

        do
            status = space_map(r->space, frame, &entry, &missing);
        while (status == PREEMPTED);
        check(status);
        page += count;
        pages -= count;
        address += count * PAGE_SIZE;
    }
}

/* ---- memories ---- */

static void choose_memory(struct rooting *r)
{
    for (unsigned i = 0; i < kernel.memory_count; i++) {
        struct memory *memory = &kernel.memory[i];

        if ((memory->kind & ABI_MEMORY_KERNEL_USABLE) != 0 &&
            (r->memory == NULL || memory->size_bytes > r->memory->size_bytes))
            r->memory = memory;
    }
    if (r->memory == NULL)
        boot_fail("device tree", "no memory is free");
    r->next = r->memory->base;
}

static void fill_slot(struct cap *slot, struct cap_node *parent, enum abi_object_type type,
                      struct object *object, word_t rights)
{
    node_init(&slot->node, 0, type);
    slot->node.rights = (uint16_t)rights;
    slot->object = object;
    slot->badge = 0;
    node_add_child(parent, &slot->node);
}

static void give_memories(struct rooting *r)
{
    for (unsigned i = 0; i < kernel.memory_count; i++) {
        struct memory *memory = &kernel.memory[i];
        struct cap *slot = root_slot(r, ABI_ROOT_MEMORY + i);

        node_add_child(&r->top, &memory->object.anchor);
        fill_slot(slot, &memory->object.anchor, TYPE_MEMORY, &memory->object,
                  object_rights(TYPE_MEMORY));
        if (memory == r->memory)
            r->memory_cap = slot;
    }
}

/* The first chunks hold the capability they are made with: reserve first, adopt them when the slots
 * exist. */
static void make_captable(struct rooting *r)
{
    paddr_t base = r->next;

    for (unsigned i = 0; i < CHUNK_COUNT; i++) {
        r->chunks[i] = phys_to_virt(base + i * ABI_CHUNK_BYTES);
        mem_zero(r->chunks[i], ABI_CHUNK_BYTES);
    }
    give_memories(r);
    for (unsigned i = 0; i < CHUNK_COUNT; i++) {
        struct object *object = &r->chunks[i]->object;
        struct range_place place;
        uint64_t chunk_base = base + i * ABI_CHUNK_BYTES;

        check(memory_find_place(r->memory, chunk_base, ABI_CHUNK_BYTES, &place));
        object->size_bytes = ABI_CHUNK_BYTES;
        object->range.base = chunk_base;
        memory_insert(r->memory, &object->range, &place);
        object_init(object, TYPE_CHUNK, r->memory_cap, root_slot(r, SLOT_CHUNKS + i));
    }
    r->next = base + CHUNK_COUNT * ABI_CHUNK_BYTES;
    struct captable *table = captable_of(make(r, TYPE_CAPTABLE, CHUNK_COUNT, ABI_ROOT_CAPTABLE));

    for (unsigned i = 0; i < CHUNK_COUNT; i++) {
        table->directory[i] = r->chunks[i];
        r->chunks[i]->table = table;
        r->chunks[i]->position = i;
    }
}

static void give_controls(struct rooting *r)
{
    static const struct {
        uint8_t slot;
        uint8_t type;
    } controls[] = {
        {ABI_ROOT_INTERRUPTS, TYPE_INTERRUPT_CONTROL}, {ABI_ROOT_POWER, TYPE_POWER_CONTROL},
        {ABI_ROOT_LOG, TYPE_LOG_CONTROL},              {ABI_ROOT_PRIORITY, TYPE_PRIORITY_CONTROL},
        {ABI_ROOT_DMA, TYPE_DMA_CONTROL},              {ABI_ROOT_SPACE_CONTROL, TYPE_SPACE_CONTROL},
    };
    word_t rights = RIGHT_READ | RIGHT_REVOKE | RIGHT_CONTROL;

    for (unsigned i = 0; i < array_count(controls); i++)
        fill_slot(root_slot(r, controls[i].slot), &r->top, controls[i].type, NULL, rights);
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        fill_slot(root_slot(r, ABI_ROOT_TIME + i), &r->top, TYPE_TIME_CONTROL, NULL, rights);
        root_slot(r, ABI_ROOT_TIME + i)->badge = i;
    }
}

/* ---- image ---- */

static unsigned segment_attributes(const struct elf_segment *segment)
{
    unsigned attributes = MAP_READ;

    if ((segment->flags & ELF_WRITE) != 0)
        attributes |= MAP_WRITE;
    if ((segment->flags & ELF_EXECUTE) != 0)
        attributes |= MAP_EXECUTE;
    return attributes;
}

/* Read-only segments are mapped where they lie in the bundle, writable ones copied. */
static void map_segment(struct rooting *r, const struct elf *elf, uint64_t file_offset,
                        const struct elf_segment *segment)
{
    vaddr_t start = align_down((vaddr_t)segment->address, PAGE_SIZE);
    size_t lead = (size_t)(segment->address - start);
    size_t pages = align_up(lead + (word_t)segment->memory_size, PAGE_SIZE) / PAGE_SIZE;
    bool is_congruent = segment->file_offset % PAGE_SIZE == lead;

    (void)elf;
    if ((segment->flags & ELF_WRITE) == 0 && is_congruent &&
        segment->file_size == segment->memory_size) {
        size_t page = (size_t)((file_offset + segment->file_offset - lead) / PAGE_SIZE);

        map(r, root_slot(r, ABI_ROOT_BUNDLE), page, pages, start, segment_attributes(segment));
        return;
    }
    if (r->next_frame_slot == ABI_ROOT_FIRST_FREE)
        boot_fail("bundle", "the first component has too many segments");
    struct cap *frame = make_pages(r, pages, r->next_frame_slot++);

    mem_copy((char *)phys_to_virt(frame_base(frame)) + lead, segment->data,
             (size_t)segment->file_size);
    map(r, frame, 0, pages, start, segment_attributes(segment));
}

static void check_hash_note(const struct elf *elf)
{
    const uint8_t *hash;
    size_t size;

    if (!elf_find_note(elf, "Skerry", ABI_NOTE_TYPE_HASH, &hash, &size) || size != ABI_HASH_BYTES)
        boot_fail("image of root", "it has no ABI note: it was not built for Skerry");
    if (mem_compare(hash, ABI_HASH, ABI_HASH_BYTES) != 0)
        boot_fail("image of root", "it was built against another ABI than this kernel");
}

static vaddr_t load_image(struct rooting *r)
{
    struct bundle_file file;
    struct elf elf;
    struct elf_segment segment;
    uint32_t index = 0;

    if (!bundle_file(&r->bundle, 0, &file))
        boot_fail("bundle", "it is empty");
    enum elf_error error = elf_open(&elf, file.bytes, file.size_bytes, ARCH_ELF_MACHINE);

    if (error != ELF_OK)
        boot_fail("image of root", elf_error_text(error));
    check_hash_note(&elf);
    while (elf_next_segment(&elf, &index, &segment))
        map_segment(r, &elf, (uint64_t)(file.bytes - r->bundle.bytes), &segment);
    return (vaddr_t)elf.entry;
}

/* ---- what the loader left ---- */

/* A memory of its own for pages that hold something already, with one frame. */
static void adopt_pages(struct rooting *r, struct fdt_range range, unsigned slot, vaddr_t address)
{
    paddr_t start = paddr_align_down(range.start, PAGE_SIZE);
    size_t pages =
        (size_t)((paddr_align_up(range.start + range.size, PAGE_SIZE) - start) / PAGE_SIZE);
    struct memory *memory = &kernel.memory[kernel.memory_count++];
    struct cap owner = {.node = {.type = TYPE_MEMORY}};
    struct cap *frame = root_slot(r, slot);

    memory_init(memory, start, (uint64_t)pages * PAGE_SIZE, 0, ABI_MEMORY_RAM);
    node_init(&memory->object.anchor, NODE_ANCHOR, TYPE_MEMORY);
    node_add_child(&r->top, &memory->object.anchor);
    owner.object = &memory->object;
    check(make_frame(&owner, start, pages, frame));
    node_move_children(&owner.node, &memory->object.anchor);
    frame_made(frame);
    frame->node.rights = RIGHT_READ | RIGHT_EXECUTE | RIGHT_REVOKE;
    map(r, frame, 0, pages, address, MAP_READ);
}

static void open_bundle(struct rooting *r)
{
    const struct fdt_range *range = &r->boot->bundle;

    if (range->size == 0)
        boot_fail("bundle", "the loader passed none");
    enum bundle_error error = bundle_open(&r->bundle, phys_to_virt(range->start),
                                          (size_t)range->size, ARCH_ELF_MACHINE, ABI_HASH);

    if (error != BUNDLE_OK)
        boot_fail("bundle", bundle_error_text(error));
    if (!bundle_can_boot(&r->bundle))
        boot_fail("bundle", "its table of files or its first file is damaged");
}

/* ---- boot information ---- */

static void fill_info(struct rooting *r, struct abi_boot_info *info)
{
    const struct boot *boot = r->boot;
    unsigned count = kernel.memory_count - 2;       /* without the bundle's and the device tree's */

    *info = (struct abi_boot_info){
        .magic = ABI_BOOT_MAGIC,
        .core_count = kernel.cpu_count,
        .machine = ARCH_ELF_MACHINE,
        .time_frequency = kernel.frequency,
        .bundle_address = BUNDLE_ADDRESS,
        .bundle_size_bytes = r->bundle.size_bytes,
        .device_tree_address = DEVICE_TREE_ADDRESS + boot->device_tree.start % PAGE_SIZE,
        .device_tree_size_bytes = boot->device_tree.size,
        .buffer_address = BUFFER_ADDRESS,
        .kernel_memory_bytes = boot->kernel_bytes,
        .kernel_entry_time = boot->entry_time,
        .memory_count = count,
    };
    for (unsigned i = 0; i < count; i++) {
        const struct memory *memory = &kernel.memory[i];

        info->memory[i] = (struct abi_boot_memory){
            .base = memory->base,
            .size_bytes = memory->size_bytes,
            .first_free =
                memory == r->memory ? paddr_align_up(r->next - memory->base, PAGE_SIZE) : 0,
            .slot = ABI_ROOT_MEMORY + i,
            .kind = memory->kind,
        };
    }
}

/* ---- the thread ---- */

static void configure(struct rooting *r, struct thread *thread)
{
    static const uint8_t slots[THREAD_SLOTS] = {
        [SLOT_CAPTABLE] = ABI_ROOT_CAPTABLE,
        [SLOT_SPACE] = ABI_ROOT_SPACE,
        [SLOT_BUDGET] = ABI_ROOT_BUDGET,
        [SLOT_BUFFER] = ABI_ROOT_BUFFER,
    };
    word_t left;

    for (unsigned i = 0; i < THREAD_SLOTS; i++) {
        if (slots[i] != 0)
            thread_give(thread, (enum thread_slot)i, root_slot(r, slots[i]));
    }
    check(budget_fill(thread_own_budget(thread), kernel.cpus[0], kernel.frequency, kernel.frequency,
                      &left));
    thread_set_budget(thread, thread_own_budget(thread));
    thread->runnable.priority = ROOT_PRIORITY;
    thread->ceiling = ABI_PRIORITIES - 1;
    thread->is_root = true;
}

struct thread *boot_root(const struct boot *boot)
{
    static struct rooting rooting;          /* its top node stays in the tree */
    struct rooting *r = &rooting;

    r->boot = boot;
    r->next_frame_slot = SLOT_FRAMES;
    choose_memory(r);
    open_bundle(r);
    make_captable(r);
    give_controls(r);
    r->space = space_of(make(r, TYPE_SPACE, SPACE_PAGES, ABI_ROOT_SPACE));
    struct thread *thread = thread_of(make(r, TYPE_THREAD, 0, ABI_ROOT_THREAD));

    (void)make(r, TYPE_BUDGET, 0, ABI_ROOT_BUDGET);
    map(r, make_pages(r, 1, ABI_ROOT_BUFFER), 0, 1, BUFFER_ADDRESS, MAP_READ | MAP_WRITE);
    struct cap *info = make_pages(r, 1, ABI_ROOT_BOOT_INFO);

    map(r, info, 0, 1, INFO_ADDRESS, MAP_READ);
    adopt_pages(r, boot->bundle, ABI_ROOT_BUNDLE, BUNDLE_ADDRESS);
    adopt_pages(r, boot->device_tree, ABI_ROOT_DEVICE_TREE, DEVICE_TREE_ADDRESS);
    vaddr_t entry = load_image(r);

    fill_info(r, phys_to_virt(frame_base(info)));
    configure(r, thread);
    context_init(&thread->context, entry, 0, INFO_ADDRESS, 0);    /* its image has its stack */
    check(thread_resume(thread));
    return thread;
}
