/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making kernel objects out of a memory one holds.
 *
 * The kernel lets a memory's holder say where each object lies; rt_maker keeps the books: which
 * offsets of the memory and which slots of the captable are free.  What is made here is unmade
 * here, so that the books stay right.
 */
#ifndef RT_OBJECT_H
#define RT_OBJECT_H

#include <rt/call.h>
#include <rt/ranges.h>
#include <rt/slots.h>

struct rt_maker {
    cap_t captable; /* one's own: where capabilities to new objects go */
    cap_t memory;
    struct rt_ranges *offsets; /* free in memory */
    struct rt_slots *slots;    /* free in captable */
};

/* One or several objects of a type that lie one behind the other, in slots likewise. */
struct rt_object {
    cap_t cap; /* the first one; 0 when there is none */
    word_t offset;
    word_t bytes;
    uint32_t count;
};

/* Bytes that one object takes; `size` as in memory.make. */
word_t rt_object_bytes(word_t type, word_t size);
word_t rt_object_alignment(word_t type);

/* All or nothing. */
MUST_CHECK status_t rt_make(const struct rt_maker *maker, word_t type, word_t size, uint32_t count,
                            struct rt_object *object);

/* Ends the objects and gives everything back; harmless when `object` holds none. */
void rt_unmake(const struct rt_maker *maker, struct rt_object *object);

#endif
