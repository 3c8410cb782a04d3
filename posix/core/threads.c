/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads, and waiting.
 *
 * Each thread has a notification that it waits on and a timer that signals it.  A thread that ends
 * says so and stops; the reaper, a thread of our own, ends it, gives back what it had, and only
 * then lets others know: so nobody frees a stack that something still runs on.
 */
#include "posix.h"

#include <abi/sizes.h>
#include <base/memory.h>
#include <rt/map.h>
#include <rt/print.h>

enum { BIT_WAKE = 1, BIT_TIME = 2, REAPER_STACK_PAGES = 2 };

/* ---- what a thread is made of ---- */

static status_t make_means(struct posix *posix, struct posix_thread *thread)
{
    const struct rt_maker *maker = &posix->maker;
    status_t status = rt_make(maker, TYPE_NOTIFICATION, 0, 1, &thread->notification);

    if (status == OK)
        status = rt_make(maker, TYPE_TIMER, 0, 1, &thread->timer_object);
    thread->wake = thread->notification.cap;
    thread->timer = thread->timer_object.cap;
    return status;
}

static status_t map_buffer(struct posix *posix, struct posix_thread *thread)
{
    struct component *component = &posix->component;
    struct rt_mapping mapping = {.pages = 1, .attributes = MAP_READ | MAP_WRITE};
    status_t status = rt_make(&posix->maker, TYPE_FRAME, 1, 1, &thread->buffer);

    if (status == OK)
        status = rt_ranges_take(&component->addresses, ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                                &thread->buffer_address);
    if (status != OK)
        return status;
    mapping.frame = thread->buffer.cap;
    mapping.address = thread->buffer_address;
    return rt_map(component->startup->space, &mapping);
}

/* With the space, the budget and the priority of the thread that makes it; faults go to root. */
static status_t configure(struct posix *posix, const struct posix_thread *thread)
{
    const struct rt_startup *startup = posix->component.startup;
    word_t state, core, priority;
    status_t status;

    status =
        skr_thread_configure(thread->thread.cap, startup->captable, startup->space, startup->budget,
                             posix->component.faults, 0, thread->buffer.cap, 0, 0);
    if (status == OK)
        status = skr_thread_info(startup->thread, &state, &core, &priority);
    if (status == OK)
        status = skr_thread_set_priority(thread->thread.cap, priority, priority, 0);
    return status;
}

static status_t make_thread(struct posix *posix, struct posix_thread *thread)
{
    status_t status = make_means(posix, thread);

    if (status == OK)
        status = map_buffer(posix, thread);
    if (status == OK)
        status = rt_make(&posix->maker, TYPE_THREAD, 0, 1, &thread->thread);
    if (status == OK)
        status = configure(posix, thread);
    return status;
}

/* Harmless for what was not made. */
static void unmake_thread(struct posix *posix, struct posix_thread *thread)
{
    const struct rt_maker *maker = &posix->maker;

    rt_unmake(maker, &thread->thread); /* first: from here on it does nothing */
    rt_unmake(maker, &thread->timer_object);
    rt_unmake(maker, &thread->notification);
    rt_unmake(maker, &thread->buffer); /* with its mapping */
    if (thread->buffer_address != 0)
        (void)rt_ranges_give(&posix->component.addresses, thread->buffer_address, ABI_PAGE_SIZE);
    futex_remove(&posix->futex, &thread->waiter);
    *thread = (struct posix_thread){0};
}

/* ---- the end of a thread ---- */

static struct posix_thread *find_ending(struct posix *posix)
{
    for (uint32_t i = 0; i < POSIX_THREADS_MAX; i++) {
        if (posix->threads[i].state == THREAD_ENDING)
            return &posix->threads[i];
    }
    return NULL;
}

static void reap(struct posix *posix, struct posix_thread *thread)
{
    word_t stack = thread->stack, stack_size = thread->stack_size;
    uint32_t *clear = thread->clear;

    core_lock();
    unmake_thread(posix, thread);
    core_unlock();
    if (stack != 0)
        (void)core_unmap(stack, stack_size);
    if (clear == NULL)
        return;
    __atomic_store_n(clear, 0, __ATOMIC_RELEASE);
    (void)core_wake(clear, 1, 0, NULL);
}

