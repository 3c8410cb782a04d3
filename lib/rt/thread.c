/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads: what they need is taken in an order that can be given back in the reverse one.
 */
#include <rt/map.h>
#include <rt/thread.h>

enum { DEFAULT_STACK_PAGES = 4, GUARD_PAGES = 1, BUFFER_PAGES = 1 };

static noreturn void thread_entry(struct rt_worker *worker)
{
    worker->run(worker->argument);
    for (;;)
        (void)skr_thread_stop(worker->self.thread);
}

static status_t configure(const struct rt_worker *worker, const struct rt_thread_options *options)
{
    const struct rt_process *process = worker->self.process;
    word_t buffer_page = worker->pages - GUARD_PAGES - BUFFER_PAGES;
    status_t status;

    status = skr_thread_configure(worker->thread.cap, process->captable, process->space,
                                  options->budget, options->fault, options->timeout,
                                  worker->frame.cap, buffer_page, options->options);
    if (status != OK)
        return status;
    return skr_thread_set_priority(worker->thread.cap, options->priority, options->ceiling,
                                   options->leave);
}

static status_t start(struct rt_worker *worker)
{
    return skr_thread_start(worker->thread.cap, (word_t)thread_entry, (word_t)worker->self.buffer,
                            (word_t)worker, rt_thread_prepare(&worker->self));
}

/* Everything that can fail; what it took is in the worker. */
static status_t build(const struct rt_maker *maker, struct rt_ranges *addresses,
                      const struct rt_thread_options *options, struct rt_worker *worker)
{
    word_t stack_pages = options->stack_pages != 0 ? options->stack_pages : DEFAULT_STACK_PAGES;
    struct rt_mapping mapping = {.attributes = MAP_READ | MAP_WRITE};
    status_t status;

    status = rt_make(maker, TYPE_THREAD, 0, 1, &worker->thread);
    if (status != OK)
        return status;
    status = rt_make(maker, TYPE_FRAME, stack_pages + BUFFER_PAGES, 1, &worker->frame);
    if (status != OK)
        return status;
    worker->pages = GUARD_PAGES + stack_pages + BUFFER_PAGES;
    status = rt_ranges_take(addresses, worker->pages * ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                            &worker->address);
    if (status != OK)
        return status;

    mapping.frame = worker->frame.cap;
    mapping.address = worker->address + GUARD_PAGES * ABI_PAGE_SIZE;
    mapping.pages = stack_pages + BUFFER_PAGES;
    status = rt_map(worker->self.process->space, &mapping);
    if (status != OK)
        return status;

    worker->self.thread = worker->thread.cap;
    worker->self.buffer =
        (struct abi_buffer *)(mapping.address + stack_pages * ABI_PAGE_SIZE);
    status = configure(worker, options);
    return status != OK ? status : start(worker);
}

status_t rt_thread_create(const struct rt_maker *maker, struct rt_ranges *addresses,
                          const struct rt_thread_options *options, struct rt_worker *worker)
{
    status_t status;

    *worker = (struct rt_worker){
        .self = {.process = rt_self()->process},
        .run = options->run,
        .argument = options->argument,
    };
    status = build(maker, addresses, options, worker);
    if (status != OK)
        rt_thread_destroy(maker, addresses, worker);
    return status;
}

void rt_thread_destroy(const struct rt_maker *maker, struct rt_ranges *addresses,
                       struct rt_worker *worker)
{
    rt_unmake(maker, &worker->thread); /* first: from here on nobody uses the rest */
    rt_unmake(maker, &worker->frame);  /* with its mappings */
    if (worker->address != 0)
        (void)rt_ranges_give(addresses, worker->address, worker->pages * ABI_PAGE_SIZE);
    *worker = (struct rt_worker){0};
}
