/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads on the target.
 */
#include "libc_test.h"

#include <component/component.h>
#include <errno.h>
#include <posix/core.h>
#include <protocol/root_client.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 5 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

/* Starts and joins so many; each gets its number. */
static void run_threads(unsigned count, void *(*run)(void *))
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i), 0);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void *add_one(void *argument)
{
    return (char *)argument + 1;
}

void threads_run_and_are_joined(void)
{
    pthread_t thread;
    void *result = NULL;

    CHECK_EQ(pthread_create(&thread, NULL, add_one, (void *)(uintptr_t)41), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK_EQ((uintptr_t)result, 42);
    run_threads(THREADS, add_one);
}

static struct {
    volatile unsigned inside, total, wrong;
} guarded;

static void *enter_often(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 50; i++) {
        pthread_mutex_lock(&mutex);
        guarded.wrong += guarded.inside++ != 0;
        sched_yield();
        if (i % 10 == 0)
            nanosleep(&(struct timespec){0, 100000}, NULL);
        guarded.total++;
        guarded.inside--;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

void a_mutex_lets_one_in_at_a_time(void)
{
    memset(&guarded, 0, sizeof(guarded));
    run_threads(THREADS, enter_often);
    CHECK_EQ(guarded.total, THREADS * 50);
    CHECK_EQ(guarded.wrong, 0);
}

static unsigned turn; /* of the two players, or how many were woken */

static void *play(void *argument)
{
    unsigned own = (unsigned)(uintptr_t)argument;

    pthread_mutex_lock(&mutex);
    for (unsigned i = 0; i < 100; i++) {
        while (turn % 2 != own)
            pthread_cond_wait(&condition, &mutex);
        turn++;
        pthread_cond_broadcast(&condition);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void a_condition_wakes_who_waits(void)
{
    turn = 0;
    run_threads(2, play);
    CHECK_EQ(turn, 200);
}

static unsigned arrived, released;
static bool is_open;

static void *pass_the_gate(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    arrived++;
    while (!is_open)
        pthread_cond_wait(&condition, &mutex);
    released++;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void a_broadcast_wakes_all(void)
{
    pthread_t threads[THREADS];
    bool are_all_there = false;

    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, pass_the_gate, NULL), 0);
    while (!are_all_there) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        pthread_mutex_lock(&mutex);
        are_all_there = arrived == THREADS;
        pthread_mutex_unlock(&mutex);
    }
    CHECK_EQ(released, 0);
    pthread_mutex_lock(&mutex);
    is_open = true;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(released, THREADS);
}

void a_wait_with_a_limit_ends(void)
{
    struct timespec limit;

    CHECK_EQ(clock_gettime(CLOCK_REALTIME, &limit), 0);
    limit.tv_nsec += 20000000;
    limit.tv_sec += limit.tv_nsec / 1000000000;
    limit.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    CHECK_EQ(pthread_cond_timedwait(&condition, &mutex, &limit), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    pthread_mutex_unlock(&mutex);
}

static _Thread_local int with_value = 7;
static _Thread_local char zeroed[300];
static _Thread_local _Alignas(64) volatile long aligned = 3;

static void *use_own_variables(void *argument)
{
    unsigned own = (unsigned)(uintptr_t)argument;
    const volatile void *volatile address = &aligned; /* to be looked at, not reckoned */
    unsigned wrong = 0;

    wrong += with_value != 7 || aligned != 3 || (uintptr_t)address % 64 != 0;
    for (unsigned i = 0; i < sizeof(zeroed); i++)
        wrong += zeroed[i] != 0;
    with_value = (int)own;
    memset(zeroed, (int)own, sizeof(zeroed));
    for (unsigned i = 0; i < 10; i++) {
        sched_yield();
        nanosleep(&(struct timespec){0, 100000}, NULL);
        wrong += with_value != (int)own || zeroed[sizeof(zeroed) - 1] != (char)own;
    }
    __atomic_fetch_add(&guarded.wrong, wrong, __ATOMIC_SEQ_CST);
    return NULL;
}

void thread_local_variables_are_each_threads_own(void)
{
    guarded.wrong = 0;
    run_threads(THREADS, use_own_variables);
    CHECK_EQ(guarded.wrong, 0);
    CHECK_EQ(with_value, 7);
    use_own_variables((void *)(uintptr_t)9);
    CHECK_EQ(guarded.wrong, 0);
}

static pthread_key_t key;
static unsigned destroyed;

static void destroy(void *value)
{
    destroyed += (unsigned)(uintptr_t)value;
}

static void *set_key(void *argument)
{
    CHECK(pthread_getspecific(key) == NULL);
    CHECK_EQ(pthread_setspecific(key, (char *)argument + 1), 0);
    return NULL;
}

void keys_are_destroyed_at_the_end_of_a_thread(void)
{
    destroyed = 0;
    CHECK_EQ(pthread_key_create(&key, destroy), 0);
    run_threads(4, set_key);
    CHECK_EQ(destroyed, 1 + 2 + 3 + 4);
    CHECK_EQ(pthread_key_delete(key), 0);
}

static void *fail(void *argument)
{
    (void)argument;
    CHECK_EQ(errno, 0);
    CHECK_EQ(write(9, "", 1), -1);
    CHECK_EQ(errno, EBADF);
    return NULL;
}

void errno_is_each_threads_own(void)
{
    errno = ENOMEM;
    run_threads(2, fail);
    CHECK_EQ(errno, ENOMEM);
}

static sem_t semaphore;

static void *post_often(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 20; i++)
        CHECK_EQ(sem_post(&semaphore), 0);
    return NULL;
}

void a_semaphore_counts(void)
{
    pthread_t thread;

    CHECK_EQ(sem_init(&semaphore, 0, 0), 0);
    CHECK_EQ(sem_trywait(&semaphore), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(pthread_create(&thread, NULL, post_often, NULL), 0);
    for (unsigned i = 0; i < 20; i++)
        CHECK_EQ(sem_wait(&semaphore), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(sem_trywait(&semaphore), -1);
}

static void count_cleanup(void *argument)
{
    ++*(unsigned *)argument;
}

static void *sleep_long(void *argument)
{
    pthread_cleanup_push(count_cleanup, argument);
    nanosleep(&(struct timespec){1000, 0}, NULL);
    pthread_cleanup_pop(0);
    return NULL;
}

void a_sleeping_thread_can_be_cancelled(void)
{
    unsigned cleanups = 0;
    pthread_t thread;
    void *result = NULL;

    CHECK_EQ(pthread_create(&thread, NULL, sleep_long, &cleanups), 0);
    nanosleep(&(struct timespec){0, 5000000}, NULL);
    CHECK_EQ(pthread_cancel(thread), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(cleanups, 1);
}

static void *end_at_once(void *argument)
{
    return argument;
}

/* More than could be had at once, by far: of kernel objects and of heap. */
void ended_threads_give_everything_back(void)
{
    pthread_attr_t detached;
    pthread_t thread;

    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQ(pthread_create(&thread, NULL, end_at_once, NULL), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
    CHECK_EQ(pthread_attr_init(&detached), 0);
    CHECK_EQ(pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED), 0);
    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQ(pthread_create(&thread, &detached, end_at_once, NULL), 0);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
}

void there_are_so_many_threads_and_no_more(void)
{
    enum { TOO_MANY = 40 };
    pthread_t threads[TOO_MANY];
    pthread_attr_t small;
    unsigned count = 0;
    int status = 0;

    CHECK_EQ(pthread_attr_init(&small), 0);
    CHECK_EQ(pthread_attr_setstacksize(&small, 4096), 0);
    pthread_mutex_lock(&mutex);
    is_open = false;
    pthread_mutex_unlock(&mutex);
    while (count < TOO_MANY &&
           (status = pthread_create(&threads[count], &small, pass_the_gate, NULL)) == 0)
        count++;
    CHECK_EQ(status, EAGAIN);
    check_note("%u threads", count);
    CHECK(count >= 16);
    pthread_mutex_lock(&mutex);
    is_open = true;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void *say_something(void *argument)
{
    static const char line[] = "# said through root's protocol";

    (void)argument;
    CHECK_EQ(root_print(core_component()->parent, line, sizeof(line) - 1), OK);
    return NULL;
}

void a_thread_may_call_protocols(void)
{
    run_threads(3, say_something);
}