static void run_reaper(void *argument)
{
    struct posix *posix = argument;
    struct posix_thread *thread;
    word_t bits;

    rt_self()->user = posix;
    for (;;) {
        while ((thread = find_ending(posix)) != NULL)
            reap(posix, thread);
        (void)skr_wait(posix->reaper_wake, &bits);
    }
}

/* Slots beyond those that the component started with. */
static status_t add_slots(struct posix *posix)
{
    struct component *component = &posix->component;
    struct rt_object chunks;
    status_t status;

    if (posix->maker.slots == &posix->slots)
        return OK;
    status = rt_make(&component->maker, TYPE_CHUNK, 0, POSIX_CHUNKS, &chunks);
    for (word_t i = 0; i < POSIX_CHUNKS && status == OK; i++)
        status = skr_captable_attach(component->startup->captable, i + 1, chunks.cap + i);
    if (status != OK)
        return status;
    rt_slots_init(&posix->slots, posix->slot_bits, ABI_CHUNK_SLOTS, POSIX_SLOTS);
    posix->maker.slots = &posix->slots;
    return OK;
}

static status_t start_reaper(struct posix *posix)
{
    struct component *component = &posix->component;
    const struct rt_startup *startup = component->startup;
    struct rt_thread_options options = {
        .run = run_reaper,
        .argument = posix,
        .stack_pages = REAPER_STACK_PAGES,
        .budget = startup->budget,
        .fault = component->faults,
    };
    struct rt_object wake;
    word_t state, core;
    status_t status;

    if (posix->reaper_wake != 0)
        return OK;
    status = skr_thread_info(startup->thread, &state, &core, &options.priority);
    if (status == OK)
        status = add_slots(posix);
    if (status == OK)
        status = rt_make(&component->maker, TYPE_NOTIFICATION, 0, 1, &wake);
    if (status != OK)
        return status;
    options.ceiling = options.priority;
    posix->reaper_wake = wake.cap;
    status = rt_thread_create(&component->maker, &component->addresses, &options, &posix->reaper);
    if (status != OK) {
        rt_unmake(&component->maker, &wake);
        posix->reaper_wake = 0;
    }
    return status;
}

noreturn void core_thread_exit(void *stack, word_t stack_size)
{
    struct posix_thread *thread = core_thread_self();
    struct posix *posix = core_self();
    cap_t own = thread->self.thread;
    cap_t reaper = posix->reaper_wake;

    core_lock();
    thread->stack = (word_t)stack;
    thread->stack_size = stack_size;
    thread->state = THREAD_ENDING;
    core_unlock();
    (void)skr_signal(reaper, 1);
    for (;;)
        (void)skr_thread_stop(own);
}

/* ---- the beginning ---- */

static noreturn void thread_entry(struct posix_thread *thread)
{
    thread->run(thread->argument);
    core_thread_exit(NULL, 0);
}

static struct posix_thread *find_free(struct posix *posix)
{
    for (uint32_t i = 1; i < POSIX_THREADS_MAX; i++) {
        if (posix->threads[i].state == THREAD_FREE)
            return &posix->threads[i];
    }
    return NULL;
}

static void lead_to(void *thread_pointer, struct rt_thread *self)
{
    ((struct rt_thread **)thread_pointer)[-1] = self;
}

long core_thread_create(int (*run)(void *), void *argument, void *stack, void *thread_pointer,
                        int32_t *id, uint32_t *clear)
{
    struct posix *posix = core_self();
    struct posix_thread *thread;
    status_t status = ERR_OVER_LIMIT;
    long number = 0;

    core_lock();
    thread = find_free(posix);
    if (thread != NULL)
        status = start_reaper(posix);
    if (status == OK)
        status = make_thread(posix, thread);
    if (status == OK) {
        thread->self = (struct rt_thread){
            .process = rt_self()->process,
            .buffer = (struct abi_buffer *)thread->buffer_address,
            .thread = thread->thread.cap,
            .user = posix,
        };
        thread->state = THREAD_RUNNING;
        thread->run = run;
        thread->argument = argument;
        thread->clear = clear;
        lead_to(thread_pointer, &thread->self);
        number = thread - posix->threads + 1;
        *id = (int32_t)number;
        status =
            skr_thread_start(thread->thread.cap, (word_t)thread_entry, (word_t)stack & ~(word_t)15,
                             (word_t)thread, (word_t)thread_pointer);
    }
    if (status != OK && thread != NULL)
        unmake_thread(posix, thread);
    core_unlock();
    return status == OK ? number : -POSIX_EAGAIN;
}

