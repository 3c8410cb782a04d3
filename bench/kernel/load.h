/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that keeps the kernel busy for long: big frames zeroed, lists of mappings, trees of
 * capabilities revoked, whole components deleted; what and how much is drawn by lot.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <base/types.h>

/* A peer: works until it is ended.  `seed` is its lot. */
void load_forever(void *seed);

/* The next number of a sequence that depends on nothing but its start. */
uint32_t lot_draw(uint32_t *lot);

#endif
