/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system that can lose power at any step, for tests of what must survive that.
 *
 * Every file and every name exists twice: as programs see it now, and as it is on stable storage.
 * A sync copies; a loss of power keeps any part of what was not synced: each name change and each
 * 512-byte sector by itself, in any combination.  That is more than a real file system loses.
 */
#ifndef POWERCUT_SIM_H
#define POWERCUT_SIM_H

#include <store/files.h>

enum {
    SIM_FILES = 128,
    SIM_FILE_BYTES = 32 * 1024,
    SIM_SECTOR = 512,
    SIM_BLOCK = 4096,
    SIM_SECTORS = SIM_FILE_BYTES / SIM_SECTOR,
    SIM_CHANGES = 256,
};

struct sim_file {
    uint8_t *now;
    uint8_t *stable;
    uint64_t size;
    uint64_t stable_size;
    bool is_dirty[SIM_SECTORS];
};

struct sim_name {
    char path[STORE_PATH_BYTES]; /* empty: free */
    unsigned file;
};

/* A change of names that is not stable yet: `to` becomes `file`; SIM_FILES: it goes away. */
struct sim_change {
    char from[STORE_PATH_BYTES]; /* empty, or goes away */
    char to[STORE_PATH_BYTES];
    unsigned file;
};

struct sim {
    struct sim_file files[SIM_FILES];
    unsigned file_count;
    struct sim_name now[SIM_FILES];
    struct sim_name stable[SIM_FILES];
    struct sim_change changes[SIM_CHANGES];
    unsigned change_count;

    unsigned calls;        /* of every kind */
    unsigned steps;        /* that change something, or make it stable */
    unsigned cut_at;       /* power goes during this step; 0 never */
    unsigned fail_at;      /* this call fails; 0 none */
    unsigned no_sync_from; /* every sync fails from this call on; 0 none */
    bool is_off;
    uint64_t block_limit;
    uint64_t bytes_written;
};

/* What a loss of power keeps of what was not stable. */
enum sim_survival { SIM_KEEPS_NOTHING, SIM_KEEPS_ALL, SIM_KEEPS_SOME };

extern const struct store_files sim_operations;

void sim_init(struct sim *sim);
void sim_fini(struct sim *sim);

/* `sim` becomes what `from` is; `sim` was initialised. */
void sim_copy(struct sim *sim, const struct sim *from);

/* Power comes back after a loss. */
void sim_restart(struct sim *sim, enum sim_survival survival, uint64_t *seed);

uint64_t sim_blocks_used(const struct sim *sim);

/* The bytes of a file as they are now, or NULL. */
uint8_t *sim_bytes(struct sim *sim, const char *path, uint64_t *size);

/* A random number; `seed` is not 0. */
uint64_t sim_random(uint64_t *seed);

#endif
