/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breakpoints, watchpoints and single step (DDI 0487, part D2).
 *
 * Slot n is the processor's breakpoint n or its watchpoint n, as the kind asks for; only EL0 is
 * watched.  A watchpoint covers as many bytes as its address is aligned to, at most 8.  Stepping
 * takes two bits: MDSCR_EL1.SS while the thread runs, and SPSR.SS for each instruction, which
 * fault.c sets again after each step.
 */
#include "debug.h"

#include <abi/status.h>

#include "sysreg.h"

enum {
    CONTROL_ENABLE = 1 << 0,
    CONTROL_EL0 = 2 << 1,
    CONTROL_LOAD = 1 << 3,
    CONTROL_STORE = 2 << 3,
    CONTROL_BYTES_SHIFT = 5,
    BREAKPOINT_BYTES = 0xf << CONTROL_BYTES_SHIFT, /* an instruction */
    WATCH_BYTES = 8,
};
enum { MDSCR_STEP = 1 << 0, MDSCR_BREAKPOINTS = 1 << 15 };
enum { FEATURES_BREAKPOINTS_SHIFT = 12, FEATURES_WATCHPOINTS_SHIFT = 20, SLOTS_MIN = 2 };

/* Where a slot that is not in use points: no address of a user. */
static const word_t NOWHERE = ~(word_t)0 << 8;

/* Every processor has two of each kind, most have four. */
static unsigned slot_count(void)
{
    uint64_t features = sysreg_read("id_aa64dfr0_el1");
    bool has_all = (features >> FEATURES_BREAKPOINTS_SHIFT & 0xf) + 1 >= DEBUG_SLOTS &&
                   (features >> FEATURES_WATCHPOINTS_SHIFT & 0xf) + 1 >= DEBUG_SLOTS;

    return has_all ? DEBUG_SLOTS : SLOTS_MIN;
}

static uint32_t watch_control(word_t address, enum breakpoint_kind kind)
{
    word_t first = address % WATCH_BYTES;
    word_t count = first == 0 ? WATCH_BYTES : first & -first;
    uint32_t bytes = ((1u << count) - 1) << first;
    uint32_t control = CONTROL_ENABLE | CONTROL_EL0 | bytes << CONTROL_BYTES_SHIFT;

    if (kind != BREAKPOINT_WRITE)
        control |= CONTROL_LOAD;
    if (kind != BREAKPOINT_READ)
        control |= CONTROL_STORE;
    return control;
}

status_t debug_set_breakpoint(struct arch_debug *debug, word_t number, word_t address,
                              enum breakpoint_kind kind)
{
    bool is_breakpoint = kind == BREAKPOINT_EXECUTE;
    bool is_watchpoint = kind != BREAKPOINT_EXECUTE && kind != BREAKPOINT_OFF;

    if (number >= slot_count())
        return ERR_NOT_SUPPORTED;
    if (kind > BREAKPOINT_ACCESS || (is_breakpoint && !is_aligned(address, TRAP_BYTES)))
        return ERR_BAD_ARGUMENT;
    debug->address[number] = address;
    debug->breakpoint_control[number] =
        is_breakpoint ? CONTROL_ENABLE | CONTROL_EL0 | BREAKPOINT_BYTES : 0;
    debug->watchpoint_control[number] = is_watchpoint ? watch_control(address, kind) : 0;
    return OK;
}

status_t debug_single_step(struct arch_debug *debug, struct arch_context *context, bool on)
{
    debug->is_stepping = on;
    context->spsr &= ~SPSR_STEP;
    if (on)
        context->spsr |= SPSR_STEP;
    return OK;
}

bool debug_in_use(const struct arch_debug *debug)
{
    uint32_t any = debug->is_stepping;

    for (unsigned i = 0; i < DEBUG_SLOTS; i++)
        any |= debug->breakpoint_control[i] | debug->watchpoint_control[i];
    return any != 0;
}

static word_t breakpoint_address(const struct arch_debug *debug, unsigned slot)
{
    return debug->breakpoint_control[slot] != 0 ? debug->address[slot] : NOWHERE;
}

static word_t watchpoint_address(const struct arch_debug *debug, unsigned slot)
{
    bool is_used = debug->watchpoint_control[slot] != 0;

    return is_used ? align_down(debug->address[slot], WATCH_BYTES) : NOWHERE;
}

void debug_load(const struct arch_debug *debug)
{
    sysreg_write("dbgbvr0_el1", breakpoint_address(debug, 0));
    sysreg_write("dbgbcr0_el1", debug->breakpoint_control[0]);
    sysreg_write("dbgwvr0_el1", watchpoint_address(debug, 0));
    sysreg_write("dbgwcr0_el1", debug->watchpoint_control[0]);
    sysreg_write("dbgbvr1_el1", breakpoint_address(debug, 1));
    sysreg_write("dbgbcr1_el1", debug->breakpoint_control[1]);
    sysreg_write("dbgwvr1_el1", watchpoint_address(debug, 1));
    sysreg_write("dbgwcr1_el1", debug->watchpoint_control[1]);
    if (slot_count() == DEBUG_SLOTS) {
        sysreg_write("dbgbvr2_el1", breakpoint_address(debug, 2));
        sysreg_write("dbgbcr2_el1", debug->breakpoint_control[2]);
        sysreg_write("dbgwvr2_el1", watchpoint_address(debug, 2));
        sysreg_write("dbgwcr2_el1", debug->watchpoint_control[2]);
        sysreg_write("dbgbvr3_el1", breakpoint_address(debug, 3));
        sysreg_write("dbgbcr3_el1", debug->breakpoint_control[3]);
        sysreg_write("dbgwvr3_el1", watchpoint_address(debug, 3));
        sysreg_write("dbgwcr3_el1", debug->watchpoint_control[3]);
    }
    sysreg_write("mdscr_el1", MDSCR_BREAKPOINTS | (debug->is_stepping ? MDSCR_STEP : 0));
    isb();
}

void debug_unload(void)
{
    sysreg_write("mdscr_el1", 0);
    isb();
}

word_t debug_find_breakpoint(word_t pc)
{
    if (pc == sysreg_read("dbgbvr0_el1"))
        return 0;
    if (pc == sysreg_read("dbgbvr1_el1"))
        return 1;
    return pc == sysreg_read("dbgbvr2_el1") ? 2 : 3;
}

static word_t distance(word_t a, word_t b)
{
    return a < b ? b - a : a - b;
}

/* The address reported is that of the access, which may begin before what is watched. */
word_t debug_find_watchpoint(word_t address)
{
    word_t watched[DEBUG_SLOTS] = {
        sysreg_read("dbgwvr0_el1"), sysreg_read("dbgwvr1_el1"), NOWHERE, NOWHERE,
    };
    word_t best = 0;

    if (slot_count() == DEBUG_SLOTS) {
        watched[2] = sysreg_read("dbgwvr2_el1");
        watched[3] = sysreg_read("dbgwvr3_el1");
    }
    for (word_t slot = 1; slot < DEBUG_SLOTS; slot++)
        if (distance(watched[slot], address) < distance(watched[best], address))
            best = slot;
    return best;
}
