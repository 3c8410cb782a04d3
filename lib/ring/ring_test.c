/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring's promises, one side at a time and against a peer that writes what it likes.
 */
#include <base/memory.h>
#include <check/check.h>
#include <ring/ring.h>
#include <stdlib.h>

enum { SLOTS = 8, BYTES = sizeof(uint32_t) };

struct fixture {
    void *memory;
    struct ring_shared *shared;
    struct ring_producer producer;
    struct ring_consumer consumer;
};

static struct fixture make(uint32_t slot_bytes, uint32_t slot_count)
{
    struct fixture ring;
    size_t size = ring_bytes(slot_bytes, slot_count);

    /* Exactly this much, so that the sanitizer sees any access beyond it. */
    if (posix_memalign(&ring.memory, RING_LINE_BYTES, size) != 0)
        abort();
    mem_zero(ring.memory, size);
    ring.shared = ring.memory;
    CHECK_EQ(ring_producer_init(&ring.producer, ring.memory, slot_bytes, slot_count), OK);
    CHECK_EQ(ring_consumer_init(&ring.consumer, ring.memory, slot_bytes, slot_count), OK);
    return ring;
}

static status_t push(struct fixture *ring, uint32_t value)
{
    uint32_t done;

    return ring_push(&ring->producer, &value, 1, &done);
}

static status_t pop(struct fixture *ring, uint32_t *value)
{
    uint32_t done;

    return ring_pop(&ring->consumer, value, 1, &done);
}

/* For tests in which the peer needs no signal. */
static void publish(struct fixture *ring)
{
    bool is_awaited = ring_publish(&ring->producer);

    (void)is_awaited;
}

static void release(struct fixture *ring)
{
    bool is_awaited = ring_release(&ring->consumer);

    (void)is_awaited;
}

static void slots_come_out_in_order_across_the_wrap(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t in = 0, out = 0, value = 0;

    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < 1 + round % SLOTS; i++)
            CHECK_EQ(push(&ring, in++), OK);
        publish(&ring);
        while (pop(&ring, &value) == OK)
            CHECK_EQ(value, out++);
        release(&ring);
    }
    CHECK_EQ(out, in);
    free(ring.memory);
}

static void indices_may_wrap(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t start = UINT32_MAX - 3, value = 0;

    ring.producer.end.index = ring.producer.end.shown = ring.producer.end.peer_index = start;
    ring.consumer.end.index = ring.consumer.end.shown = ring.consumer.end.peer_index = start;
    ring.shared->producer.index = ring.shared->consumer.index = start;
    for (uint32_t i = 0; i < SLOTS; i++)
        CHECK_EQ(push(&ring, i), OK);
    CHECK(ring_consumer_may_wait(&ring.consumer, 1));
    CHECK(ring_publish(&ring.producer));
    for (uint32_t i = 0; i < SLOTS; i++) {
        CHECK_EQ(pop(&ring, &value), OK);
        CHECK_EQ(value, i);
    }
    free(ring.memory);
}

static void unpublished_slots_are_not_seen(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    CHECK_EQ(push(&ring, 1), OK);
    CHECK_EQ(pop(&ring, &value), ERR_WOULD_BLOCK);
    publish(&ring);
    CHECK_EQ(pop(&ring, &value), OK);
    free(ring.memory);
}

static void full_ring_rejects_push(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t values[SLOTS + 4] = {0}, done = 0, value = 0;

    CHECK_EQ(ring_push(&ring.producer, values, SLOTS + 4, &done), OK);
    CHECK_EQ(done, SLOTS);
    CHECK_EQ(push(&ring, 1), ERR_WOULD_BLOCK);
    publish(&ring);
    CHECK_EQ(pop(&ring, &value), OK);
    CHECK_EQ(push(&ring, 1), ERR_WOULD_BLOCK); /* popped, but not released */
    release(&ring);
    CHECK_EQ(push(&ring, 1), OK);
    free(ring.memory);
}

static void bytes_are_a_stream(void)
{
    struct fixture ring = make(1, 16);
    char text[16] = {0};
    uint32_t done = 0, sum = 0;

    for (unsigned round = 0; round < 20; round++) {
        CHECK_EQ(ring_push(&ring.producer, "skerry", 6, &done), OK);
        CHECK_EQ(done, 6);
        publish(&ring);
        CHECK_EQ(ring_pop(&ring.consumer, text, sizeof(text), &done), OK);
        CHECK(done == 6 && mem_equal(text, "skerry", 6));
        release(&ring);
        sum += done;
    }
    CHECK_EQ(sum, 120);
    free(ring.memory);
}

