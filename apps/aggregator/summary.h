/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings into a summary; pure.
 */
#ifndef AGGREGATOR_SUMMARY_H
#define AGGREGATOR_SUMMARY_H

#include <base/types.h>

struct summary {
    uint64_t taken_ns; /* of the last reading */
    uint64_t lowest;
    uint64_t highest;
    uint64_t sum;
    uint64_t count;
};

/* `*summary` is all zero before the first reading. */
void summary_add(struct summary *summary, uint64_t taken_ns, uint64_t value);

/* Rounded down; there was a reading. */
uint64_t summary_mean(const struct summary *summary);

#endif
