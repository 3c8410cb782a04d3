/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzzer demands of the code under test beyond "no sanitizer complains".
 */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Called by libFuzzer with each input, which ends where the sanitizers watch. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code under test. */
static inline void require(bool promise)
{
    if (!promise)
        abort();
}

/* The bytes can be read: does so, where the sanitizers see it. */
static inline void require_readable(const void *bytes, size_t size)
{
    volatile uint8_t sink;

    for (size_t i = 0; i < size; i++)
        sink = ((const uint8_t *)bytes)[i];
    (void)sink;
}

#endif
