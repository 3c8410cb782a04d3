/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware, and what of it ends the machine's run.  An emulator that listens to semihosting
 * calls is told the exit code first, since the firmware's power off carries none.
 */
#include <arch/cpu.h>

#include <base/memory.h>

#include "firmware.h"
#include "psci.h"

enum { SEMIHOSTING_EXIT_EXTENDED = 0x20 };
static const uint64_t SEMIHOSTING_EXITED = 0x20026; /* ADP_Stopped_ApplicationExit */

static enum { PSCI_NONE, PSCI_HVC, PSCI_SMC } psci_method;

void psci_init(const struct fdt *fdt)
{
    struct fdt_node node;
    const char *method;

    fdt_root(fdt, &node);
    if (!fdt_find_path(fdt, "/psci", &node) || !fdt_read_string(&node, "method", &method))
        return;
    if (str_equal(method, "hvc"))
        psci_method = PSCI_HVC;
    else if (str_equal(method, "smc"))
        psci_method = PSCI_SMC;
}

int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    switch (psci_method) {
    case PSCI_HVC: return firmware_hvc(function, a, b, c);
    case PSCI_SMC: return firmware_smc(function, a, b, c);
    default: return -1;
    }
}

static _Noreturn void power_end(uint32_t function)
{
    psci_call(function, 0, 0, 0);
    for (;;)
        arch_wait_for_interrupt(); /* nobody listened: at least stay quiet */
}

_Noreturn void arch_power_off(unsigned exit_code)
{
    const uint64_t exit[2] = {SEMIHOSTING_EXITED, exit_code};

    if (exit_code != 0)
        semihosting(SEMIHOSTING_EXIT_EXTENDED, exit);
    power_end(PSCI_SYSTEM_OFF);
}

_Noreturn void arch_reboot(void)
{
    power_end(PSCI_SYSTEM_RESET);
}
