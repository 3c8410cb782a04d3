/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads and one ring, under the thread sanitizer: nothing is lost, torn or woken in vain for
 * ever.  A notification is played by a mutex and a condition; a lost wake-up shows as a hang, which
 * the time limit ends as a failure.
 */
#include <check/check.h>
#include <pthread.h>
#include <ring/ring.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 200000, SLOTS = 16, CLOSE_ROUNDS = 300 };

struct notification {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_set;
    unsigned signals;
};

struct item {
    uint64_t number;
    uint64_t inverse; /* of number: a torn slot shows */
};

struct shared_run {
    void *memory;
    struct notification filled;
    struct notification freed;
    uint32_t batch_max;
    uint64_t items;
    uint64_t errors; /* of the consumer */
    uint64_t received;
};

static void notification_init(struct notification *notification)
{
    memset(notification, 0, sizeof(*notification));
    pthread_mutex_init(&notification->mutex, NULL);
    pthread_cond_init(&notification->changed, NULL);
}

static void notification_signal(struct notification *notification)
{
    pthread_mutex_lock(&notification->mutex);
    notification->is_set = true;
    notification->signals++;
    pthread_cond_signal(&notification->changed);
    pthread_mutex_unlock(&notification->mutex);
}

static void notification_wait(struct notification *notification)
{
    pthread_mutex_lock(&notification->mutex);
    while (!notification->is_set)
        pthread_cond_wait(&notification->changed, &notification->mutex);
    notification->is_set = false;
    pthread_mutex_unlock(&notification->mutex);
}

static void *produce(void *argument)
{
    struct shared_run *run = argument;
    struct ring_producer producer;
    uint64_t next = 0;

    if (ring_producer_init(&producer, run->memory, sizeof(struct item), SLOTS) != OK)
        return NULL;
    while (next < run->items) {
        for (uint32_t i = 0; i < run->batch_max && next < run->items; i++) {
            struct item item = {next, ~next};
            uint32_t done = 0;

            if (ring_push(&producer, &item, 1, &done) != OK)
                break;
            next++;
        }
        if (ring_publish(&producer))
            notification_signal(&run->filled);
        if (ring_producer_may_wait(&producer, 1))
            notification_wait(&run->freed);
    }
    ring_close(&producer.end);
    notification_signal(&run->filled);
    return NULL;
}

static void *consume(void *argument)
{
    struct shared_run *run = argument;
    struct ring_consumer consumer;
    status_t status = OK;

    if (ring_consumer_init(&consumer, run->memory, sizeof(struct item), SLOTS) != OK)
        return NULL;
    while (status != ERR_PEER_GONE) {
        struct item items[SLOTS];
        uint32_t done = 0;

        status = ring_pop(&consumer, items, run->batch_max, &done);
        for (uint32_t i = 0; i < done; i++) {
            run->errors += items[i].number != run->received || items[i].inverse != ~items[i].number;
            run->received++;
        }
        if (ring_release(&consumer))
            notification_signal(&run->freed);
        if (status == ERR_WOULD_BLOCK && ring_consumer_may_wait(&consumer, 1))
            notification_wait(&run->filled);
    }
    return NULL;
}

static void run_threads(struct shared_run *run)
{
    size_t size = ring_bytes(sizeof(struct item), SLOTS);
    pthread_t producer, consumer;

    if (posix_memalign(&run->memory, RING_LINE_BYTES, size) != 0)
        abort();
    memset(run->memory, 0, size);
    notification_init(&run->filled);
    notification_init(&run->freed);
    pthread_create(&consumer, NULL, consume, run);
    pthread_create(&producer, NULL, produce, run);
    pthread_join(producer, NULL);
    pthread_join(consumer, NULL);
    free(run->memory);
}

static void everything_arrives_in_order(void)
{
    static const uint32_t batches[] = {1, 3, SLOTS};

    for (unsigned i = 0; i < array_count(batches); i++) {
        struct shared_run run = {.batch_max = batches[i], .items = ITEMS};

        run_threads(&run);
        CHECK_EQ(run.received, ITEMS);
        CHECK_EQ(run.errors, 0);
        CHECK(run.filled.signals <= ITEMS + 1);
        check_note("batches of %u: %u wake-ups of the consumer, %u of the producer",
                   (unsigned)batches[i], run.filled.signals, run.freed.signals);
    }
}

static void close_is_always_noticed(void)
{
    for (unsigned i = 0; i < CLOSE_ROUNDS; i++) {
        struct shared_run run = {.batch_max = 1 + i % 4, .items = i % 40};

        run_threads(&run);
        CHECK_EQ(run.received, run.items);
        CHECK_EQ(run.errors, 0);
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"everything_arrives_in_order", everything_arrives_in_order},
        {"close_is_always_noticed", close_is_always_noticed},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
