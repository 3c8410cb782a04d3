/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nanoseconds, which the ABI speaks, and counter ticks, which the kernel counts in.
 */
#ifndef KERNEL_TIME_UNITS_H
#define KERNEL_TIME_UNITS_H

#include <base/types.h>

static const uint64_t NS_PER_SECOND = 1000000000;

/* value * multiplier / divisor without overflow in between, as long as divisor * multiplier fits 64
 * bits. */
static inline uint64_t scale(uint64_t value, uint64_t multiplier, uint64_t divisor)
{
    return value / divisor * multiplier + value % divisor * multiplier / divisor;
}

static inline uint64_t ns_to_ticks(uint64_t ns, uint64_t frequency)
{
    return scale(ns, frequency, NS_PER_SECOND);
}

static inline uint64_t ticks_to_ns(uint64_t ticks, uint64_t frequency)
{
    return scale(ticks, NS_PER_SECOND, frequency);
}

#endif
