/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's decisions with power lost between any two steps: an upgrade from generation 1 to 2,
 * which may be bad, its boots, its confirmation, the fallback.
 *
 * What a step writes is first in a cache; a sync makes it stable, a loss of power keeps any part of
 * the rest.  Steps bear the names of the functions in this folder.  A mistake is planted with -D:
 * DROP_BLOB_SYNC, DROP_RECORD_SYNC, ACK_FIRST, TRIES_IN_MEMORY, CONFIRM_EARLY, ONE_COPY.
 */
#define TRIES_MAX 3
#define LOSSES_MAX 5

typedef copy {
    bool good; /* its hash holds */
    byte sequence;
    byte current;
    byte tries;
    bool confirmed;
    bool fell
};

copy cached[2];
copy stable[2];
copy now;            /* the state as the running store knows it */
byte newest;         /* copy */
bool blob_cached, blob_stable;
bool record_cached, record_stable;
bool acknowledged;   /* on the disk, and seen by whoever asked for the upgrade */
bool is_bad;         /* generation 2 never becomes well */
byte losses;
byte boots_of_2;     /* in truth, whatever the disk says */

inline move(to, from) {
    to.good = from.good;
    to.sequence = from.sequence;
    to.current = from.current;
    to.tries = from.tries;
    to.confirmed = from.confirmed;
    to.fell = from.fell
}

/* A sector that was being written is there, or is not, or (if a disk tears it) is no good. */
inline settle(i) {
    if
    :: move(stable[i], cached[i])
    :: skip
    :: cached[i].sequence != stable[i].sequence -> stable[i].good = false
    fi;
    move(cached[i], stable[i])
}

inline lose_power() {
    atomic {
        losses++;
        settle(0);
        settle(1);
        if :: blob_stable = blob_cached :: skip fi;
        if :: record_stable = record_cached :: skip fi;
        blob_cached = blob_stable;
        record_cached = record_stable
    }
}

#define POWER_MAY_GO if :: losses < LOSSES_MAX -> lose_power(); goto power_on :: skip fi

inline copy_write(i) {
    atomic {
        move(cached[i], now);
        cached[i].good = true
    }
}

inline copy_sync(i) {
    move(stable[i], cached[i])
}

#ifdef ONE_COPY
#define STATE_WRITE \
    now.sequence++; copy_write(newest); POWER_MAY_GO; copy_sync(newest); POWER_MAY_GO
#else
#define STATE_WRITE \
    now.sequence++; copy_write(1 - newest); POWER_MAY_GO; copy_sync(1 - newest); POWER_MAY_GO; \
    copy_write(newest); POWER_MAY_GO; copy_sync(newest); newest = 1 - newest; POWER_MAY_GO
#endif

/* store_open: the newer of the good copies. */
inline open() {
    atomic {
        assert(stable[0].good || stable[1].good);
        if
        :: !stable[0].good || (stable[1].good && stable[1].sequence > stable[0].sequence) ->
            newest = 1
        :: else -> newest = 0
        fi;
        move(now, stable[newest])
    }
}

inline check_promises() {
    atomic {
        assert(now.current != 2 || (blob_stable && record_stable));
        assert(!acknowledged || now.current == 2 || now.fell);
        assert(!(is_bad && now.current == 2 && now.confirmed));
        assert(boots_of_2 <= TRIES_MAX || !is_bad)
    }
}

active proctype device() {
    if :: is_bad = true :: is_bad = false fi;
    cached[0].good = true;
    cached[0].sequence = 1;
    cached[0].current = 1;
    cached[0].confirmed = true;
    move(cached[1], cached[0]);
    move(stable[0], cached[0]);
    move(stable[1], cached[0]);

power_on:
    open();
    check_promises();

    /* store_boot: falls back, or counts the try, before anything of the generation runs. */
    if
    :: now.current == 2 && now.tries >= TRIES_MAX ->
        now.current = 1;
        now.tries = 0;
        now.confirmed = false;
        now.fell = true;
        STATE_WRITE
    :: else -> skip
    fi;
    now.tries++;
#ifndef TRIES_IN_MEMORY
    STATE_WRITE;
#endif
    if
    :: now.current == 2 -> boots_of_2++; check_promises()
    :: else -> skip
    fi;

    /* What runs: generation 1 takes the upgrade, 2 is well or hangs until a watchdog ends it. */
    if
    :: now.current == 1 && !now.fell -> goto upgrade
    :: now.current == 1 && now.fell -> goto done
    :: now.current == 2 && is_bad ->
#ifdef CONFIRM_EARLY
        now.confirmed = true;
        STATE_WRITE;
#endif
        goto power_on
    :: now.current == 2 && !is_bad ->
        now.confirmed = true;
        now.tries = 0;
        boots_of_2 = 0;
        STATE_WRITE;
        goto done
    fi;

upgrade: /* store_seal, then store_commit */
    blob_cached = true;
    POWER_MAY_GO;
#ifndef DROP_BLOB_SYNC
    blob_stable = true;
#endif
    record_cached = true;
    POWER_MAY_GO;
#ifndef DROP_RECORD_SYNC
    record_stable = true;
#endif
    POWER_MAY_GO;
    now.current = 2;
    now.confirmed = false;
    now.tries = 0;
#ifdef ACK_FIRST
    acknowledged = true;
    POWER_MAY_GO;
#endif
    STATE_WRITE;
    acknowledged = true;
    POWER_MAY_GO;
    goto power_on;

done:
    check_promises()
}
