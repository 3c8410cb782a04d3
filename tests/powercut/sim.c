/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated file system.  Folders are parts of paths and always there; a file lives as long as
 * the simulation, since what still names it after a loss of power is not known before.
 */
#include "sim.h"

#include <base/memory.h>
#include <stdlib.h>
#include <string.h>

uint64_t sim_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * UINT64_C(0x2545f4914f6cdd1d);
}

static struct sim_name *name_find(struct sim_name *names, const char *path)
{
    for (unsigned i = 0; i < SIM_FILES; i++) {
        if (names[i].path[0] != '\0' && strcmp(names[i].path, path) == 0)
            return &names[i];
    }
    return NULL;
}

static void name_set(struct sim_name *names, const char *path, unsigned file)
{
    struct sim_name *name = name_find(names, path);

    if (name == NULL && file == SIM_FILES)
        return;
    for (unsigned i = 0; name == NULL && i < SIM_FILES; i++) {
        if (names[i].path[0] == '\0')
            name = &names[i];
    }
    if (name == NULL)
        abort();
    if (file == SIM_FILES) {
        name->path[0] = '\0';
        return;
    }
    str_copy(name->path, sizeof(name->path), path);
    name->file = file;
}

static void change_apply(struct sim_name *names, const struct sim_change *change)
{
    if (change->from[0] != '\0')
        name_set(names, change->from, SIM_FILES);
    name_set(names, change->to, change->file);
}

/* Does a change now and leaves it to be made stable. */
static void change_make(struct sim *sim, const char *from, const char *to, unsigned file)
{
    struct sim_change change = {.file = file};

    str_copy(change.from, sizeof(change.from), from);
    str_copy(change.to, sizeof(change.to), to);
    change_apply(sim->now, &change);
    if (sim->change_count == SIM_CHANGES)
        abort();
    sim->changes[sim->change_count++] = change;
}

static bool is_in_folder(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    const char *slash = strrchr(path, '/');

    if (length == 0)
        return slash == NULL;
    return slash != NULL && (size_t)(slash - path) == length && strncmp(path, folder, length) == 0;
}

static void file_make_stable(struct sim_file *file)
{
    for (unsigned i = 0; i < SIM_SECTORS; i++) {
        if (file->is_dirty[i])
            memcpy(file->stable + i * SIM_SECTOR, file->now + i * SIM_SECTOR, SIM_SECTOR);
        file->is_dirty[i] = false;
    }
    file->stable_size = file->size;
}

/* Counts a call; false when it must fail. */
static bool call_goes(struct sim *sim)
{
    sim->calls++;
    return !sim->is_off && sim->calls != sim->fail_at;
}

/* Counts a step.  The one during which power goes is done as far as nothing of it is stable. */
static bool step_ends_well(struct sim *sim)
{
    sim->steps++;
    if (sim->steps == sim->cut_at)
        sim->is_off = true;
    return !sim->is_off;
}

static status_t op_size(void *disk, const char *path, uint64_t *size)
{
    struct sim *sim = disk;
    struct sim_name *name = name_find(sim->now, path);

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    if (name == NULL)
        return ERR_NOT_FOUND;
    *size = sim->files[name->file].size;
    return OK;
}

static status_t op_read(void *disk, const char *path, uint64_t offset, void *data, size_t size)
{
    struct sim *sim = disk;
    struct sim_name *name = name_find(sim->now, path);

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    if (name == NULL)
        return ERR_NOT_FOUND;
    if (offset > sim->files[name->file].size || size > sim->files[name->file].size - offset)
        return ERR_BAD_ARGUMENT;
    memcpy(data, sim->files[name->file].now + offset, size);
    return OK;
}

static uint64_t blocks_of(uint64_t size)
{
    return 1 + (size + SIM_BLOCK - 1) / SIM_BLOCK;
}

uint64_t sim_blocks_used(const struct sim *sim)
{
    uint64_t used = 0;

    for (unsigned i = 0; i < SIM_FILES; i++) {
        if (sim->now[i].path[0] != '\0')
            used += blocks_of(sim->files[sim->now[i].file].size);
    }
    return used;
}

