/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breakpoints and single step: not offered.
 *
 * Triggers (RISC-V Debug Specification 0.13, chapter 5) can only be set in M-mode, there is no
 * single step below it, and the firmware interface of sbi.h has no call for either.
 */
#include <abi/status.h>
#include <arch/context.h>

status_t debug_set_breakpoint(struct arch_debug *debug, word_t number, word_t address,
                              enum breakpoint_kind kind)
{
    (void)debug;
    (void)number;
    (void)address;
    (void)kind;
    return ERR_NOT_SUPPORTED;
}

status_t debug_single_step(struct arch_debug *debug, struct arch_context *context, bool on)
{
    (void)debug;
    (void)context;
    (void)on;
    return ERR_NOT_SUPPORTED;
}

void debug_load(const struct arch_debug *debug)
{
    (void)debug;
}

void debug_unload(void)
{
}
