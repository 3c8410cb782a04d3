/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, and the end.
 */
#include <rt/process.h>
#include <rt/startup.h>

enum { NS_PER_SECOND = 1000000000 };

uint64_t rt_time_now_ns(void)
{
    uint64_t frequency = rt_self()->process->time_frequency;
    uint64_t ticks = rt_counter();

    /* In two parts, since ticks * 10^9 does not fit for long. */
    return ticks / frequency * NS_PER_SECOND + ticks % frequency * NS_PER_SECOND / frequency;
}

noreturn void rt_exit(int code)
{
    for (;;) {
        word_t word = (word_t)code;

        (void)skr_trap_word(RT_CALL_EXIT, 0, &word);
    }
}
