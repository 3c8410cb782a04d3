/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a component is told at its start, and how it tells that it is done.
 *
 * Whoever makes a component maps this structure into it and passes its address in the first
 * argument register.  It holds all there is: a component has the capabilities named here and no
 * others.  Texts are offsets from the structure's own start, so that its maker need not know where
 * the component sees it.  The first component of all is told by the kernel instead (abi/boot.h).
 */
#ifndef RT_STARTUP_H
#define RT_STARTUP_H

#include <abi/boot.h>
#include <base/types.h>
#include <stdnoreturn.h>

enum {
    RT_STARTUP_VERSION = 1,
    RT_STARTUP_CAPS_MAX = 32,
    RT_STARTUP_TEXTS_MAX = 32,
    RT_STARTUP_NAME_MAX = 24,
    RT_STARTUP_BYTES_MAX = 4096, /* with all texts: one page */
};

static const uint64_t RT_STARTUP_MAGIC = 0x0a74726174537972; /* "ryStart\n" */

/* A capability by the name that the manifest gives it. */
struct rt_named_cap {
    char name[RT_STARTUP_NAME_MAX]; /* zero terminated and padded */
    uint32_t slot;
    uint32_t kind; /* what it is for, if the maker says: object type, or a size; else 0 */
};

struct rt_startup {
    uint64_t magic;
    uint32_t version;
    uint32_t size_bytes; /* this structure with its texts */
    uint64_t time_frequency;
    uint64_t buffer_address; /* message buffer of the first thread */
    uint64_t heap_address;   /* writable and zeroed */
    uint64_t heap_bytes;
    uint64_t free_address; /* first address that nothing is mapped at, nor will be by its maker */
    uint64_t generation;   /* of this component: one more at each restart */
    uint64_t file_address; /* a file of the bundle that it was given, read-only, or 0 */
    uint64_t file_bytes;

    /* Slots in the component's captable; 0 where it was not given. */
    uint32_t captable;
    uint32_t space;
    uint32_t thread;
    uint32_t budget;
    uint32_t log;
    uint32_t memory; /* for objects of its own */
    uint32_t memory_first_free; /* offset in it from which on nothing lies, in pages */
    uint32_t first_free_slot;
    uint32_t slot_count;

    uint32_t cap_count;
    uint32_t argument_count;
    uint32_t environment_count;
    struct rt_named_cap caps[RT_STARTUP_CAPS_MAX];
    uint32_t arguments[RT_STARTUP_TEXTS_MAX];   /* offsets of texts */
    uint32_t environment[RT_STARTUP_TEXTS_MAX]; /* of texts NAME=VALUE */
};

static_assert(sizeof(struct rt_named_cap) == 32, "no padding");
static_assert(sizeof(struct rt_startup) == 128 + 32 * 32 + 4 * 2 * 32, "no padding");

/*
 * A component has no call to end itself: it traps with one of these unknown numbers, which goes to
 * its fault handler with w0 as the code.
 */
enum rt_last_call {
    RT_CALL_EXIT = 0x7265, /* it has finished; w0 is its code */
    RT_CALL_PANIC = 0x7266, /* it has found itself broken, and printed why */
};

/* What a component is: written by it, called on its first thread; the result is its exit code. */
int component_main(const struct rt_startup *startup);

/* What the first component is. */
int root_main(const struct abi_boot_info *boot);

/* The slot of a named capability, or 0. */
uint32_t rt_startup_find(const struct rt_startup *startup, const char *name);

/* The value of NAME in the environment, or null. */
const char *rt_startup_environment(const struct rt_startup *startup, const char *name);

const char *rt_startup_argument(const struct rt_startup *startup, unsigned index);

/* What `_start` goes on to; in root.c and in component.c. */
noreturn void rt_start(const void *told);

#endif
