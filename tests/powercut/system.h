/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small system to upgrade: what its generations hold, an upgrade as a device does it, and what
 * must be true of a disk whatever happened to it.
 */
#ifndef POWERCUT_SYSTEM_H
#define POWERCUT_SYSTEM_H

#include "sim.h"

#include <store/store.h>

enum { SYSTEM_APPS = 10, SYSTEM_CONTENT_MAX = 9000 };

/* What an upgrade is known to have done, as the one who asked for it sees it. */
struct witness {
    uint32_t acknowledged; /* highest generation whose commit was reported */
    uint64_t version;      /* its release */
    uint32_t confirmed;    /* highest generation whose confirmation was reported */
    bool has_counted_try;  /* a boot was reported */
};

/* The generation number `number` of the system: each changes app `number` and the manifest. */
void system_generation(uint32_t number, struct store_generation *generation);

/* Bytes of entry `entry` in generation `number`; returns how many. */
size_t system_content(uint32_t number, uint32_t entry, uint8_t content[SYSTEM_CONTENT_MAX]);

/* Stages and seals what is missing of the plan and commits it. */
status_t system_install(struct store *store, uint32_t number);

/* A disk on which generations 1 and 2 were installed, booted and confirmed. */
void system_make(struct sim *sim, struct store *store);

/* Upgrade to generation 3, boot it, confirm it, collect: to the first error. */
status_t system_upgrade(const struct store_files *files, void *disk, struct store *store,
                        struct witness *witness);

/*
 * Opens the store as after a restart and boots: an old generation or the new one, never one below
 * what was acknowledged, each content as it was made, each blob equal to its name.  Returns the
 * first thing that is wrong, or NULL.
 */
const char *system_fault(const struct store_files *files, void *disk, struct store *store,
                         const struct witness *witness);

#endif
