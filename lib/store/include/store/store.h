/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: contents by hash, generations of them, and which one to boot.
 *
 * Everything that is decided lies in one record, the state, of which a disk holds two copies that
 * are written one after the other.  So a commit, a counted try, a confirmation and a fallback are
 * each one step that a loss of power either keeps or undoes.  What the record speaks of is on
 * stable storage before the record is written.
 *
 * No allocation: all memory is in struct store.  Not safe for two threads.  ERR_IO_FAILED is a
 * disk that fails or returns other bytes than were written; ERR_NO_MEMORY is a full disk.  After an
 * error from writing the state it is unknown what the disk holds: everything that changes something
 * then answers ERR_BAD_STATE until the store is opened again.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <store/files.h>
#include <store/format.h>

enum {
    STORE_TRIES_MAX = 3,
    STORE_BUFFER_BYTES = 4096,
    STORE_RESERVE_BYTES = 64 * 1024, /* left free by an upgrade: folders and records grow too */
    STORE_KEPT_MAX = (STORE_GOOD_MAX + 3) * STORE_ENTRIES_MAX + 1,
};

struct store {
    const struct store_files *files;
    void *disk;

    struct store_state state;
    unsigned newest_copy; /* of the state, written last when it changes */
    bool is_copy_damaged; /* one copy of the state was no good when the store was opened */
    bool is_commit_lost;  /* a commit was acknowledged that the state does not know */
    bool is_stale;        /* writing the state failed: open again */
    uint32_t running;     /* generation whose components run; 0 when none does */

    bool has_plan;
    uint64_t sealed; /* bit i: entry i of the plan is in blobs/ and equals its name */
    struct store_generation plan;

    struct store_generation scratch;
    uint8_t buffer[STORE_BUFFER_BYTES];
    uint64_t kept[STORE_KEPT_MAX]; /* while collecting: first bytes of each name to keep */
    uint32_t kept_count;
};

/* Makes an empty store in an empty folder. */
status_t store_create(struct store *store, const struct store_files *files, void *disk);

/*
 * Reads the state; changes nothing.  ERR_NOT_FOUND: there is no store.  ERR_IO_FAILED: it cannot
 * be read, or no copy of the state is good; store_rebuild may help.
 */
status_t store_open(struct store *store, const struct store_files *files, void *disk);

/*
 * Makes a new state of the generations that are whole, newest first, and notes that as a fallback.
 * The floor becomes the highest version among their records.  ERR_NOT_FOUND: none is whole.
 */
status_t store_rebuild(struct store *store);

/* ---- boot ---- */

/*
 * Chooses what to boot, falling back as often as needed, and counts the try before it returns.
 * Each blob of the result was there with its right size; store_load proves its contents.
 * ERR_NOT_FOUND: nothing was ever committed.  ERR_IO_FAILED: nothing can be booted, or the try
 * could not be counted; in the second case *generation is complete.
 */
status_t store_boot(struct store *store, struct store_generation *generation);

/* The whole content of an entry; `data` has room for its size.  ERR_IO_FAILED: it is damaged. */
status_t store_load(struct store *store, const struct store_entry *entry, void *data);

/* The running generation is well: it stays, and is what a later one falls back to. */
status_t store_confirm(struct store *store);

/*
 * Leaves the current generation for the last good one.  ERR_NOT_FOUND, and no change, when there is
 * none.  What runs is the caller's to replace.
 */
status_t store_fall_back(struct store *store, enum store_reason reason, uint32_t entry);

/* Fallback number `index` before the last one, 0 the last; false when none is kept. */
bool store_fallback(const struct store *store, uint32_t index, struct store_fallback *fallback);

const char *store_reason_text(enum store_reason reason);

/* Reads the record of a generation and checks it.  ERR_IO_FAILED: damaged. */
status_t store_generation_read(struct store *store, uint32_t number,
                               struct store_generation *generation);

/* ---- upgrade: plan, stage and seal what is missing, commit ---- */

/*
 * Begins an upgrade to what `wanted` lists (version, flags, roles, root_sha256, entries; the rest
 * is filled in here), in place of any other.  Reads every blob that is there already: one that is
 * damaged counts as missing.  Nothing that counts changes on the disk.  ERR_BAD_ARGUMENT: the list
 * breaks a rule.  ERR_NOT_PERMITTED: below the floor, or older metadata than was accepted.
 * ERR_NO_MEMORY: what is missing does not fit.
 */
status_t store_plan(struct store *store, const struct store_generation *wanted);

/* Whether entry `index` of the plan still has to come, and from which byte on. */
bool store_is_missing(struct store *store, uint32_t index, uint64_t *from_bytes);

/* The next bytes of entry `index`; `offset` is where the last ones ended. */
status_t store_stage(struct store *store, uint32_t index, uint64_t offset, const void *data,
                     size_t size);

/*
 * Entry `index` is all there.  ERR_BAD_ARGUMENT: it is not what its name says; it is thrown away
 * and has to come again.
 */
status_t store_seal(struct store *store, uint32_t index);

/*
 * Makes the plan the current generation.  On OK it is on stable storage and acknowledged.  On an
 * error nothing changed and the plan stands, unless the error came while the state was written
 * (which it then is or is not) or while that was acknowledged (when it is).
 */
status_t store_commit(struct store *store);

/* Forgets the plan.  What was staged stays until it is collected. */
void store_abandon(struct store *store);

/* The components of the current generation run now (after a switch without a boot). */
void store_switched(struct store *store);

/* ---- upkeep ---- */

/*
 * Removes what no kept generation needs.  Kept are the current, the running, the planned and the
 * `good_count` (at least 1) last good ones; older good ones are first struck from the state.
 */
status_t store_collect(struct store *store, uint32_t good_count, uint32_t *removed);

/*
 * Checks the blob after `name`, "" for the first, and puts its name there.  ERR_IO_FAILED: it is
 * damaged; go on from its name.  ERR_NOT_FOUND: that was the last.
 */
status_t store_scrub(struct store *store, char name[STORE_PATH_BYTES]);

/* Checks both copies of the state and writes the good one over a damaged one, which it reports. */
status_t store_scrub_state(struct store *store, bool *was_damaged);

#endif
