/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory each object takes where memory.make puts it, so that its maker can lay objects
 * out.  The kernel asserts that its own structures fit.
 */
#ifndef ABI_SIZES_H
#define ABI_SIZES_H

enum {
    ABI_OBJECT_ALIGN = 64,          /* but frame, memory, space and pool are page aligned */
    ABI_MEMORY_HEADER_BYTES = 256,  /* at the start of a memory made from another one */
    ABI_CAPTABLE_BYTES = 192,       /* and one word for each chunk it can hold */
    ABI_CAPTABLE_CHUNKS_MAX = 1700, /* a directory is zeroed at once: 14 KB */
    ABI_CHUNK_BYTES = 128 + 64 * 64,
    ABI_THREAD_BYTES = 2048,
    ABI_BUDGET_BYTES = 256,
    ABI_ENDPOINT_BYTES = 192,
    ABI_REPLY_BYTES = 192,
    ABI_NOTIFICATION_BYTES = 128,
    ABI_INTERRUPT_BYTES = 192,
    ABI_TIMER_BYTES = 256,
    ABI_SPACE_PAGES_MIN = 2,        /* header page and root table */
};

#endif
