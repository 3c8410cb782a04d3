/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects out of memory: books first, kernel second; on failure the books are put back.
 */
#include <abi/sizes.h>
#include <rt/object.h>

word_t rt_object_bytes(word_t type, word_t size)
{
    static const uint16_t fixed[] = {
        [TYPE_CHUNK] = ABI_CHUNK_BYTES,       [TYPE_THREAD] = ABI_THREAD_BYTES,
        [TYPE_BUDGET] = ABI_BUDGET_BYTES,     [TYPE_ENDPOINT] = ABI_ENDPOINT_BYTES,
        [TYPE_REPLY] = ABI_REPLY_BYTES,       [TYPE_NOTIFICATION] = ABI_NOTIFICATION_BYTES,
        [TYPE_INTERRUPT] = ABI_INTERRUPT_BYTES, [TYPE_TIMER] = ABI_TIMER_BYTES,
    };

    if (rt_object_alignment(type) == ABI_PAGE_SIZE)
        return size * ABI_PAGE_SIZE;
    if (type == TYPE_CAPTABLE)
        return align_up(ABI_CAPTABLE_BYTES + size * sizeof(word_t), ABI_OBJECT_ALIGN);
    return type < array_count(fixed) ? fixed[type] : 0;
}

word_t rt_object_alignment(word_t type)
{
    bool is_paged = type == TYPE_FRAME || type == TYPE_MEMORY || type == TYPE_SPACE ||
                    type == TYPE_POOL;

    return is_paged ? ABI_PAGE_SIZE : ABI_OBJECT_ALIGN;
}

static void give_back(const struct rt_maker *maker, const struct rt_object *object)
{
    rt_slots_give(maker->slots, object->cap, object->count);
    (void)rt_ranges_give(maker->offsets, object->offset, object->bytes);
}

status_t rt_make(const struct rt_maker *maker, word_t type, word_t size, uint32_t count,
                 struct rt_object *object)
{
    struct rt_object made = {.bytes = rt_object_bytes(type, size) * count, .count = count};
    word_t done = 0;
    status_t status;

    status = rt_ranges_take(maker->offsets, made.bytes, rt_object_alignment(type), &made.offset);
    if (status != OK)
        return status;
    status = rt_slots_take(maker->slots, count, &made.cap);
    if (status != OK) {
        (void)rt_ranges_give(maker->offsets, made.offset, made.bytes);
        return status;
    }

    status = skr_memory_make(maker->memory, type, made.offset, size, count, made.cap, &done);
    if (status == OK) {
        *object = made;
        return OK;
    }
    for (word_t i = 0; i < done; i++)
        (void)skr_captable_delete(maker->captable, made.cap + i);
    give_back(maker, &made);
    return status;
}

void rt_unmake(const struct rt_maker *maker, struct rt_object *object)
{
    if (object->cap == 0)
        return;
    for (uint32_t i = 0; i < object->count; i++)
        (void)skr_captable_delete(maker->captable, object->cap + i);
    give_back(maker, object);
    *object = (struct rt_object){0};
}
