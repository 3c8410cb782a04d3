/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message info word and message buffer: what kernel and components agree on beside registers.
 * The buffer is one page of a RAM frame that the thread was configured with; the kernel reads it
 * through its own mapping, so no system call ever touches a user address.
 */
#ifndef ABI_MESSAGE_H
#define ABI_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

enum {
    ABI_REGISTER_WORDS = 8,     /* message words that travel in registers */
    ABI_MESSAGE_WORDS = 64,     /* words 8.. stand in the buffer */
    ABI_MESSAGE_CAPS = 4,
    ABI_PAGE_SIZE = 4096,
    ABI_CHUNK_SLOTS = 64,
    ABI_PRIORITIES = 64,
};

/* info = length | caps << 7 | event << 12 | label << 16.  Undefined bits must be 0. */
enum {
    ABI_INFO_LENGTH_MASK = 0x7f,
    ABI_INFO_CAPS_SHIFT = 7,
    ABI_INFO_CAPS_MASK = 0x7,
    ABI_INFO_EVENT_SHIFT = 12,
    ABI_INFO_EVENT_MASK = 0xf,
    ABI_INFO_LABEL_SHIFT = 16,
};

struct abi_buffer {
    uintptr_t words[ABI_MESSAGE_WORDS];        /* [0..7] unused: they travel in registers */
    uintptr_t caps[ABI_MESSAGE_CAPS];          /* sender: indices of capabilities to send along */
    uintptr_t receive_slots[ABI_MESSAGE_CAPS]; /* receiver: empty slots for them; 0 = take none */
    uintptr_t list[440];                       /* the list area: data of some operations */
};

/*
 * One entry of space.map, unmap and protect; unmap and protect ignore frame and page, unmap also
 * attributes.
 */
struct abi_map_entry {
    uintptr_t frame;            /* index in the caller's captable; it has the rights mapped */
    uintptr_t address;          /* page aligned */
    uintptr_t page;             /* first page in the frame */
    uintptr_t count_attributes; /* pages << 8 | map_attribute bits */
};

enum {
    ABI_LIST_BYTES = (int)sizeof(((struct abi_buffer *)0)->list),
    ABI_LIST_MAX = ABI_LIST_BYTES / (int)sizeof(struct abi_map_entry),
};

_Static_assert(sizeof(uintptr_t) != 8 || sizeof(struct abi_buffer) == ABI_PAGE_SIZE,
               "buffer is a page");
_Static_assert(sizeof(struct abi_map_entry) == 4 * sizeof(uintptr_t), "no padding");

#endif
