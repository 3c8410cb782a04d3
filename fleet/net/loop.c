/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop, over epoll, with the timers in a binary heap.
 */
#include <abi/status.h>
#include <errno.h>
#include <net/loop.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_A_TURN = 256 };

struct loop {
    int epoll;
    struct watch wake; /* an eventfd: tasks were posted, or the loop shall stop */
    volatile sig_atomic_t shall_stop;
    uint64_t now_ms;
    void (*settle)(void *owner);
    void *settle_owner;

    struct timer **heap; /* heap[1] is due first */
    size_t timer_count;
    size_t heap_size;

    void **garbage;
    size_t garbage_count;
    size_t garbage_size;

    pthread_mutex_t lock; /* guards the posted tasks */
    struct task *first_task;
    struct task **last_task;
};

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t loop_now_ms(const struct loop *loop)
{
    return loop->now_ms;
}

/* There is no way on without the memory for a list of pointers. */
static void *grow(void *list, size_t *size)
{
    *size = *size == 0 ? 64 : 2 * *size;
    list = realloc(list, *size * sizeof(void *));
    if (list == NULL)
        abort();
    return list;
}

static void run_posted(struct watch *watch, uint32_t events)
{
    struct loop *loop = container_of(watch, struct loop, wake);
    struct task *task;
    uint64_t count;

    (void)events;
    if (read(watch->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        abort();
    pthread_mutex_lock(&loop->lock);
    task = loop->first_task;
    loop->first_task = NULL;
    loop->last_task = &loop->first_task;
    pthread_mutex_unlock(&loop->lock);
    while (task != NULL) {
        struct task *next = task->next;
        task->run(task);
        task = next;
    }
}

struct loop *loop_create(void)
{
    struct loop *loop = calloc(1, sizeof(*loop));

    if (loop == NULL)
        return NULL;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = (struct watch){eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), run_posted};
    loop->last_task = &loop->first_task;
    loop->now_ms = read_clock(CLOCK_MONOTONIC);
    pthread_mutex_init(&loop->lock, NULL);
    if (loop->epoll < 0 || loop->wake.fd < 0 || loop_watch(loop, &loop->wake, EPOLLIN) != OK) {
        loop_destroy(loop);
        return NULL;
    }
    return loop;
}

static void free_garbage(struct loop *loop)
{
    for (size_t i = 0; i < loop->garbage_count; i++)
        free(loop->garbage[i]);
    loop->garbage_count = 0;
}

void loop_destroy(struct loop *loop)
{
    free_garbage(loop);
    close(loop->epoll);
    close(loop->wake.fd);
    pthread_mutex_destroy(&loop->lock);
    free(loop->heap);
    free(loop->garbage);
    free(loop);
}

void loop_on_settle(struct loop *loop, void (*settle)(void *owner), void *owner)
{
    loop->settle = settle;
    loop->settle_owner = owner;
}

status_t loop_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0 ? OK : ERR_OVER_LIMIT;
}

void loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) != 0)
        abort(); /* only a descriptor that is not watched */
}

void loop_forget(struct loop *loop, struct watch *watch)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->fd = -1;
}

static void heap_put(struct loop *loop, size_t place, struct timer *timer)
{
    loop->heap[place] = timer;
    timer->place = place;
}

static void heap_rise(struct loop *loop, size_t place, struct timer *timer)
{
    for (; place > 1 && timer->due_ms < loop->heap[place / 2]->due_ms; place /= 2)
        heap_put(loop, place, loop->heap[place / 2]);
    heap_put(loop, place, timer);
}

static void heap_sink(struct loop *loop, size_t place, struct timer *timer)
{
    for (;;) {
        size_t child = 2 * place;

        if (child < loop->timer_count && loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
            child++;
        if (child > loop->timer_count || loop->heap[child]->due_ms >= timer->due_ms)
            break;
        heap_put(loop, place, loop->heap[child]);
        place = child;
    }
    heap_put(loop, place, timer);
}

void timer_start(struct loop *loop, struct timer *timer, uint64_t delay_ms)
{
    timer_stop(loop, timer);
    timer->due_ms = loop->now_ms + delay_ms;
    if (loop->timer_count + 1 >= loop->heap_size)
        loop->heap = grow(loop->heap, &loop->heap_size);
    heap_rise(loop, ++loop->timer_count, timer);
}

void timer_stop(struct loop *loop, struct timer *timer)
{
    size_t place = timer->place;
    struct timer *last;

    if (place == 0)
        return;
    timer->place = 0;
    last = loop->heap[loop->timer_count--];
    if (last == timer)
        return;
    if (place > 1 && last->due_ms < loop->heap[place / 2]->due_ms)
        heap_rise(loop, place, last);
    else
        heap_sink(loop, place, last);
}

void loop_free_later(struct loop *loop, void *memory)
{
    if (loop->garbage_count == loop->garbage_size)
        loop->garbage = grow(loop->garbage, &loop->garbage_size);
    loop->garbage[loop->garbage_count++] = memory;
}

static void wake(struct loop *loop)
{
    uint64_t one = 1;

    if (write(loop->wake.fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort();
}

void loop_post(struct loop *loop, struct task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&loop->lock);
    *loop->last_task = task;
    loop->last_task = &task->next;
    pthread_mutex_unlock(&loop->lock);
    wake(loop);
}

void loop_stop(struct loop *loop)
{
    loop->shall_stop = 1;
    wake(loop);
}

static int wait_ms(const struct loop *loop)
{
    uint64_t due;

    if (loop->timer_count == 0)
        return -1;
    due = loop->heap[1]->due_ms;
    if (due <= loop->now_ms)
        return 0;
    return due - loop->now_ms < 60000 ? (int)(due - loop->now_ms) : 60000;
}

static void fire_timers(struct loop *loop)
{
    while (loop->timer_count > 0 && loop->heap[1]->due_ms <= loop->now_ms) {
        struct timer *timer = loop->heap[1];
        timer_stop(loop, timer);
        timer->fire(timer);
    }
}

void loop_turn(struct loop *loop)
{
    struct epoll_event events[EVENTS_A_TURN];
    int count;

    if (loop->settle != NULL)
        loop->settle(loop->settle_owner);
    free_garbage(loop);
    count = epoll_wait(loop->epoll, events, EVENTS_A_TURN, wait_ms(loop));
    loop->now_ms = read_clock(CLOCK_MONOTONIC);
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        if (watch->fd >= 0)
            watch->ready(watch, events[i].events);
    }
    fire_timers(loop);
}

void loop_run(struct loop *loop)
{
    while (!loop->shall_stop)
        loop_turn(loop);
}
