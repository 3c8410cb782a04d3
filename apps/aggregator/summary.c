/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowest, mean and highest.
 */
#include "summary.h"

void summary_add(struct summary *summary, uint64_t taken_ns, uint64_t value)
{
    if (summary->count == 0 || value < summary->lowest)
        summary->lowest = value;
    if (summary->count == 0 || value > summary->highest)
        summary->highest = value;
    summary->sum += value;
    summary->count++;
    summary->taken_ns = taken_ns;
}

uint64_t summary_mean(const struct summary *summary)
{
    return summary->sum / summary->count;
}