static unsigned file_make(struct sim *sim)
{
    if (sim->file_count == SIM_FILES)
        abort();
    sim->files[sim->file_count].now = calloc(1, SIM_FILE_BYTES);
    sim->files[sim->file_count].stable = calloc(1, SIM_FILE_BYTES);
    return sim->file_count++;
}

static bool has_room(const struct sim *sim, const struct sim_file *file, uint64_t end)
{
    uint64_t grown = file == NULL ? blocks_of(end) : blocks_of(end) - blocks_of(file->size);

    if (file != NULL && end <= file->size)
        return true;
    return end <= SIM_FILE_BYTES && sim_blocks_used(sim) + grown <= sim->block_limit;
}

static status_t op_write(void *disk, const char *path, uint64_t offset, const void *data,
                         size_t size)
{
    struct sim *sim = disk;
    struct sim_name *name = name_find(sim->now, path);
    struct sim_file *file = name != NULL ? &sim->files[name->file] : NULL;

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    if (!has_room(sim, file, offset + size))
        return ERR_NO_MEMORY;
    if (file == NULL) {
        unsigned made = file_make(sim);

        change_make(sim, "", path, made);
        file = &sim->files[made];
    }
    memcpy(file->now + offset, data, size);
    file->size = offset + size > file->size ? offset + size : file->size;
    for (uint64_t i = offset / SIM_SECTOR; i * SIM_SECTOR < offset + size; i++)
        file->is_dirty[i] = true;
    sim->bytes_written += size;
    return step_ends_well(sim) ? OK : ERR_IO_FAILED;
}

static status_t op_rename(void *disk, const char *from, const char *to)
{
    struct sim *sim = disk;
    struct sim_name *name = name_find(sim->now, from);

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    if (name == NULL)
        return ERR_NOT_FOUND;
    change_make(sim, from, to, name->file);
    return step_ends_well(sim) ? OK : ERR_IO_FAILED;
}

static status_t op_remove(void *disk, const char *path)
{
    struct sim *sim = disk;

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    if (name_find(sim->now, path) == NULL)
        return ERR_NOT_FOUND;
    change_make(sim, "", path, SIM_FILES);
    return step_ends_well(sim) ? OK : ERR_IO_FAILED;
}

static status_t op_make_folder(void *disk, const char *folder)
{
    struct sim *sim = disk;

    (void)folder;
    if (!call_goes(sim))
        return ERR_IO_FAILED;
    return step_ends_well(sim) ? OK : ERR_IO_FAILED;
}

static bool syncs_work(const struct sim *sim)
{
    return sim->no_sync_from == 0 || sim->calls < sim->no_sync_from;
}

/* A sync that fails has thrown away what it could not write, as real ones do. */
static status_t op_sync(void *disk, const char *path)
{
    struct sim *sim = disk;
    struct sim_name *name = name_find(sim->now, path);

    if (name == NULL)
        return ERR_NOT_FOUND;
    if (!call_goes(sim) || !syncs_work(sim)) {
        if (!sim->is_off)
            memset(sim->files[name->file].is_dirty, 0, sizeof(sim->files[name->file].is_dirty));
        return ERR_IO_FAILED;
    }
    if (!step_ends_well(sim))
        return ERR_IO_FAILED;
    file_make_stable(&sim->files[name->file]);
    return OK;
}

static struct sim_change removal_of(const char *path)
{
    struct sim_change change = {.file = SIM_FILES};

    str_copy(change.to, sizeof(change.to), path);
    return change;
}

/* A renamed file's old name is another folder's affair, so it may still be there. */
static status_t op_sync_folder(void *disk, const char *folder)
{
    struct sim *sim = disk;
    unsigned left = 0;

    if (!call_goes(sim) || !syncs_work(sim) || !step_ends_well(sim))
        return ERR_IO_FAILED;
    for (unsigned i = 0; i < sim->change_count; i++) {
        struct sim_change change = sim->changes[i];

        if (change.from[0] != '\0' && is_in_folder(change.from, folder)) {
            change_apply(sim->stable, &change);
        } else if (is_in_folder(change.to, folder)) {
            name_set(sim->stable, change.to, change.file);
            if (change.from[0] != '\0')
                sim->changes[left++] = removal_of(change.from);
        } else {
            sim->changes[left++] = change;
        }
    }
    sim->change_count = left;
    return OK;
}

