/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console: the serial port that the firmware talks on.
 */
#include <arch/irq.h>
#include <arch/paging.h>

#include <base/fdt.h>

#include "dev/uart_pl011.h"
#include "firmware.h"

enum { SEMIHOSTING_WRITE_CHAR = 3 };

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

/* Who reads no device tree can still tell an emulator so. */
void debug_console_put(char c)
{
    const uint64_t text = (uint8_t)c;

    if (uart.regs != NULL)
        uart_pl011_put(&uart, (uint8_t)c);
    else
        semihosting(SEMIHOSTING_WRITE_CHAR, &text);
}

paddr_t debug_console_base(void)
{
    return base;
}
