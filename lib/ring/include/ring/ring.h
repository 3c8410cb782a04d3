/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared-memory ring: one producer, one consumer, slots of one size (of one byte: a stream).
 *
 * Each side owns one line of the shared memory and only reads the other's; what it needs to know of
 * its own line it keeps in private memory.  A peer can write anything at any time: an index is
 * copied, then checked; a slot is copied, and the copy is what the caller gets.  The worst that a
 * peer can do is to send nonsense in slots, or to end the ring.
 *
 * The ring blocks nobody and knows no notification: a function that says the peer must be signalled
 * leaves that to its caller.  When to wait and when to signal: protocol.md.
 */
#ifndef RING_RING_H
#define RING_RING_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>
#include <stdatomic.h>

enum { RING_LINE_BYTES = 64, RING_SLOTS_MAX = 1 << 20, RING_SLOT_BYTES_MAX = 4096 };

/* What one side says to the other; a cache line of its own, so that they do not disturb. */
struct ring_line {
    _Atomic uint32_t index;   /* producer: slots published; consumer: slots released; both wrap */
    _Atomic uint32_t wake_at; /* signal me when your index passes this */
    _Atomic uint32_t closed;  /* not 0: I use the ring no more */
    uint32_t unused[13];
};

struct ring_shared {
    struct ring_line producer;
    struct ring_line consumer;
    /* slots follow */
};

static_assert(sizeof(struct ring_line) == RING_LINE_BYTES, "one line");
static_assert(sizeof(struct ring_shared) == 2 * RING_LINE_BYTES, "no padding");
static_assert(offsetof(struct ring_line, wake_at) == 4, "fixed layout");
static_assert(offsetof(struct ring_line, closed) == 8, "fixed layout");

/* One side's own view; private to it. */
struct ring_end {
    struct ring_line *mine;
    struct ring_line *theirs;
    uint8_t *slots;
    uint32_t slot_bytes;
    uint32_t slot_count;    /* a power of two */
    uint32_t peer_lead_max; /* how far the peer's index may be ahead of what it was told of mine */
    uint32_t index;      /* slots pushed, or popped, so far; may be ahead of what the peer knows */
    uint32_t shown;      /* what the peer was told */
    uint32_t peer_index; /* as last read, and good */
    bool is_peer_gone;   /* it closed, died, or broke the rules: nothing more is read from it */
};

struct ring_producer {
    struct ring_end end;
};

struct ring_consumer {
    struct ring_end end;
};

/* Bytes of shared memory that such a ring takes; 0 when it can't be. */
size_t ring_bytes(uint32_t slot_bytes, uint32_t slot_count);

/*
 * Each side makes its own end, over the same zeroed memory of at least ring_bytes, aligned to
 * RING_LINE_BYTES.  Both must agree on the sizes, which are not written down in the memory.
 * Borrows the memory.
 */
MUST_CHECK status_t ring_producer_init(struct ring_producer *producer, void *memory,
                                       uint32_t slot_bytes, uint32_t slot_count);
MUST_CHECK status_t ring_consumer_init(struct ring_consumer *consumer, void *memory,
                                       uint32_t slot_bytes, uint32_t slot_count);

/*
 * Puts up to `count` slots in; `done` says how many.  OK when at least one found room, else
 * ERR_WOULD_BLOCK.  Nobody sees them before ring_publish.  ERR_PEER_GONE for ever once the consumer
 * has closed, died or lied.
 */
status_t ring_push(struct ring_producer *producer, const void *slots, uint32_t count,
                   uint32_t *done);

/* Shows what was pushed; true: the consumer waits for it and must be signalled now. */
MUST_CHECK bool ring_publish(struct ring_producer *producer);

/*
 * Takes up to `count` slots out; `done` says how many.  OK when there was at least one, else
 * ERR_WOULD_BLOCK.  What was published before the producer closed or died can still be popped;
 * then, or when it lied, ERR_PEER_GONE for ever.
 */
status_t ring_pop(struct ring_consumer *consumer, void *slots, uint32_t count, uint32_t *done);

/* Lets the producer have the popped slots; true: it waits for them and must be signalled now. */
MUST_CHECK bool ring_release(struct ring_consumer *consumer);

/*
 * Before waiting: asks for a signal once `count` slots are free, or filled.  True: now wait.
 * False: there is enough, or the peer is gone, so do not wait.  Publishes nothing.
 */
MUST_CHECK bool ring_producer_may_wait(struct ring_producer *producer, uint32_t count);
MUST_CHECK bool ring_consumer_may_wait(struct ring_consumer *consumer, uint32_t count);

/* Says good-bye; the peer must be signalled. */
void ring_close(struct ring_end *end);

/* The peer died, says somebody who knows (a closed session, root). */
void ring_peer_died(struct ring_end *end);

#endif
