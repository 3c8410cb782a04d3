/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring.
 *
 * Indices count slots since the start and wrap at 2^32, so their difference is always the number of
 * slots between them.  The one delicate place is going to sleep: each side first writes what the
 * other reads and then reads what the other writes, all four accesses sequentially consistent, so
 * at least one of them sees the other (ring.pml checks this).
 */
#include <base/bits.h>
#include <base/memory.h>
#include <ring/ring.h>

static bool sizes_are_good(uint32_t slot_bytes, uint32_t slot_count)
{
    return slot_bytes >= 1 && slot_bytes <= RING_SLOT_BYTES_MAX && slot_count <= RING_SLOTS_MAX &&
           is_power_of_two(slot_count);
}

size_t ring_bytes(uint32_t slot_bytes, uint32_t slot_count)
{
    if (!sizes_are_good(slot_bytes, slot_count))
        return 0;
    return sizeof(struct ring_shared) + (size_t)slot_bytes * slot_count;
}

static status_t end_init(struct ring_end *end, void *memory, uint32_t slot_bytes,
                         uint32_t slot_count)
{
    struct ring_shared *shared = memory;

    if (!sizes_are_good(slot_bytes, slot_count))
        return ERR_BAD_ARGUMENT;
    if (!is_aligned((word_t)memory, RING_LINE_BYTES))
        return ERR_MISALIGNED;
    *end = (struct ring_end){
        .slots = (uint8_t *)(shared + 1),
        .slot_bytes = slot_bytes,
        .slot_count = slot_count,
    };
    return OK;
}

status_t ring_producer_init(struct ring_producer *producer, void *memory, uint32_t slot_bytes,
                            uint32_t slot_count)
{
    struct ring_shared *shared = memory;
    status_t status = end_init(&producer->end, memory, slot_bytes, slot_count);

    if (status != OK)
        return status;
    producer->end.mine = &shared->producer;
    producer->end.theirs = &shared->consumer;
    return OK;
}

status_t ring_consumer_init(struct ring_consumer *consumer, void *memory, uint32_t slot_bytes,
                            uint32_t slot_count)
{
    struct ring_shared *shared = memory;
    status_t status = end_init(&consumer->end, memory, slot_bytes, slot_count);

    if (status != OK)
        return status;
    consumer->end.mine = &shared->consumer;
    consumer->end.theirs = &shared->producer;
    consumer->end.peer_lead_max = slot_count;
    return OK;
}

/*
 * Takes a look at the peer's index.  It may only go forward, and only so far: the consumer's never
 * past what was shown to it, the producer's never more than all slots ahead of that.
 */
static void look_at_peer(struct ring_end *end)
{
    uint32_t copy;

    if (end->is_peer_gone)
        return;
    copy = atomic_load_explicit(&end->theirs->index, memory_order_seq_cst);
    if (copy - end->peer_index > end->shown + end->peer_lead_max - end->peer_index)
        end->is_peer_gone = true;
    else
        end->peer_index = copy;
}

/* In front of the producer: slots that the consumer has released. */
static uint32_t room(const struct ring_end *end)
{
    return end->slot_count - (end->index - end->peer_index);
}

/* In front of the consumer: slots that the producer has published. */
static uint32_t filled(const struct ring_end *end)
{
    return end->peer_index - end->index;
}

static bool has_closed(const struct ring_end *end)
{
    return atomic_load_explicit(&end->theirs->closed, memory_order_acquire) != 0;
}

/* Bytes of slot `index` and of those behind it, up to the end of the memory. */
static uint8_t *slot_at(const struct ring_end *end, uint32_t index)
{
    return end->slots + (size_t)(index & (end->slot_count - 1)) * end->slot_bytes;
}

static uint32_t until_end(const struct ring_end *end, uint32_t index)
{
    return end->slot_count - (index & (end->slot_count - 1));
}

static uint32_t u32_min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

