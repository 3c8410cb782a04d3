/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Either side of a ring dies at each of its accesses to the shared memory, while the other stands
 * at each of its own; then the survivor goes on, and is told, or finds garbage there.
 *
 * One thread plays both: inside the survivor's turn runs the victim's, which ends by longjmp.  At
 * every access of ring.c access_begins knows what the side may touch: its private memory, words of
 * the two lines, and each byte of the slots once, in order, and only when it is its own.  Not here:
 * accesses that interleave further (ring.pml), and real threads.
 */
#include "accesses.h"
#include <check/check.h>
#include <ring/ring.h>
#include <setjmp.h>
#include <stdlib.h>

enum {
    MEMORY_BYTES = sizeof(struct ring_shared) + 16,
    BUFFER_BYTES = 24,
    NEVER = UINT16_MAX,
    ACCESSES_MAX = 5000, /* of one life: more is a loop without end */
};

struct layout {
    uint32_t slot_bytes;
    uint32_t slot_count;
    uint32_t start; /* of both indices, to have them wrap */
};

/* The counts that the sides ask for in their turns: empty and full rings, 0, and more than all. */
struct round {
    uint32_t push;
    uint32_t pop;
    uint32_t wait;
};

static const struct round rounds[] = {
    {1, 1, 1}, {3, 1, 2}, {4, 2, 4}, {5, 4, 1}, {2, 0, 3}, {0, 5, 1}, {2, 3, 9}, {1, 5, 1},
};

struct side {
    union {
        struct ring_producer producer;
        struct ring_consumer consumer;
        struct ring_end end;
    };
    uint8_t buffer[BUFFER_BYTES];
    size_t buffer_bytes; /* that the call under way may use */
    uint32_t done;
    bool is_producer;
    struct ring_line *mine;
    struct ring_line *theirs;
    size_t bytes;      /* of slots, written or read since the start */
    unsigned steps;    /* accesses to shared memory in this turn */
    uint32_t shown;    /* to the peer, of the own index */
    uint32_t seen;     /* of the peer's index, the last that kept the rules */
    bool was_lied_to;  /* it then saw one that did not */
    bool was_told;     /* that its peer died */
    bool heard_of_end; /* by ERR_PEER_GONE, which is for ever */
};

struct world {
    _Alignas(RING_LINE_BYTES) uint8_t memory[MEMORY_BYTES];
    struct side producer;
    struct side consumer;
};

/* What becomes of the dead side's words. */
struct garbage {
    enum { UNTOUCHED, SAME, BEHIND, ALL, ONE_TOO_MANY, AHEAD, HUGE_STEP } index;
    uint32_t wake_at; /* beyond what the survivor has shown */
    uint32_t closed;
};

static struct {
    struct layout layout;
    struct world world;
    const struct round *round;
    struct garbage garbage;
    struct side *acting; /* inside ring.c, or NULL */
    struct side *victim;
    struct side *survivor;
    unsigned meet_at; /* the survivor's step at which the victim's last turn runs */
    unsigned die_at;  /* the victim's step */
    bool has_died;    /* before the end of its turn */
    unsigned accesses;
    jmp_buf death;
} stage;

static struct ring_shared *shared(void)
{
    return (struct ring_shared *)(void *)stage.world.memory;
}

static bool is_within(const void *at, size_t bytes, const void *base, size_t size)
{
    word_t offset = (word_t)at - (word_t)base;

    return offset < size && bytes <= size - offset;
}

static bool is_private(const struct side *side, const void *at, size_t bytes)
{
    return is_within(at, bytes, &side->end, sizeof(side->end)) ||
           is_within(at, bytes, &side->done, sizeof(side->done)) ||
           is_within(at, bytes, side->buffer, side->buffer_bytes);
}

