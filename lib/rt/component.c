/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's start: what its maker says becomes the runtime's state.
 */
#include <rt/print.h>
#include <rt/process.h>
#include <rt/startup.h>

static struct {
    struct rt_process process;
    struct rt_thread thread;
} first;

noreturn void rt_start(const void *told)
{
    const struct rt_startup *startup = told;

    first.process = (struct rt_process){
        .time_frequency = startup->time_frequency,
        .captable = startup->captable,
        .space = startup->space,
        .log = startup->log,
    };
    first.thread = (struct rt_thread){
        .process = &first.process,
        .buffer = (struct abi_buffer *)(word_t)startup->buffer_address,
        .thread = startup->thread,
    };
    rt_set_thread_pointer(rt_thread_prepare(&first.thread));
    rt_assert(startup->magic == RT_STARTUP_MAGIC && startup->version == RT_STARTUP_VERSION);
    rt_exit(component_main(startup));
}
