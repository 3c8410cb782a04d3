/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console of test kernels.
 */
#include "debug/mirror.h"

#include <arch/irq.h>

#include "debug/log.h"

static struct {
    bool has_driver;
} mirror_port;

void mirror_log(void)
{
    if (!mirror_port.has_driver)
        log_show();
}

void mirror_frame_made(paddr_t base, uint64_t size_bytes)
{
    if (debug_console_base() - base < size_bytes)
        mirror_port.has_driver = true;
}