/* Writes go to the own line, reads to the other; a peer that lied or died is looked at no more. */
static bool is_lawful_word(const struct side *side, const void *at, size_t bytes, bool is_write)
{
    const struct ring_line *line = is_write ? side->mine : side->theirs;

    if (!is_write && at == &line->index && (side->was_lied_to || side->was_told))
        return false;
    return bytes == 4 && (at == &line->index || at == &line->wake_at || at == &line->closed);
}

/* The next byte of the slots, and one that by the last good index belongs to this side. */
static bool is_lawful_slot(const struct side *side, const void *at, size_t bytes, bool is_write)
{
    const struct layout *layout = &stage.layout;
    const uint8_t *slots = stage.world.memory + sizeof(struct ring_shared);
    uint32_t slot = layout->start + (uint32_t)(side->bytes / layout->slot_bytes);
    bool is_ours = side->is_producer ? slot - side->seen < layout->slot_count
                                     : side->seen - slot - 1 < layout->slot_count;

    return is_ours && bytes == 1 && is_write == side->is_producer &&
           at == slots + slot % layout->slot_count * layout->slot_bytes +
                     side->bytes % layout->slot_bytes;
}

/* The furthest that the peer's index can be: by what it was shown. */
static uint32_t seen_limit(const struct side *side)
{
    return side->shown + (side->is_producer ? 0 : stage.layout.slot_count);
}

static void look(struct side *side)
{
    uint32_t index = side->theirs->index;

    if (index - side->seen <= seen_limit(side) - side->seen)
        side->seen = index;
    else
        side->was_lied_to = true;
}

static void victim_dies(void);

static void step(struct side *side)
{
    if (side == stage.victim && side->steps == stage.die_at)
        longjmp(stage.death, 1);
    if (side == stage.survivor && side->steps == stage.meet_at)
        victim_dies();
    side->steps++;
}

void access_begins(const void *at, size_t bytes, bool is_write)
{
    struct side *side = stage.acting;

    if (side == NULL)
        return;
    stage.acting = NULL; /* what follows is the test's doing */
    if (stage.accesses++ > ACCESSES_MAX)
        abort();
    if (!is_private(side, at, bytes)) {
        step(side);
        if (is_lawful_slot(side, at, bytes, is_write))
            side->bytes++;
        else
            CHECK(is_lawful_word(side, at, bytes, is_write));
        if (!is_write && at == &side->theirs->index)
            look(side);
    }
    stage.acting = side;
}

/* Byte number `n` of the stream; no lap over the slots is like the next. */
static uint8_t stream_byte(size_t n)
{
    return (uint8_t)(n % 251);
}

static void check_stream(const struct side *side, size_t from)
{
    for (size_t i = from; i < side->bytes; i++)
        CHECK_EQ(side->buffer[i - from], stream_byte(i));
}

/* Pushes or pops as many as possible up to `count`, and checks what can be said of any result. */
static status_t move(struct side *side, uint32_t count)
{
    size_t before = side->bytes;
    status_t status;

    side->buffer_bytes = (size_t)count * stage.layout.slot_bytes;
    for (size_t i = 0; i < side->buffer_bytes; i++)
        side->buffer[i] = side->is_producer ? stream_byte(before + i) : 0xff;

    stage.acting = side;
    status = side->is_producer ? ring_push(&side->producer, side->buffer, count, &side->done)
                               : ring_pop(&side->consumer, side->buffer, count, &side->done);
    stage.acting = NULL;

    CHECK(side->done <= count && side->bytes - before == side->done * stage.layout.slot_bytes);
    CHECK(status == (side->done > 0 ? OK : ERR_WOULD_BLOCK) ||
          (status == ERR_PEER_GONE && side->done == 0));
    CHECK(status == ERR_PEER_GONE || !side->heard_of_end);
    side->heard_of_end = side->heard_of_end || status == ERR_PEER_GONE;
    if (!side->is_producer && stage.garbage.index == UNTOUCHED)
        check_stream(side, before);
    return status;
}

