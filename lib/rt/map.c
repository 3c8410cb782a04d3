/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of mappings, and the one-entry forms that are lists, too.
 */
#include <rt/map.h>
#include <rt/process.h>

enum { ATTRIBUTE_BITS = 8 };

static void flush(struct rt_map_list *list)
{
    word_t words[ABI_REGISTER_WORDS] = {list->count};

    list->status = skr_invoke(list->space, skr_info(list->operation, 1, 0), words, NULL);
    list->done += words[0];
    list->count = 0;
}

void rt_map_begin(struct rt_map_list *list, cap_t space, word_t operation)
{
    *list = (struct rt_map_list){.space = space, .operation = operation};
}

void rt_map_add(struct rt_map_list *list, const struct rt_mapping *mapping)
{
    struct abi_map_entry *entries = (struct abi_map_entry *)(void *)rt_buffer()->list;

    if (list->status != OK)
        return;
    entries[list->count++] = (struct abi_map_entry){
        .frame = mapping->frame,
        .address = mapping->address,
        .page = mapping->page,
        .count_attributes = mapping->pages << ATTRIBUTE_BITS | mapping->attributes,
    };
    if (list->count == ABI_LIST_MAX)
        flush(list);
}

status_t rt_map_end(struct rt_map_list *list)
{
    if (list->status == OK && list->count > 0)
        flush(list);
    return list->status;
}

static status_t one(cap_t space, word_t operation, const struct rt_mapping *mapping)
{
    struct rt_map_list list;

    rt_map_begin(&list, space, operation);
    rt_map_add(&list, mapping);
    return rt_map_end(&list);
}

status_t rt_map(cap_t space, const struct rt_mapping *mapping)
{
    return one(space, OP_SPACE_MAP, mapping);
}

status_t rt_unmap(cap_t space, vaddr_t address, word_t pages)
{
    struct rt_mapping mapping = {.address = address, .pages = pages};

    return one(space, OP_SPACE_UNMAP, &mapping);
}

status_t rt_protect(cap_t space, vaddr_t address, word_t pages, word_t attributes)
{
    struct rt_mapping mapping = {.address = address, .pages = pages, .attributes = attributes};

    return one(space, OP_SPACE_PROTECT, &mapping);
}
