/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children: made out of one memory, watched through one endpoint.
 *
 * The image that children run is copied once; the first component has no capability to its own.
 */
#include "child.h"

#include <base/memory.h>
#include <rt/image.h>
#include <rt/map.h>
#include <rt/print.h>
#include <rt/startup.h>

enum {
    MEMORY_PAGES = 64,
    SPACE_PAGES = 24,
    STACK_PAGES = 4,
    BUFFER_PAGES = 1,
};

/* In every child, below the shared page: unmapped, stack, buffer. */
static const vaddr_t CHILD_STACK = (word_t)0x30 << 32;

static struct {
    struct rt_object image; /* frame: code and constants */
    struct rt_object endpoint;
    struct rt_object reply;
    word_t next_badge;
} children;

static_assert(sizeof(struct child_shared) <= ABI_PAGE_SIZE, "one page");

static word_t image_pages(void)
{
    return (word_t)(rt_constants_end - rt_image_start) / ABI_PAGE_SIZE;
}

static void must(status_t status, const char *what)
{
    if (status != OK)
        rt_panic("%s: %d", what, (int)status);
}

void child_image_init(void)
{
    struct rt_mapping mapping = {.pages = image_pages(), .attributes = MAP_READ | MAP_WRITE};
    const struct rt_maker *maker = test_maker();

    must(rt_make(maker, TYPE_FRAME, mapping.pages, 1, &children.image), "image for children");
    must(rt_make(maker, TYPE_ENDPOINT, 0, 1, &children.endpoint), "endpoint for children");
    must(rt_make(maker, TYPE_REPLY, 0, 1, &children.reply), "reply for children");
    must(rt_ranges_take(test_addresses(), mapping.pages * ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                        &mapping.address), "address of the image");
    mapping.frame = children.image.cap;
    must(rt_map(ABI_ROOT_SPACE, &mapping), "mapping the image");
    mem_copy((void *)mapping.address, rt_image_start, mapping.pages * ABI_PAGE_SIZE);
    must(skr_frame_clean(children.image.cap, 0, mapping.pages), "cleaning the image");
    must(rt_unmap(ABI_ROOT_SPACE, mapping.address, mapping.pages), "unmapping the image");
    (void)rt_ranges_give(test_addresses(), mapping.address, mapping.pages * ABI_PAGE_SIZE);
}

/* The child's first instructions; the thread pointer leads to its shared page. */
static noreturn void child_entry(struct child_shared *shared)
{
    shared->run(shared->argument);
    rt_exit(0);
}

static bool make_objects(struct child *child, word_t memory_pages)
{
    const struct rt_maker *maker = &child->maker;

    if (!CHECK_EQ(rt_make(test_maker(), TYPE_MEMORY, memory_pages, 1, &child->memory), OK))
        return false;
    rt_ranges_init(&child->offsets, child->offset_parts, array_count(child->offset_parts));
    (void)rt_ranges_give(&child->offsets, ABI_PAGE_SIZE, (memory_pages - 1) * ABI_PAGE_SIZE);
    child->maker = (struct rt_maker){
        .captable = ABI_ROOT_CAPTABLE,
        .memory = child->memory.cap,
        .offsets = &child->offsets,
        .slots = test_maker()->slots,
    };
    return CHECK_EQ(rt_make(maker, TYPE_SPACE, SPACE_PAGES, 1, &child->space), OK) &&
           CHECK_EQ(rt_make(maker, TYPE_CAPTABLE, 1, 1, &child->captable), OK) &&
           CHECK_EQ(rt_make(maker, TYPE_CHUNK, 0, 1, &child->chunk), OK) &&
           CHECK_EQ(rt_make(maker, TYPE_THREAD, 0, 1, &child->thread), OK) &&
           CHECK_EQ(rt_make(maker, TYPE_FRAME, STACK_PAGES + BUFFER_PAGES, 1, &child->stack), OK) &&
           CHECK_EQ(rt_make(maker, TYPE_FRAME, 1, 1, &child->shared_frame), OK);
}

static bool map_parts(struct child *child)
{
    word_t text_pages = (word_t)(rt_text_end - rt_image_start) / ABI_PAGE_SIZE;
    const struct rt_mapping text = {
        .frame = children.image.cap,
        .address = (word_t)rt_image_start,
        .pages = text_pages,
        .attributes = MAP_READ | MAP_EXECUTE,
    };
    const struct rt_mapping constants = {
        .frame = children.image.cap,
        .address = (word_t)rt_text_end,
        .page = text_pages,
        .pages = image_pages() - text_pages,
        .attributes = MAP_READ,
    };
    struct rt_map_list list;

    rt_map_begin(&list, child->space.cap, OP_SPACE_MAP);
    rt_map_add(&list, &text);
    rt_map_add(&list, &constants);
    if (!CHECK_EQ(rt_map_end(&list), OK))
        return false;
    child_map(child, child->stack.cap, CHILD_STACK, STACK_PAGES + BUFFER_PAGES,
              MAP_READ | MAP_WRITE);
    child_map(child, child->shared_frame.cap, (word_t)child->shared, 1, MAP_READ | MAP_WRITE);
    return true;
}

static bool share_page(struct child *child)
{
    struct rt_mapping mapping = {
        .frame = child->shared_frame.cap,
        .pages = 1,
        .attributes = MAP_READ | MAP_WRITE,
    };

    if (!CHECK_EQ(rt_ranges_take(test_addresses(), ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                                 &mapping.address), OK))
        return false;
    child->shared = (struct child_shared *)mapping.address;
    return CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
}

