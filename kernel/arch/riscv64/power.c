/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power off and reset.
 *
 * The emulator's test device comes first, since only it can carry an exit code; the firmware does
 * it everywhere else.
 */
#include "core.h"

#include <arch/paging.h>

/* The test device's one register: code << 16 | what to do. */
enum { TEST_FAIL = 0x3333, TEST_PASS = 0x5555, TEST_RESET = 0x7777, TEST_CODE_SHIFT = 16 };
enum { SEMIHOSTING_EXIT_EXTENDED = 0x20, SEMIHOSTING_EXITED = 0x20026 };

static volatile uint32_t *test_device; /* NULL: there is none */

void power_init(const struct fdt *fdt)
{
    struct fdt_node node;
    struct fdt_range regs;

    fdt_root(fdt, &node);
    if (fdt_next_compatible(&node, "sifive,test0") && fdt_is_enabled(&node) &&
        fdt_reg(&node, 0, &regs))
        test_device = paging_map_device(regs.start, regs.size);
}

/* Without the device that carries a status, an emulator may listen to a semihosting exit (RISC-V
 * Semihosting 0.4; the operation is Arm's).  Where nobody does, the trap comes back at 1:. */
static void tell_emulator(word_t exit_code)
{
    const word_t parameters[2] = {SEMIHOSTING_EXITED, exit_code};
    register word_t a0 __asm__("a0") = SEMIHOSTING_EXIT_EXTENDED;
    register word_t a1 __asm__("a1") = (word_t)parameters;

    __asm__ volatile(".option push\n"
                     ".option norvc\n"
                     "  la      t0, 1f\n"
                     "  csrrw   t0, stvec, t0\n"
                     "  .balign 16\n"
                     "  slli    zero, zero, 0x1f\n"
                     "  ebreak\n"
                     "  srai    zero, zero, 7\n"
                     "  .balign 4\n"
                     "1:csrw    stvec, t0\n"
                     ".option pop\n"
                     : "+r"(a0)
                     : "r"(a1)
                     : "t0", "memory");
}

static _Noreturn void reset(uint32_t test_value, word_t type, word_t reason)
{
    if (test_device != NULL)
        *test_device = test_value;
    sbi_call(SBI_SRST, SBI_SRST_RESET, (word_t[5]){type, reason});
    for (;;)
        arch_wait_for_interrupt(); /* nobody listened: at least stay quiet */
}

_Noreturn void arch_power_off(unsigned exit_code)
{
    if (exit_code == 0)
        reset(TEST_PASS, SBI_RESET_SHUTDOWN, SBI_REASON_NONE);
    if (test_device == NULL)
        tell_emulator(exit_code);
    reset((uint32_t)exit_code << TEST_CODE_SHIFT | TEST_FAIL, SBI_RESET_SHUTDOWN,
          SBI_REASON_FAILURE);
}

_Noreturn void arch_reboot(void)
{
    reset(TEST_RESET, SBI_RESET_COLD_REBOOT, SBI_REASON_NONE);
}
