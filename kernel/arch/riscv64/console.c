/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console: the serial port that the firmware talks on.
 */
#include "dev/uart_ns16550.h"
#include "sbi.h"

#include <arch/irq.h>
#include <arch/paging.h>
#include <base/fdt.h>

static struct uart_ns16550 uart;
static paddr_t base;

void debug_console_init(const struct fdt *fdt)
{
    struct fdt_node node;
    struct fdt_range regs;
    const char *path;
    uint32_t value;

    if (!fdt_find_path(fdt, "/chosen", &node) || !fdt_read_string(&node, "stdout-path", &path) ||
        !fdt_find_path(fdt, path, &node) || !fdt_reg(&node, 0, &regs))
        return;
    if (!fdt_is_compatible(&node, "ns16550a") && !fdt_is_compatible(&node, "ns16550"))
        return;
    if (fdt_read_u32(&node, "reg-shift", &value))
        uart.shift = value;
    uart.is_wide = fdt_read_u32(&node, "reg-io-width", &value) && value == 4;
    uart.regs = paging_map_device(regs.start, regs.size);
    base = regs.start;
}

/* Who reads no device tree still has the firmware to say so. */
void debug_console_put(char c)
{
    if (uart.regs != NULL)
        uart_ns16550_put(&uart, (uint8_t)c);
    else
        (void)sbi_call(SBI_PUT_CHAR, 0, (word_t[5]){(uint8_t)c});
}

paddr_t debug_console_base(void)
{
    return base;
}