static status_t op_next(void *disk, const char *folder, char name[STORE_PATH_BYTES])
{
    struct sim *sim = disk;
    const char *best = NULL;

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    for (unsigned i = 0; i < SIM_FILES; i++) {
        const char *path = sim->now[i].path;
        const char *last = strrchr(path, '/');

        if (path[0] == '\0' || !is_in_folder(path, folder))
            continue;
        last = last != NULL ? last + 1 : path;
        if (strcmp(last, name) > 0 && (best == NULL || strcmp(last, best) < 0))
            best = last;
    }
    if (best == NULL)
        return ERR_NOT_FOUND;
    str_copy(name, STORE_PATH_BYTES, best);
    return OK;
}

static status_t op_free_space(void *disk, uint64_t *bytes)
{
    struct sim *sim = disk;
    uint64_t used = sim_blocks_used(sim);

    if (!call_goes(sim))
        return ERR_IO_FAILED;
    *bytes = used < sim->block_limit ? (sim->block_limit - used) * SIM_BLOCK : 0;
    return OK;
}

const struct store_files sim_operations = {
    .size = op_size,
    .read = op_read,
    .write = op_write,
    .rename = op_rename,
    .remove = op_remove,
    .make_folder = op_make_folder,
    .sync = op_sync,
    .sync_folder = op_sync_folder,
    .next = op_next,
    .free_space = op_free_space,
};

void sim_init(struct sim *sim)
{
    memset(sim, 0, sizeof(*sim));
    sim->block_limit = UINT32_MAX;
}

void sim_fini(struct sim *sim)
{
    for (unsigned i = 0; i < sim->file_count; i++) {
        free(sim->files[i].now);
        free(sim->files[i].stable);
    }
    sim_init(sim);
}

void sim_copy(struct sim *sim, const struct sim *from)
{
    sim_fini(sim);
    *sim = *from;
    sim->file_count = 0;
    for (unsigned i = 0; i < from->file_count; i++) {
        struct sim_file *file = &sim->files[file_make(sim)];

        memcpy(file->now, from->files[i].now, from->files[i].size);
        memcpy(file->stable, from->files[i].stable, from->files[i].stable_size);
    }
    sim->calls = sim->steps = 0;
    sim->bytes_written = 0;
}

/* Whether this piece of what was not stable survives. */
static bool survives(enum sim_survival survival, uint64_t *seed)
{
    return survival == SIM_KEEPS_ALL || (survival == SIM_KEEPS_SOME && sim_random(seed) >> 63 != 0);
}

static void file_restart(struct sim_file *file, enum sim_survival survival, uint64_t *seed)
{
    for (unsigned i = 0; i < SIM_SECTORS; i++) {
        if (file->is_dirty[i] && survives(survival, seed))
            memcpy(file->stable + i * SIM_SECTOR, file->now + i * SIM_SECTOR, SIM_SECTOR);
        file->is_dirty[i] = false;
    }
    if (file->size != file->stable_size && survives(survival, seed))
        file->stable_size = file->size;
    memcpy(file->now, file->stable, SIM_FILE_BYTES);
    file->size = file->stable_size;
}

void sim_restart(struct sim *sim, enum sim_survival survival, uint64_t *seed)
{
    for (unsigned i = 0; i < sim->change_count; i++) {
        struct sim_change change = sim->changes[i];

        if (!survives(survival, seed))
            continue;
        if (change.from[0] != '\0' && survives(survival, seed))
            name_set(sim->stable, change.from, SIM_FILES);
        name_set(sim->stable, change.to, change.file);
    }
    sim->change_count = 0;
    for (unsigned i = 0; i < sim->file_count; i++)
        file_restart(&sim->files[i], survival, seed);
    memcpy(sim->now, sim->stable, sizeof(sim->now));
    sim->is_off = false;
    sim->cut_at = sim->fail_at = sim->no_sync_from = 0;
}

uint8_t *sim_bytes(struct sim *sim, const char *path, uint64_t *size)
{
    struct sim_name *name = name_find(sim->now, path);

    if (name == NULL)
        return NULL;
    *size = sim->files[name->file].size;
    return sim->files[name->file].now;
}
