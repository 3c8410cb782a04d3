/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Isolation: a component reaches its own pages, each only as it was mapped, and nothing else.
 *
 * A child tries to read, write and execute at addresses sampled from the whole range that a
 * pointer can have, with all pages of its own and their neighbours among them.  It notes what
 * worked; the test compares that with what it mapped.
 */
#include <rt/image.h>

#include "groups.h"
#include "probe.h"

enum {
    REGIONS_MAX = 5,
    RANDOM_SAMPLES = 900,
    POWER_SAMPLES = 64 * 2,
    OFFSET = 0x800, /* in a page: where neither stack nor the shared words in use are */
    RESULTS_MAX = 160,
};

/* What a child has, in address order of no importance. */
struct region {
    vaddr_t start;
    word_t pages;
    word_t access;
};

/* Laid over the child's shared words. */
struct roaming {
    word_t region_count;
    struct region regions[REGIONS_MAX];
    word_t result_count;
    word_t results[RESULTS_MAX]; /* address of a page | access */
};

static_assert(sizeof(struct roaming) <= sizeof(((struct child_shared *)0)->words), "fits");
static_assert(offsetof(struct child_shared, words) + sizeof(struct roaming) <= OFFSET, "apart");

static struct roaming *roaming_of(struct child_shared *shared)
{
    return (struct roaming *)(void *)(uintptr_t)shared->words;
}

/* Access that the child should have to an address. */
static word_t allowed_at(const struct roaming *roaming, vaddr_t address)
{
    for (word_t i = 0; i < roaming->region_count; i++) {
        const struct region *region = &roaming->regions[i];

        if (address - region->start < region->pages * ABI_PAGE_SIZE)
            return region->access;
    }
    return 0;
}

static word_t region_samples(const struct roaming *roaming)
{
    word_t count = 0;

    for (word_t i = 0; i < roaming->region_count; i++)
        count += roaming->regions[i].pages + 2;
    return count;
}

/* All pages of the regions with one neighbour on each side. */
static vaddr_t region_sample(const struct roaming *roaming, word_t index)
{
    word_t i = 0;

    while (index >= roaming->regions[i].pages + 2)
        index -= roaming->regions[i++].pages + 2;
    return roaming->regions[i].start + (index - 1) * ABI_PAGE_SIZE;
}

/* Pages all over the 64-bit range; many of them where machines have their addresses. */
static vaddr_t random_sample(word_t index)
{
    uint64_t x = (index + 1) * 0x9e3779b97f4a7c15;

    x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9;
    x ^= x >> 29;
    if (index % 3 == 0)
        return x;
    return index % 3 == 1 ? x >> (25 + index % 16) : ~(x >> (25 + index % 16));
}

static vaddr_t sample(const struct roaming *roaming, word_t index)
{
    word_t regions = region_samples(roaming);

    if (index < regions)
        return region_sample(roaming, index);
    index -= regions;
    if (index < POWER_SAMPLES)
        return ((vaddr_t)1 << index / 2) - index % 2;
    return random_sample(index - POWER_SAMPLES);
}

static word_t sample_count(const struct roaming *roaming)
{
    return region_samples(roaming) + POWER_SAMPLES + RANDOM_SAMPLES;
}

static void note(struct roaming *roaming, vaddr_t page, word_t access)
{
    if (roaming->result_count < RESULTS_MAX)
        roaming->results[roaming->result_count] = page | access;
    roaming->result_count++;
}

/* In the child.  Its code is not executed at random: that it may be is known. */
static void roam(void *argument)
{
    struct roaming *roaming = roaming_of(argument);
    word_t count = sample_count(roaming), value;

    for (word_t i = 0; i < count; i++) {
        vaddr_t page = align_down(sample(roaming, i), ABI_PAGE_SIZE);

        if (probe_read(page + OFFSET, &value) != 0)
            note(roaming, page, MAP_READ);
        if (probe_write(page + OFFSET, 0) != 0)
            note(roaming, page, MAP_WRITE);
        if ((allowed_at(roaming, page) & MAP_EXECUTE) == 0 && probe_execute(page + OFFSET) != 0)
            note(roaming, page, MAP_EXECUTE);
    }
}

