/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: cores, clock, interrupts and power of the simulated machine.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <stdlib.h>

#include "cpu.h"
#include "host.h"
#include "kernel.h"

struct host host;
_Alignas(1 << 21) char host_ram[HOST_RAM_BYTES];

void host_init(unsigned cores)
{
    host = (struct host){.now = 1};
    for (unsigned i = 0; i < cores; i++)
        host.cores[i].timer = UINT64_MAX;
    for (unsigned i = 0; i < HOST_LINES; i++)
        host.line_masked[i] = true;
}

void host_core_select(unsigned core)
{
    host.core = core;
}

static struct host_core *this_core(void)
{
    return &host.cores[host.core];
}

/* ---- cores ---- */

struct cpu *host_cpu_current(void)
{
    return this_core()->cpu;
}

void cpu_set_current(struct cpu *cpu)
{
    this_core()->cpu = cpu;
}

/*
 * The other core traps, waits for the lock that the asking one holds, and answers the request while
 * it waits.  It is taken out of its waiting afterwards, as if it had not asked for the lock yet.
 */
void arch_ipi_send(unsigned index)
{
    struct host_core *target = &host.cores[index];
    unsigned asking = host.core;

    target->is_interrupted = true;
    if (atomic_load(&target->cpu->request) == REQUEST_NONE)
        return;
    host.core = index;
    host.is_in_request = true;
    if (setjmp(host.request_answered) == 0)
        (void)kernel_lock(target->cpu, false);
    (void)atomic_fetch_sub(&kernel.lock.next, 1);
    host.is_in_request = false;
    host.core = asking;
}

void host_relax(void)
{
    if (!host.is_in_request)
        abort();        /* nobody else can make progress */
    longjmp(host.request_answered, 1);
}

/* ---- interrupts and time ---- */

bool host_interrupt_pending(void)
{
    if (host.polls_until_pending != 0 && --host.polls_until_pending == 0)
        host.is_pending = true;
    return host.is_pending;
}

static bool line_is_ready(unsigned line)
{
    return host.line_pending[line] && !host.line_masked[line];
}

int irq_take(void)
{
    struct host_core *core = this_core();

    host.is_pending = false;
    core->is_interrupted = false;
    if (core->timer <= host.now) {
        core->timer = UINT64_MAX;
        return IRQ_TIMER;
    }
    for (unsigned line = 0; line < HOST_LINES; line++) {
        if (line_is_ready(line)) {
            host.line_pending[line] = false;
            host.line_masked[line] = true;
            return (int)line;
        }
    }
    return IRQ_NONE;
}

void host_wait_for_interrupt(void)
{
    struct host_core *core = this_core();

    if (host.idle != NULL)
        longjmp(*host.idle, 1);
    if (core->timer == UINT64_MAX)
        arch_power_off(HOST_SLEEPS_FOR_EVER);
    if (host.now < core->timer)
        host.now = core->timer;
}

uint64_t host_time_now(void)
{
    return host.now;
}

uint64_t arch_time_frequency(void)
{
    return 100000000;
}

void host_timer_set(uint64_t deadline)
{
    this_core()->timer = deadline;
}

unsigned irq_line_count(void)
{
    return HOST_LINES;
}

bool irq_line_is_claimable(unsigned line)
{
    return line < HOST_LINES && line != 0;
}

void irq_configure(unsigned line, bool is_edge, unsigned core)
{
    (void)is_edge;
    (void)core;
    host.line_masked[line] = true;
}

void irq_unmask(unsigned line)
{
    host.line_masked[line] = false;
}

void irq_mask(unsigned line)
{
    host.line_masked[line] = true;
}

void debug_console_put(char c)
{
    host.console[host.console_used++ % HOST_CONSOLE_BYTES] = c;
}

paddr_t debug_console_base(void)
{
    return 0;
}

/* ---- power ---- */

void arch_power_off(unsigned exit_code)
{
    host.exit_code = exit_code;
    if (host.power == NULL)
        abort();
    longjmp(*host.power, 1);
}

void arch_reboot(void)
{
    arch_power_off(0);
}