status_t ring_push(struct ring_producer *producer, const void *slots, uint32_t count,
                   uint32_t *done)
{
    struct ring_end *end = &producer->end;
    const uint8_t *from = slots;
    uint32_t first;

    *done = 0;
    if (room(end) < count)
        look_at_peer(end);
    if (has_closed(end))
        end->is_peer_gone = true; /* for ever, whatever `closed` says later */
    if (end->is_peer_gone)
        return ERR_PEER_GONE;
    count = u32_min(count, room(end));
    if (count == 0)
        return ERR_WOULD_BLOCK;

    first = u32_min(count, until_end(end, end->index));
    mem_copy(slot_at(end, end->index), from, (size_t)first * end->slot_bytes);
    mem_copy(end->slots, from + (size_t)first * end->slot_bytes,
             (size_t)(count - first) * end->slot_bytes);
    end->index += count;
    *done = count;
    return OK;
}

status_t ring_pop(struct ring_consumer *consumer, void *slots, uint32_t count, uint32_t *done)
{
    struct ring_end *end = &consumer->end;
    bool is_closed = has_closed(end); /* before looking: what it published before is then seen */
    uint8_t *to = slots;
    uint32_t first;

    *done = 0;
    if (filled(end) < count || is_closed)
        look_at_peer(end);
    if (is_closed && filled(end) == 0)
        end->is_peer_gone = true; /* for ever, whatever `closed` says later */
    if (end->is_peer_gone && filled(end) == 0)
        return ERR_PEER_GONE;
    count = u32_min(count, filled(end));
    if (count == 0)
        return ERR_WOULD_BLOCK;

    first = u32_min(count, until_end(end, end->index));
    mem_copy(to, slot_at(end, end->index), (size_t)first * end->slot_bytes);
    mem_copy(to + (size_t)first * end->slot_bytes, end->slots,
             (size_t)(count - first) * end->slot_bytes);
    compiler_barrier(); /* the shared bytes are read once: what follows uses the copy */
    end->index += count;
    *done = count;
    return OK;
}

/* Tells the peer how far this side is; true when that passes what the peer waits for. */
static bool show(struct ring_end *end)
{
    uint32_t before = end->shown;
    uint32_t wake_at;

    if (end->index == before)
        return false;
    end->shown = end->index;
    atomic_store_explicit(&end->mine->index, end->index, memory_order_seq_cst);
    wake_at = atomic_load_explicit(&end->theirs->wake_at, memory_order_seq_cst);
    return end->index - wake_at - 1 < end->index - before;
}

bool ring_publish(struct ring_producer *producer)
{
    return show(&producer->end);
}

bool ring_release(struct ring_consumer *consumer)
{
    return show(&consumer->end);
}

static void ask_for_signal(struct ring_end *end, uint32_t wake_at)
{
    atomic_store_explicit(&end->mine->wake_at, wake_at, memory_order_seq_cst);
}

bool ring_producer_may_wait(struct ring_producer *producer, uint32_t count)
{
    struct ring_end *end = &producer->end;

    count = u32_min(count, end->slot_count);
    /* There is room for `count` once the consumer's index has passed this. */
    ask_for_signal(end, end->index + count - end->slot_count - 1);
    look_at_peer(end);
    return !end->is_peer_gone && !has_closed(end) && room(end) < count;
}

bool ring_consumer_may_wait(struct ring_consumer *consumer, uint32_t count)
{
    struct ring_end *end = &consumer->end;

    count = u32_min(count, end->slot_count);
    ask_for_signal(end, end->index + count - 1);
    look_at_peer(end);
    return !end->is_peer_gone && !has_closed(end) && filled(end) < count;
}

void ring_close(struct ring_end *end)
{
    atomic_store_explicit(&end->mine->closed, 1, memory_order_seq_cst);
}

void ring_peer_died(struct ring_end *end)
{
    look_at_peer(end); /* what it had published can still be popped */
    end->is_peer_gone = true;
}
