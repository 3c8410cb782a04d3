/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first component's start: what the kernel says becomes the runtime's state.
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
    const struct abi_boot_info *boot = told;

    first.process = (struct rt_process){
        .time_frequency = boot->time_frequency,
        .captable = ABI_ROOT_CAPTABLE,
        .space = ABI_ROOT_SPACE,
        .log = ABI_ROOT_LOG,
    };
    first.thread = (struct rt_thread){
        .process = &first.process,
        .buffer = (struct abi_buffer *)(word_t)boot->buffer_address,
        .thread = ABI_ROOT_THREAD,
    };
    rt_set_thread_pointer(rt_thread_prepare(&first.thread));
    rt_assert(boot->magic == ABI_BOOT_MAGIC);
    rt_exit(root_main(boot));
}