void threads_init(struct posix *posix)
{
    struct posix_thread *first = &posix->threads[0];

    posix->maker = posix->component.maker;
    futex_init(&posix->futex);
    rt_assert(make_means(posix, first) == OK);
    first->state = THREAD_RUNNING;
    first->self = *rt_self();
    first->self.user = posix;
    rt_set_thread_pointer(rt_thread_prepare(&first->self));
}

void core_thread_move(void *thread_pointer)
{
    lead_to(thread_pointer, rt_self());
    rt_set_thread_pointer((word_t)thread_pointer);
}

long core_thread_clear(uint32_t *clear)
{
    core_thread_self()->clear = clear;
    return core_thread_id();
}

long core_thread_id(void)
{
    return core_thread_self() - core_self()->threads + 1;
}

/* ---- waiting ---- */

/* Under the lock: whether the wait goes on, and if not, its result. */
static bool goes_on(struct posix *posix, struct posix_thread *self, uint64_t deadline_ns,
                    long *result)
{
    if (self->waiter.word == NULL)
        *result = 0;
    else if (self->is_interrupted)
        *result = -POSIX_EINTR;
    else if (core_time_ns() >= deadline_ns)
        *result = -POSIX_ETIMEDOUT;
    else
        return true;
    if (*result == -POSIX_EINTR)
        self->is_interrupted = false;
    futex_remove(&posix->futex, &self->waiter);
    return false;
}

long core_wait(const volatile uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    struct posix_thread *self = core_thread_self();
    struct posix *posix = core_self();
    word_t bits;
    long result = 0;

    core_lock();
    if (*word != expected) {
        core_unlock();
        return -POSIX_EAGAIN;
    }
    futex_add(&posix->futex, &self->waiter, word);
    if (deadline_ns != POSIX_FOREVER)
        (void)skr_timer_set(self->timer, deadline_ns, self->wake, BIT_TIME);
    while (goes_on(posix, self, deadline_ns, &result)) {
        core_unlock();
        (void)skr_wait(self->wake, &bits);
        core_lock();
    }
    core_unlock();
    if (deadline_ns != POSIX_FOREVER && result != -POSIX_ETIMEDOUT)
        (void)skr_timer_cancel(self->timer);
    return result;
}

long core_wake(const volatile uint32_t *word, uint32_t count, uint32_t more,
               const volatile uint32_t *other)
{
    struct posix *posix = core_self();
    struct futex_waiter *waiter = NULL;
    uint32_t woken = 0;

    core_lock();
    while (woken < count && (waiter = futex_take(&posix->futex, word)) != NULL) {
        (void)skr_signal(container_of(waiter, struct posix_thread, waiter)->wake, BIT_WAKE);
        woken++;
    }
    if (more > 0)
        woken += futex_move(&posix->futex, word, more, other);
    core_unlock();
    return (long)woken;
}

long core_sleep_until(uint64_t deadline_ns)
{
    const volatile uint32_t nobody_wakes = 0;
    long result = core_wait(&nobody_wakes, 0, deadline_ns);

    return result == -POSIX_ETIMEDOUT ? 0 : result;
}

long core_thread_interrupt(long id)
{
    struct posix *posix = core_self();
    struct posix_thread *thread;

    if (id < 1 || id > POSIX_THREADS_MAX || posix->threads[id - 1].state != THREAD_RUNNING)
        return -POSIX_ESRCH;
    thread = &posix->threads[id - 1];
    core_lock();
    thread->is_interrupted = true;
    (void)skr_signal(thread->wake, BIT_WAKE);
    core_unlock();
    return 0;
}