static void fill_shared(struct child *child)
{
    vaddr_t buffer = CHILD_STACK + STACK_PAGES * ABI_PAGE_SIZE;

    child->shared->process = (struct rt_process){
        .time_frequency = test_boot()->time_frequency,
        .captable = CHILD_CAPTABLE,
        .space = CHILD_SPACE,
    };
    child->shared->thread = (struct rt_thread){
        .process = &child->shared->process,
        .buffer = (struct abi_buffer *)buffer,
        .thread = CHILD_THREAD,
        .user = child->shared,
    };
}

static bool configure(struct child *child, const struct child_options *options)
{
    word_t priority = options->priority != 0 ? options->priority : TEST_PRIORITY;
    cap_t budget = options->budget != 0 ? options->budget : ABI_ROOT_BUDGET;

    if (!CHECK_EQ(rt_slots_take(test_maker()->slots, 1, &child->fault), OK))
        return false;
    return CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, child->fault, ABI_ROOT_CAPTABLE,
                                      children.endpoint.cap,
                                      RIGHT_SEND | RIGHT_GRANT | RIGHT_GRANT_REPLY,
                                      ++children.next_badge, 0), OK) &&
           CHECK_EQ(skr_captable_attach(child->captable.cap, 0, child->chunk.cap), OK) &&
           CHECK_EQ(skr_thread_configure(child->thread.cap, child->captable.cap, child->space.cap,
                                         budget, child->fault, 0, child->stack.cap, STACK_PAGES,
                                         options->options), OK) &&
           CHECK_EQ(skr_thread_set_priority(child->thread.cap, priority, priority,
                                            ABI_ROOT_PRIORITY), OK);
}

bool child_create(struct child *child, const struct child_options *options)
{
    static const struct child_options defaults;

    if (options == NULL)
        options = &defaults;
    *child = (struct child){0};
    if (!make_objects(child, options->memory_pages != 0 ? options->memory_pages : MEMORY_PAGES) ||
        !share_page(child) || !map_parts(child) || !configure(child, options))
        return false;
    fill_shared(child);
    child_give(child, CHILD_CAPTABLE, child->captable.cap, RIGHTS_ALL, 0);
    child_give(child, CHILD_SPACE, child->space.cap, RIGHTS_ALL, 0);
    child_give(child, CHILD_THREAD, child->thread.cap, RIGHTS_ALL, 0);
    return true;
}

void child_give(struct child *child, cap_t to, cap_t from, word_t rights, word_t badge)
{
    CHECK_EQ(skr_captable_copy(child->captable.cap, to, ABI_ROOT_CAPTABLE, from, rights, badge, 0),
             OK);
}

void child_map(struct child *child, cap_t frame, vaddr_t address, word_t pages, word_t attributes)
{
    struct rt_mapping mapping = {
        .frame = frame,
        .address = address,
        .pages = pages,
        .attributes = attributes,
    };

    CHECK_EQ(rt_map(child->space.cap, &mapping), OK);
}

void child_start(struct child *child, rt_thread_fn *run, void *argument)
{
    child->shared->run = run;
    child->shared->argument = argument;
    CHECK_EQ(skr_thread_start(child->thread.cap, (word_t)child_entry,
                              (word_t)child->shared->thread.buffer, (word_t)child->shared,
                              rt_thread_prepare(&child->shared->thread)), OK);
}

bool child_wait(struct child *child, struct child_fault *fault)
{
    struct skr_message message;

    (void)child;
    if (!CHECK_EQ(skr_receive(children.endpoint.cap, children.reply.cap, &message), OK) ||
        !CHECK_EQ(skr_info_event(message.info), EVENT_FAULT))
        return false;
    fault->kind = skr_info_label(message.info);
    fault->aux = message.aux;
    mem_copy(fault->words, message.words, sizeof(fault->words));
    return true;
}

void child_answer(struct child *child, word_t label, const word_t words[ABI_REGISTER_WORDS])
{
    struct skr_message message = {.info = skr_info(label, ABI_REGISTER_WORDS, 0)};

    (void)child;
    mem_copy(message.words, words, sizeof(message.words));
    CHECK_EQ(skr_reply(children.reply.cap, &message), OK);
}

bool child_wait_end(struct child *child)
{
    struct child_fault fault;

    if (!child_wait(child, &fault))
        return false;
    if (fault.kind == FAULT_UNKNOWN_CALL && fault.aux == RT_CALL_EXIT)
        return CHECK_EQ(fault.words[0], 0);
    check_note("fault %u of a child: words 0x%lx 0x%lx 0x%lx 0x%lx, aux 0x%lx",
               (unsigned)fault.kind, (unsigned long)fault.words[0], (unsigned long)fault.words[1],
               (unsigned long)fault.words[2], (unsigned long)fault.words[3],
               (unsigned long)fault.aux);
    return CHECK(false);
}

void child_destroy(struct child *child)
{
    const struct rt_maker *maker = &child->maker;

    rt_unmake(test_maker(), &child->memory);
    if (maker->slots != NULL) {
        rt_unmake(maker, &child->space); /* slots of what is dead by now */
        rt_unmake(maker, &child->captable);
        rt_unmake(maker, &child->chunk);
        rt_unmake(maker, &child->thread);
        rt_unmake(maker, &child->stack);
        rt_unmake(maker, &child->shared_frame);
    }
    if (child->shared != NULL)
        (void)rt_ranges_give(test_addresses(), (word_t)child->shared, ABI_PAGE_SIZE);
    if (child->fault != 0) {
        (void)skr_captable_delete(ABI_ROOT_CAPTABLE, child->fault);
        rt_slots_give(test_maker()->slots, child->fault, 1);
    }
    *child = (struct child){0};
}