static void signal_only_when_asked_and_once_per_batch(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    CHECK(ring_consumer_may_wait(&ring.consumer, 1));
    CHECK_EQ(push(&ring, 1), OK);
    CHECK_EQ(push(&ring, 2), OK);
    CHECK(ring_publish(&ring.producer)); /* two slots, one signal */
    CHECK(!ring_publish(&ring.producer));
    CHECK_EQ(push(&ring, 3), OK);
    CHECK(!ring_publish(&ring.producer)); /* nobody asked since */
    CHECK(!ring_consumer_may_wait(&ring.consumer, 1));
    while (pop(&ring, &value) == OK)
        ;
    CHECK(!ring_release(&ring.consumer) || value == 3);
    free(ring.memory);
}

static void signal_waits_for_the_count_asked_for(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t values[SLOTS] = {0}, done = 0;

    CHECK(ring_consumer_may_wait(&ring.consumer, 3));
    CHECK_EQ(push(&ring, 1), OK);
    CHECK(!ring_publish(&ring.producer));
    CHECK_EQ(push(&ring, 2), OK);
    CHECK(!ring_publish(&ring.producer));
    CHECK_EQ(push(&ring, 3), OK);
    CHECK(ring_publish(&ring.producer));

    CHECK_EQ(ring_push(&ring.producer, values, SLOTS, &done), OK);
    publish(&ring);
    CHECK(ring_producer_may_wait(&ring.producer, 2));
    CHECK_EQ(ring_pop(&ring.consumer, values, 1, &done), OK);
    CHECK(!ring_release(&ring.consumer));
    CHECK_EQ(ring_pop(&ring.consumer, values, 1, &done), OK);
    CHECK(ring_release(&ring.consumer));
    CHECK(!ring_producer_may_wait(&ring.producer, 2));
    free(ring.memory);
}

static void closed_ring_is_drained_then_gone(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    CHECK_EQ(push(&ring, 7), OK);
    publish(&ring);
    ring_close(&ring.producer.end);
    CHECK(!ring_consumer_may_wait(&ring.consumer, 2));
    CHECK_EQ(pop(&ring, &value), OK);
    CHECK_EQ(value, 7);
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    free(ring.memory);
}

static void consumer_that_closed_is_seen_by_the_producer(void)
{
    struct fixture ring = make(BYTES, SLOTS);

    ring_close(&ring.consumer.end);
    CHECK_EQ(push(&ring, 7), ERR_PEER_GONE);
    CHECK(!ring_producer_may_wait(&ring.producer, SLOTS));
    free(ring.memory);
}

static void peer_that_closed_can_not_come_back(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    ring_close(&ring.producer.end);
    ring_close(&ring.consumer.end);
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    CHECK_EQ(push(&ring, 7), ERR_PEER_GONE);
    ring.shared->producer.closed = 0;
    ring.shared->consumer.closed = 0;
    ring.shared->producer.index = 1;
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    CHECK_EQ(push(&ring, 7), ERR_PEER_GONE);
    free(ring.memory);
}

static void asking_for_nothing_loses_nothing(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0, done = 0;

    CHECK_EQ(push(&ring, 7), OK);
    publish(&ring);
    ring_close(&ring.producer.end);
    CHECK_EQ(ring_pop(&ring.consumer, &value, 0, &done), ERR_WOULD_BLOCK);
    CHECK_EQ(pop(&ring, &value), OK);
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    free(ring.memory);
}

static void dead_peer_is_never_read_again(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    CHECK_EQ(push(&ring, 7), OK);
    publish(&ring);
    ring_peer_died(&ring.consumer.end);
    ring.shared->producer.index = 5;
    CHECK_EQ(pop(&ring, &value), OK);
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    CHECK(!ring_consumer_may_wait(&ring.consumer, 1));
    free(ring.memory);
}

static void impossible_index_ends_the_ring(void)
{
    static const uint32_t bad[] = {SLOTS + 1, UINT32_MAX, 1u << 31};

    for (unsigned i = 0; i < array_count(bad); i++) {
        struct fixture ring = make(BYTES, SLOTS);
        uint32_t value = 0, done = 0, values[SLOTS] = {0};

        ring.shared->producer.index = bad[i];
        CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
        ring.shared->producer.index = 1; /* no second chance */
        CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);

        ring.shared->consumer.index = bad[i];
        CHECK_EQ(ring_push(&ring.producer, values, SLOTS, &done), OK);
        CHECK_EQ(push(&ring, 1), ERR_PEER_GONE);
        free(ring.memory);
    }
}

static void index_that_goes_back_ends_the_ring(void)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t value = 0;

    ring.shared->producer.index = 4;
    CHECK_EQ(pop(&ring, &value), OK);
    ring.shared->producer.index = 2;
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(pop(&ring, &value), OK); /* what was seen before */
    CHECK_EQ(pop(&ring, &value), ERR_PEER_GONE);
    free(ring.memory);
}

