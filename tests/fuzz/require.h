/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzzer demands beyond "no sanitizer complains": a promise of the code under test.
 */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stdlib.h>

static inline void require(bool promise)
{
    if (!promise)
        abort();
}

#endif
