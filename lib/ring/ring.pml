/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spin model of the ring's signalling protocol (protocol.md, ring.c).
 *
 * One statement is one access to shared memory or one call of the kernel; the accesses are
 * sequentially consistent in the code, so interleaving them is all there is.  Indices do not wrap
 * here, that is a matter of unit tests.  Either side may be killed between any two steps; whoever
 * watches it then marks the ring and signals the survivor.
 *
 * Checked: slots arrive once, in order and whole; no slot is written while it may be read; nobody
 * waits for ever, which is a state in which a process is not at its end.
 *
 * Planted mistakes, each of which must be found: NO_RECHECK (sleeps without looking again),
 * WAKE_FIRST (asks whether to signal before it shows), QUIET_CLOSE (closes without signalling).
 */
#define ITEMS 5
#define SLOTS 2

short producer_index = 0, consumer_index = 0;       /* shared; each written by its own side */
short producer_wake_at = 0, consumer_wake_at = 0;
bool producer_closed = false, consumer_closed = false;
bool filled = false, freed = false;                 /* notifications */
bool producer_killed = false, consumer_killed = false;
bool producer_death_told = false, consumer_death_told = false;
byte slot[SLOTS];
byte received = 0;

/* ring_publish and ring_release: show, then ask whether to signal. */
inline tell(mine, shown, my_index, their_wake_at, notification)
{
    if
    :: shown == my_index -> skip
    :: else ->
#ifdef WAKE_FIRST
        wake_at = their_wake_at;
        before = shown;
        shown = my_index;
        mine = my_index;
#else
        before = shown;
        shown = my_index;
        mine = my_index;
        wake_at = their_wake_at;
#endif
        if
        :: before <= wake_at && wake_at < shown -> notification = true
        :: else -> skip
        fi;
        before = 0; wake_at = 0
    fi
}

active proctype producer()
{
    short pushed = 0, shown = 0, seen = 0, before, wake_at;
    bool is_gone = false;

    {
        do
        :: pushed == ITEMS || is_gone -> break
        :: else ->
            /* push: as many as there is room for, or fewer */
            if
            :: pushed - seen == SLOTS -> seen = consumer_index
            :: else -> skip
            fi;
            is_gone = consumer_closed || consumer_death_told;
            do
            :: !is_gone && pushed < ITEMS && pushed - seen < SLOTS ->
                assert(pushed - consumer_index < SLOTS);
                slot[pushed % SLOTS] = pushed + 1;
                pushed++
            :: break
            od;
            tell(producer_index, shown, pushed, consumer_wake_at, filled);
            if
            :: !is_gone && pushed - seen == SLOTS ->
                producer_wake_at = pushed + 1 - SLOTS - 1;
#ifndef NO_RECHECK
                seen = consumer_index;
                is_gone = consumer_closed || consumer_death_told;
#endif
                if
                :: !is_gone && pushed - seen == SLOTS ->
                    atomic { freed -> freed = false }
                :: else -> skip
                fi
            :: else -> skip
            fi
        od;
        producer_closed = true;
#ifndef QUIET_CLOSE
        filled = true
#endif
    } unless { atomic { producer_killed -> skip } }
}

active proctype consumer()
{
    short popped = 0, shown = 0, seen = 0, before, wake_at;
    bool is_gone = false;

    {
        do
        :: is_gone = producer_closed || producer_death_told;
            if
            :: seen == popped -> seen = producer_index
            :: else -> skip
            fi;
            if
            :: seen == popped && is_gone -> break
            :: else -> skip
            fi;
            do
            :: popped < seen ->
                assert(slot[popped % SLOTS] == popped + 1);
                popped++;
                received = popped
            :: popped == seen || popped > shown -> break
            od;
            tell(consumer_index, shown, popped, producer_wake_at, freed);
            if
            :: seen == popped ->
                consumer_wake_at = popped;
#ifndef NO_RECHECK
                seen = producer_index;
                is_gone = producer_closed || producer_death_told;
#endif
                if
                :: !is_gone && seen == popped ->
                    atomic { filled -> filled = false }
                :: else -> skip
                fi
            :: else -> skip
            fi
        od;
        assert(producer_death_told || received == ITEMS);
        consumer_closed = true;
        freed = true
    } unless { atomic { consumer_killed -> skip } }
}

/* Kills one side at most, at any moment, and then tells the other. */
active proctype killer()
{
    if
    :: producer_killed = true; producer_death_told = true; filled = true
    :: consumer_killed = true; consumer_death_told = true; freed = true
    :: skip
    fi
}
