/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes of operations, and a digest of the visible state before and after them.
 */
#include "refusal.h"

#include <base/memory.h>
#include <rt/process.h>

word_t outcome(cap_t cap, word_t operation, struct args args)
{
    word_t culprit = 0;
    status_t status = skr_invoke(cap, skr_info(operation, ABI_REGISTER_WORDS, 0), args.w, &culprit);

    return blames(status, culprit);
}

struct abi_map_entry map_entry(cap_t frame, vaddr_t address, word_t page, word_t pages,
                               word_t attributes)
{
    return (struct abi_map_entry){
        .frame = frame,
        .address = address,
        .page = page,
        .count_attributes = pages << 8 | attributes,
    };
}

word_t map_outcome(cap_t space, word_t operation, struct abi_map_entry entry)
{
    mem_copy(rt_buffer()->list, &entry, sizeof(entry));
    return outcome(space, operation, (struct args){{1}});
}

struct held held_in(cap_t table, cap_t slot)
{
    struct held held = {.type = ~(word_t)0};

    CHECK_EQ(skr_captable_query(table, slot, &held.type, &held.rights, &held.badge, &held.children),
             OK);
    return held;
}

bool held_equal(struct held a, struct held b)
{
    return a.type == b.type && a.rights == b.rights && a.badge == b.badge &&
           a.children == b.children;
}

/* ---- the digest ---- */

static uint64_t mix(uint64_t digest, uint64_t value)
{
    static const uint64_t PRIME = 0x100000001b3;

    return (digest ^ value) * PRIME ^ digest >> 29;
}

/* Times that pass are left out. */
static uint64_t mix_object(uint64_t digest, cap_t cap, word_t type)
{
    uint64_t amount = 0, period = 0, left = 0, consumed = 0;
    word_t a = 0, b = 0, c = 0;

    if (type == TYPE_SPACE)
        (void)skr_space_info(cap, &a, &b);
    else if (type == TYPE_THREAD)
        (void)skr_thread_info(cap, &a, &b, &c);
    else if (type == TYPE_FRAME)
        (void)skr_frame_info(cap, &a, &b);
    else if (type == TYPE_BUDGET)
        (void)skr_budget_info(cap, &amount, &period, &left, &consumed);
    return mix(mix(mix(mix(mix(digest, a), b), c), amount), period);
}

uint64_t state_digest(void)
{
    uint64_t digest = 0;

    for (cap_t slot = 1; slot < ABI_ROOT_SLOTS; slot++) {
        struct held held = held_in(ABI_ROOT_CAPTABLE, slot);

        digest = mix(mix(mix(mix(digest, held.type), held.rights), held.badge), held.children);
        digest = mix_object(digest, slot, held.type);
    }
    return digest;
}