/* Lets the child go on after each fault; true when it came to its end. */
static bool answer_faults(struct child *child)
{
    const word_t answer[ABI_REGISTER_WORDS] = {(word_t)probe_refused};
    struct child_fault fault;

    while (child_wait(child, &fault)) {
        if (fault.kind == FAULT_UNKNOWN_CALL && fault.aux == RT_CALL_EXIT)
            return true;
        if (!CHECK_EQ(fault.kind, FAULT_PAGE))
            return false;
        CHECK_EQ(allowed_at(roaming_of(child->shared), fault.words[0]) & fault.words[2], 0);
        child_answer(child, 1, answer);
    }
    return false;
}

static word_t result_total(const struct roaming *roaming)
{
    word_t total = 0;

    for (word_t i = 0; i < sample_count(roaming); i++) {
        word_t access = allowed_at(roaming, align_down(sample(roaming, i), ABI_PAGE_SIZE));

        total += (access & MAP_READ) != 0;
        total += (access & MAP_WRITE) != 0;
    }
    return total;
}

static void describe(struct roaming *roaming, const struct child *child)
{
    vaddr_t text = (vaddr_t)rt_image_start, constants = (vaddr_t)rt_text_end;
    vaddr_t buffer = (vaddr_t)child->shared->thread.buffer;
    const struct region regions[] = {
        {text, (constants - text) / ABI_PAGE_SIZE, MAP_READ | MAP_EXECUTE},
        {constants, ((vaddr_t)rt_constants_end - constants) / ABI_PAGE_SIZE, MAP_READ},
        {buffer - child->stack.bytes + ABI_PAGE_SIZE, child->stack.bytes / ABI_PAGE_SIZE,
         MAP_READ | MAP_WRITE},
        {(vaddr_t)child->shared, 1, MAP_READ | MAP_WRITE},
    };

    roaming->region_count = array_count(regions);
    for (unsigned i = 0; i < array_count(regions); i++)
        roaming->regions[i] = regions[i];
}

static void k6_child_reaches_only_its_own_pages(void)
{
    struct child child;

    if (child_create(&child, NULL)) {
        struct roaming *roaming = roaming_of(child.shared);

        describe(roaming, &child);
        child_start(&child, roam, child.shared);
        if (answer_faults(&child)) {
            CHECK_EQ(roaming->result_count, result_total(roaming));
            for (word_t i = 0; i < roaming->result_count && i < RESULTS_MAX; i++)
                CHECK(allowed_at(roaming, roaming->results[i]) & roaming->results[i] & 7);
        }
    }
    child_destroy(&child);
}

/* A frame that is mapped into another component is reached as far as it was mapped there. */
static void k6_shared_frame_is_reached_as_mapped(void)
{
    void *address;
    cap_t frame = test_frame(3, &address);
    struct child child;

    if (child_create(&child, NULL)) {
        struct roaming *roaming = roaming_of(child.shared);

        describe(roaming, &child);
        roaming->regions[roaming->region_count++] = (struct region){
            .start = (vaddr_t)address + ABI_PAGE_SIZE, .pages = 1, .access = MAP_READ};
        child_map(&child, frame, (vaddr_t)address + ABI_PAGE_SIZE, 1, MAP_READ);
        child_start(&child, roam, child.shared);
        if (answer_faults(&child))
            CHECK_EQ(roaming->result_count, result_total(roaming));
    }
    child_destroy(&child);
}

static const struct check_test tests[] = {
    {"k6_child_reaches_only_its_own_pages", k6_child_reaches_only_its_own_pages},
    {"k6_shared_frame_is_reached_as_mapped", k6_shared_frame_is_reached_as_mapped},
};

const struct test_group isolation_tests = {tests, array_count(tests)};
