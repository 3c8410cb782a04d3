/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and random numbers, from the services where the manifest connects the program to them.
 */
#include "posix.h"

#include <base/memory.h>
#include <protocol/clock_client.h>
#include <protocol/rng_client.h>

enum { RNG_READ_MAX = 240 };

static const uint64_t NS_AT_2000 = 946684800000000000;

uint64_t core_time_ns(void)
{
    return rt_time_now_ns();
}

/* Asked anew each time, since it can be set; without an answer the last one holds. */
static void ask_clock(struct posix *posix)
{
    uint64_t kernel, monotonic, wall;
    word_t source;

    if (posix->clock == 0)
        component_find_again(&posix->component, "main", "clock", CLOCK_VERSION, &posix->clock);
    if (posix->clock == 0)
        return;
    if (clock_now(posix->clock, &kernel, &monotonic, &wall, &source) == OK) {
        posix->wall_offset_ns = wall - kernel;
        posix->has_wall_offset = true;
        return;
    }
    component_drop(&posix->component, posix->clock);
    posix->clock = 0;
}

uint64_t core_wall_time_ns(void)
{
    struct posix *posix = core_self();
    uint64_t offset;

    core_lock();
    ask_clock(posix);
    offset = posix->has_wall_offset ? posix->wall_offset_ns : NS_AT_2000;
    core_unlock();
    return rt_time_now_ns() + offset;
}

static status_t read_random(struct posix *posix, void *bytes, word_t size)
{
    uint8_t made[RNG_READ_MAX];
    word_t made_size = 0;
    status_t status;

    if (posix->rng == 0)
        component_find_again(&posix->component, "main", "rng", RNG_VERSION, &posix->rng);
    if (posix->rng == 0)
        return ERR_NOT_FOUND;
    status = rng_read(posix->rng, size, made, &made_size);
    if (status == OK && made_size != size)
        status = ERR_IO_FAILED;
    if (status == OK) {
        mem_copy(bytes, made, size);
    } else {
        component_drop(&posix->component, posix->rng);
        posix->rng = 0;
    }
    mem_erase(made, sizeof(made));
    return status;
}

long core_random(void *bytes, word_t size)
{
    struct posix *posix = core_self();
    status_t status = OK;

    core_lock();
    for (word_t done = 0; done < size && status == OK; done += RNG_READ_MAX)
        status = read_random(posix, (uint8_t *)bytes + done, word_min(size - done, RNG_READ_MAX));
    core_unlock();
    return status == OK ? (long)size : -POSIX_ENOSYS;
}
