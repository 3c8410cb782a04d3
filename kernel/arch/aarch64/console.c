/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console: the serial port that the firmware talks on.
 */
#include <arch/irq.h>
#include <arch/paging.h>

#include <base/fdt.h>

#include "dev/uart_pl011.h"

static struct uart_pl011 uart;
static paddr_t base;

void debug_console_init(const struct fdt *fdt)
{
    struct fdt_node node;
    struct fdt_range regs;
    const char *path;

    if (!fdt_find_path(fdt, "/chosen", &node) || !fdt_read_string(&node, "stdout-path", &path) ||
        !fdt_find_path(fdt, path, &node) || !fdt_is_compatible(&node, "arm,pl011") ||
        !fdt_reg(&node, 0, &regs))
        return;
    uart.regs = paging_map_device(regs.start, regs.size);
    base = regs.start;
}

void debug_console_put(char c)
{
    uart_pl011_put(&uart, (uint8_t)c);
}

paddr_t debug_console_base(void)
{
    return base;
}