/* Publishes or releases; whether to signal is the model's matter. */
static void show(struct side *side)
{
    bool is_awaited;

    side->shown = stage.layout.start + (uint32_t)(side->bytes / stage.layout.slot_bytes);
    stage.acting = side;
    is_awaited = side->is_producer ? ring_publish(&side->producer) : ring_release(&side->consumer);
    stage.acting = NULL;
    (void)is_awaited;
}

static bool may_wait(struct side *side, uint32_t count)
{
    bool result;

    stage.acting = side;
    result = side->is_producer ? ring_producer_may_wait(&side->producer, count)
                               : ring_consumer_may_wait(&side->consumer, count);
    stage.acting = NULL;
    return result;
}

static void say_good_bye(struct side *side)
{
    stage.acting = side;
    ring_close(&side->end);
    stage.acting = NULL;
}

static void tell_of_death(struct side *side)
{
    stage.acting = side;
    ring_peer_died(&side->end);
    stage.acting = NULL;
    side->was_told = true;
}

/* A turn has every call of its side, two moves to a batch. */
static void take_turn(struct side *side)
{
    side->steps = 0;
    move(side, side->is_producer ? stage.round->push : stage.round->pop);
    move(side, 1);
    show(side);
    (void)may_wait(side, stage.round->wait);
    if (side == stage.victim && stage.round == &rounds[array_count(rounds) - 1])
        say_good_bye(side);
}

/* Fills the memory with what a hostile side could leave; it can write the survivor's line too. */
static void spoil(const struct side *survivor)
{
    uint32_t limit = seen_limit(survivor);
    const uint32_t indices[] = {
        [SAME] = survivor->seen,
        [BEHIND] = survivor->seen - 1,
        [ALL] = limit,
        [ONE_TOO_MANY] = limit + 1,
        [AHEAD] = limit + stage.layout.slot_count + 1,
        [HUGE_STEP] = survivor->seen + (1u << 31),
    };

    if (stage.garbage.index == UNTOUCHED)
        return;
    for (size_t i = 0; i < MEMORY_BYTES; i++)
        stage.world.memory[i] = 0xee;
    survivor->theirs->index = indices[stage.garbage.index];
    survivor->theirs->wake_at = survivor->shown + stage.garbage.wake_at;
    survivor->theirs->closed = stage.garbage.closed;
}

static void victim_dies(void)
{
    stage.meet_at = NEVER;
    stage.has_died = true;
    if (setjmp(stage.death) == 0) {
        take_turn(stage.victim);
        stage.has_died = false;
    }
    stage.acting = NULL;
    spoil(stage.survivor);
}

/* Goes on until nothing moves, which is soon. */
static status_t move_all(struct side *side)
{
    uint32_t count = stage.layout.slot_count;
    status_t status = OK;

    for (uint32_t i = 0; i < 3 && status == OK; i++) {
        status = move(side, count + 1);
        show(side);
    }
    return status;
}

static void check_survivor(struct side *side, bool is_told_first)
{
    uint32_t reach = side->is_producer ? stage.layout.slot_count : 0;
    status_t status, expected;
    bool is_gone;

    if (is_told_first)
        tell_of_death(side);
    status = move_all(side);
    is_gone = side->was_told || side->was_lied_to || side->theirs->closed != 0;
    expected = is_gone ? ERR_PEER_GONE : ERR_WOULD_BLOCK;
    CHECK_EQ(status, expected);
    CHECK_EQ(may_wait(side, 1), !is_gone);
    if (!side->was_lied_to && !(side->is_producer && is_gone))
        CHECK_EQ(side->shown, side->theirs->index + reach); /* all that there is, and no more */

    side->theirs->closed = 0; /* what ended does not begin again */
    CHECK_EQ(move(side, 1), expected);
    tell_of_death(side);
    side->theirs->index = side->seen + 1;
    CHECK_EQ(move(side, 1), ERR_PEER_GONE);
    CHECK(!may_wait(side, 1));
    say_good_bye(side);
}

