/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time it is, counted from the kernel's time.
 *
 * Both clocks are the kernel's time plus an offset.  The monotonic one's is found anew by each
 * instance of the service, from the machine's clock: so that no instance is behind the one before
 * it, each adds one more step of that clock, which is what rounding can cost.
 */
#ifndef CLOCK_TIMES_H
#define CLOCK_TIMES_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>

/* As the clock protocol shows it. */
enum times_source { TIMES_NONE = 0, TIMES_MACHINE = 1, TIMES_SET = 2 };

static const uint64_t TIMES_2000_NS = 946684800000000000;
static const uint64_t TIMES_2105_NS = 4260211200000000000;

struct times {
    uint64_t monotonic_offset_ns;
    uint64_t wall_offset_ns;
    enum times_source source;
};

/* Without a clock in the machine: it is 2000-01-01 at boot. */
void times_begin(struct times *times);

/* What the machine's clock said, as in protocol rtc. */
struct times_machine {
    uint64_t now_ns;
    uint64_t step_ns;
    uint64_t turned_ns;
};

/*
 * The machine's clock was read at `kernel_ns`; `generation` counts the service's instances from 1.
 * A clock that says it is before 2000 lost its power: false, and as if there were none.
 */
bool times_begin_with(struct times *times, uint64_t kernel_ns, const struct times_machine *machine,
                      uint64_t generation);

uint64_t times_monotonic(const struct times *times, uint64_t kernel_ns);
uint64_t times_wall(const struct times *times, uint64_t kernel_ns);

/* ERR_BAD_ARGUMENT: before 2000 or after 2105. */
MUST_CHECK status_t times_set(struct times *times, uint64_t kernel_ns, uint64_t wall_ns);

#endif