static void impossible_sizes_are_refused(void)
{
    static const uint32_t counts[] = {0, 3, SLOTS + 1, RING_SLOTS_MAX * 2, UINT32_MAX};
    struct fixture ring = make(BYTES, SLOTS);
    struct ring_producer producer;
    struct ring_consumer consumer;

    for (unsigned i = 0; i < array_count(counts); i++) {
        CHECK_EQ(ring_bytes(BYTES, counts[i]), 0);
        CHECK_EQ(ring_producer_init(&producer, ring.memory, BYTES, counts[i]), ERR_BAD_ARGUMENT);
        CHECK_EQ(ring_consumer_init(&consumer, ring.memory, BYTES, counts[i]), ERR_BAD_ARGUMENT);
    }
    CHECK_EQ(ring_bytes(0, SLOTS), 0);
    CHECK_EQ(ring_bytes(RING_SLOT_BYTES_MAX + 1, SLOTS), 0);
    CHECK_EQ(ring_producer_init(&producer, (uint8_t *)ring.memory + 4, BYTES, SLOTS),
             ERR_MISALIGNED);
    free(ring.memory);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 7;
}

static void scribble(struct ring_line *line, uint32_t *seed)
{
    uint32_t value = next_random(seed);

    switch (next_random(seed) % 6) {
    case 0: line->index = value; break;
    case 1: line->index += value % (2 * SLOTS); break;
    case 2: line->wake_at = value; break;
    case 3: line->wake_at = line->index + value % SLOTS; break;
    case 4: line->closed = value % 64 == 0; break;
    default: break;
    }
}

/*
 * One honest side, the other's line scribbled on before every step.  What can be said whatever it
 * holds: no access outside the memory (the sanitizer's part), counts within bounds, and a ring that
 * ended stays ended.
 */
static void hostile_run(uint32_t seed)
{
    struct fixture ring = make(BYTES, SLOTS);
    uint32_t values[2 * SLOTS] = {0}, done = 0;
    bool push_ended = false, pop_ended = false, may_wait = false;

    for (unsigned step = 0; step < 300; step++) {
        uint32_t count = next_random(&seed) % (2 * SLOTS);
        status_t status;

        scribble(&ring.shared->consumer, &seed);
        status = ring_push(&ring.producer, values, count, &done);
        CHECK(done <= count && done <= SLOTS && (status == OK) == (done > 0));
        push_ended = push_ended || ring.producer.end.is_peer_gone;
        CHECK(!push_ended || status == ERR_PEER_GONE);
        publish(&ring);
        may_wait |= ring_producer_may_wait(&ring.producer, count);

        scribble(&ring.shared->producer, &seed);
        status = ring_pop(&ring.consumer, values, count, &done);
        CHECK(done <= count && done <= SLOTS && (status == OK) == (done > 0));
        CHECK(!pop_ended || done <= SLOTS);
        pop_ended = pop_ended || (ring.consumer.end.is_peer_gone && done == 0 && count > 0);
        CHECK(!pop_ended || done == 0);
        release(&ring);
        may_wait |= ring_consumer_may_wait(&ring.consumer, count);
    }
    CHECK(!push_ended || !ring_producer_may_wait(&ring.producer, 1));
    CHECK(!pop_ended || !ring_consumer_may_wait(&ring.consumer, 1));
    (void)may_wait;
    free(ring.memory);
}

static void hostile_peer_breaks_nothing(void)
{
    for (uint32_t seed = 1; seed <= 3000; seed++)
        hostile_run(seed);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"slots_come_out_in_order_across_the_wrap", slots_come_out_in_order_across_the_wrap},
        {"indices_may_wrap", indices_may_wrap},
        {"unpublished_slots_are_not_seen", unpublished_slots_are_not_seen},
        {"full_ring_rejects_push", full_ring_rejects_push},
        {"bytes_are_a_stream", bytes_are_a_stream},
        {"signal_only_when_asked_and_once_per_batch", signal_only_when_asked_and_once_per_batch},
        {"signal_waits_for_the_count_asked_for", signal_waits_for_the_count_asked_for},
        {"closed_ring_is_drained_then_gone", closed_ring_is_drained_then_gone},
        {"consumer_that_closed_is_seen_by_the_producer",
         consumer_that_closed_is_seen_by_the_producer},
        {"peer_that_closed_can_not_come_back", peer_that_closed_can_not_come_back},
        {"asking_for_nothing_loses_nothing", asking_for_nothing_loses_nothing},
        {"dead_peer_is_never_read_again", dead_peer_is_never_read_again},
        {"impossible_index_ends_the_ring", impossible_index_ends_the_ring},
        {"index_that_goes_back_ends_the_ring", index_that_goes_back_ends_the_ring},
        {"impossible_sizes_are_refused", impossible_sizes_are_refused},
        {"hostile_peer_breaks_nothing", hostile_peer_breaks_nothing},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
