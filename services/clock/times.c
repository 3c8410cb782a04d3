/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two clocks.
 */
#include "times.h"

void times_begin(struct times *times)
{
    *times = (struct times){
        .monotonic_offset_ns = TIMES_2000_NS,
        .wall_offset_ns = TIMES_2000_NS,
        .source = TIMES_NONE,
    };
}

static bool is_sensible(uint64_t wall_ns)
{
    return wall_ns >= TIMES_2000_NS && wall_ns < TIMES_2105_NS;
}

bool times_begin_with(struct times *times, uint64_t kernel_ns, const struct times_machine *machine,
                      uint64_t generation)
{
    times_begin(times);
    if (!is_sensible(machine->now_ns) || machine->now_ns - TIMES_2000_NS < kernel_ns)
        return false;
    times->wall_offset_ns = machine->now_ns - kernel_ns;
    times->monotonic_offset_ns = times->wall_offset_ns - machine->turned_ns;
    if (machine->step_ns > 1)
        times->monotonic_offset_ns += machine->step_ns * (generation - 1);
    times->source = TIMES_MACHINE;
    return true;
}

uint64_t times_monotonic(const struct times *times, uint64_t kernel_ns)
{
    return times->monotonic_offset_ns + kernel_ns;
}

uint64_t times_wall(const struct times *times, uint64_t kernel_ns)
{
    return times->wall_offset_ns + kernel_ns;
}

status_t times_set(struct times *times, uint64_t kernel_ns, uint64_t wall_ns)
{
    if (!is_sensible(wall_ns))
        return ERR_BAD_ARGUMENT;
    times->wall_offset_ns = wall_ns - kernel_ns;
    times->source = TIMES_SET;
    return OK;
}
