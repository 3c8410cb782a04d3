/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console of a release kernel: none.
 */
#include "debug/mirror.h"

void mirror_log(void)
{
}

void mirror_frame_made(paddr_t base, uint64_t size_bytes)
{
    (void)base;
    (void)size_bytes;
}