static void side_init(struct side *side, bool is_producer)
{
    uint32_t start = stage.layout.start;

    *side = (struct side){
        .is_producer = is_producer,
        .mine = is_producer ? &shared()->producer : &shared()->consumer,
        .theirs = is_producer ? &shared()->consumer : &shared()->producer,
        .shown = start,
        .seen = start,
    };
    if (is_producer)
        CHECK_EQ(ring_producer_init(&side->producer, stage.world.memory, stage.layout.slot_bytes,
                                    stage.layout.slot_count),
                 OK);
    else
        CHECK_EQ(ring_consumer_init(&side->consumer, stage.world.memory, stage.layout.slot_bytes,
                                    stage.layout.slot_count),
                 OK);
    side->end.index = side->end.shown = side->end.peer_index = start;
    side->mine->index = start;
}

/* The world after the first rounds, in which all went well. */
static void play_until(const struct round *round)
{
    stage.world = (struct world){0};
    stage.victim = stage.survivor = NULL;
    stage.garbage = (struct garbage){0};
    stage.accesses = 0;
    side_init(&stage.world.producer, true);
    side_init(&stage.world.consumer, false);
    for (stage.round = rounds; stage.round != round; stage.round++) {
        take_turn(&stage.world.producer);
        take_turn(&stage.world.consumer);
    }
}

/* One life: true when victim and survivor met inside the survivor's turn, not after it. */
static bool live_once(unsigned meet_at, bool is_told_first)
{
    bool have_met;

    stage.accesses = 0;
    stage.meet_at = meet_at;
    take_turn(stage.survivor);
    have_met = stage.meet_at == NEVER;
    if (!have_met)
        victim_dies();
    check_survivor(stage.survivor, is_told_first);
    return have_met;
}

/* The same death with everything that can follow it. */
static bool die_in_all_ways(const struct world *before, unsigned meet_at, unsigned *lives)
{
    bool have_met = false;

    for (unsigned index = UNTOUCHED; index <= HUGE_STEP; index++) {
        for (unsigned others = 0; others < 8; others++) {
            stage.garbage.index = index;
            stage.garbage.wake_at = others & 1 ? UINT32_MAX : 1u << 31;
            stage.garbage.closed = others & 2 ? UINT32_MAX : 0;
            stage.world = *before;
            have_met = live_once(meet_at, others & 4);
            ++*lives;
        }
    }
    return have_met;
}

static void kill_everywhere(struct side *victim, struct side *survivor)
{
    static const struct layout layouts[] = {{4, 4, 0}, {1, 8, UINT32_MAX - 9}, {2, 1, 0}};
    unsigned lives = 0, deaths = 0;

    for (unsigned n = 0; n < array_count(layouts) * array_count(rounds); n++) {
        bool have_met = true;
        struct world before;

        stage.layout = layouts[n / array_count(rounds)];
        play_until(&rounds[n % array_count(rounds)]);
        before = stage.world;
        stage.victim = victim;
        stage.survivor = survivor;
        for (unsigned meet_at = 0; have_met; meet_at++) {
            stage.has_died = true;
            for (stage.die_at = 0; stage.has_died; stage.die_at++, deaths++)
                have_met = die_in_all_ways(&before, meet_at, &lives);
        }
    }
    check_note("%u deaths, %u lives after them", deaths, lives);
}

static void producer_killed_at_any_access_harms_no_consumer(void)
{
    kill_everywhere(&stage.world.producer, &stage.world.consumer);
}

static void consumer_killed_at_any_access_harms_no_producer(void)
{
    kill_everywhere(&stage.world.consumer, &stage.world.producer);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"producer_killed_at_any_access_harms_no_consumer",
         producer_killed_at_any_access_harms_no_consumer},
        {"consumer_killed_at_any_access_harms_no_producer",
         consumer_killed_at_any_access_harms_no_producer},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
