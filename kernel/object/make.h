/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How memory becomes an object.
 */
#ifndef KERNEL_OBJECT_MAKE_H
#define KERNEL_OBJECT_MAKE_H

#include "object/cap.h"

/* Bytes one object takes; 0: it can't be made, or not of this size. */
uint64_t object_bytes(enum abi_object_type type, word_t size);

/* Lies on page boundaries, its size counted in pages. */
bool object_is_paged(enum abi_object_type type);

/* Reserve pages for a frame and put its capability, marked CAP_MAKING and without rights, into the
 * empty slot.  The caller zeroes RAM, then calls frame_made.  ERR_NO_MEMORY, ERR_IN_USE. */
status_t make_frame(struct cap *memory_cap, uint64_t base, size_t pages, struct cap *slot);

/* How often frame_count_step was called since make_frame: up to 2^27 times. */
size_t frame_steps_done(const struct cap *frame);
void frame_count_step(struct cap *frame);

/* Give a frame its rights and end its making. */
void frame_made(struct cap *frame);

/* Make an object with a header, complete, its first capability in the empty slot.  base is aligned
 * and size is one that object_bytes takes.  ERR_NO_MEMORY, ERR_IN_USE. */
status_t make_object(struct cap *memory_cap, enum abi_object_type type, uint64_t base, word_t size,
                     struct cap *slot);

#endif
