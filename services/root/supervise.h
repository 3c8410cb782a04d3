/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Supervision: in which order components are stopped and started.
 *
 * Pure bookkeeping: it decides, its owner's actions do.  Components wait in one queue, in start
 * order; the first that is not up holds back those behind it.  A component that dies is halted and
 * kept for its diagnosis window; then it is torn down with what depends on it, last first, and all
 * join the queue.  If it was being recovered already, everything in the queue starts over.  Time
 * comes in as an argument, nothing here waits.
 */
#ifndef ROOT_SUPERVISE_H
#define ROOT_SUPERVISE_H

#include <abi/component.h>
#include <abi/status.h>
#include <manifest/manifest.h>

enum supervise_note {
    SUPERVISE_NOTE_LATE,     /* not ready in time; the others wait no longer */
    SUPERVISE_NOTE_GIVEN_UP, /* restarted too often, or it cannot be started */
};

struct supervise_actions {
    void (*halt)(void *state, uint32_t index); /* it runs no more, but keeps what it has */
    void (*stop)(void *state, uint32_t index); /* gives back all it had */
    status_t (*start)(void *state, uint32_t index);
    void (*note)(void *state, uint32_t index, enum supervise_note note);
};

struct supervised {
    enum abi_component_state state;
    bool is_late;     /* starting, but nobody waits for it */
    bool is_hopeless; /* it died too often */
    uint32_t starts;  /* since boot: its generation number */
    uint64_t started_ns;
    uint64_t died_ns;   /* of the instance that is kept for diagnosis */
    uint64_t window_ns; /* start of the window that restarts are counted in */
    uint32_t window_count;
};

struct supervisor {
    const struct manifest *manifest;
    const struct supervise_actions *actions;
    void *state;
    struct supervised children[MANIFEST_COMPONENTS_MAX];
    uint32_t queue[MANIFEST_COMPONENTS_MAX]; /* what is to be up, in start order */
    uint32_t queue_count;
    bool is_recovery; /* the queue is of one recovery, not of the boot */
};

void supervisor_init(struct supervisor *supervisor, const struct manifest *manifest,
                     const struct supervise_actions *actions, void *state);

/* Starts everything that has an image in the manifest's order. */
void supervisor_boot(struct supervisor *supervisor, uint64_t now_ns);

void supervisor_ready(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);

/* It faulted, ended, missed its heartbeats, or somebody who may wants it to be as if it had. */
void supervisor_died(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);

/*
 * On demand, each with its dependants: down until it is started, also when it was about to be; up
 * again; down and up, which is not counted against its limit.  ERR_BAD_STATE as in the name.
 */
status_t supervisor_stop(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);
status_t supervisor_start(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);
status_t supervisor_restart(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);

/* Whether it has an image that could be started.  ERR_BAD_STATE while it is running. */
status_t supervisor_set_image(struct supervisor *supervisor, uint32_t index, bool has_image);

/* Whether an instance exists, running or kept for diagnosis. */
bool supervisor_is_present(const struct supervisor *supervisor, uint32_t index);
bool supervisor_is_up(const struct supervisor *supervisor, uint32_t index);

/* Everything down, last first. */
void supervisor_stop_all(struct supervisor *supervisor);

/* When supervisor_tick is wanted next, or 0. */
uint64_t supervisor_deadline(const struct supervisor *supervisor);
void supervisor_tick(struct supervisor *supervisor, uint64_t now_ns);

#endif
