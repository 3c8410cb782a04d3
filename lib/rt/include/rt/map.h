/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping pages, many in one call.
 *
 * Entries gather in the list area of the message buffer and go to the kernel when it is full or the
 * list ends, so between begin and end nothing else may use that area (printing does).
 */
#ifndef RT_MAP_H
#define RT_MAP_H

#include <rt/call.h>

struct rt_map_list {
    cap_t space;
    word_t operation; /* OP_SPACE_MAP, OP_SPACE_UNMAP or OP_SPACE_PROTECT */
    uint32_t count;   /* entries that wait in the list area */
    word_t done;      /* entries that are done, over all calls */
    status_t status;  /* the first failure: nothing is done behind it */
};

/* `frame` and `page` do not matter to unmap and protect, nor `attributes` to unmap. */
struct rt_mapping {
    cap_t frame;
    vaddr_t address;
    word_t page; /* first page in the frame */
    word_t pages;
    word_t attributes; /* enum abi_map_attribute */
};

void rt_map_begin(struct rt_map_list *list, cap_t space, word_t operation);
void rt_map_add(struct rt_map_list *list, const struct rt_mapping *mapping);

/* The result is the first failure; list->done says how many entries came before it. */
status_t rt_map_end(struct rt_map_list *list);

/* One entry. */
status_t rt_map(cap_t space, const struct rt_mapping *mapping);
status_t rt_unmap(cap_t space, vaddr_t address, word_t pages);
status_t rt_protect(cap_t space, vaddr_t address, word_t pages, word_t attributes);

#endif
