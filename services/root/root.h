/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root's state, and what its parts do for each other.
 *
 * Root owns everything: each component is built inside one memory of its quota, so that deleting
 * that memory's capability gives all of it back.  Outside of it are only the slots in root's own
 * captable, the memory of its rings, which peers may still map, and its sessions at the message
 * servers, which outlive it so that these learn of its end.
 */
#ifndef ROOT_ROOT_H
#define ROOT_ROOT_H

#include "supervise.h"

#include <base/bundle.h>
#include <ipc/service.h>
#include <rt/object.h>
#include <rt/startup.h>

enum {
    ROOT_RAM_PARTS_MAX = 64,
    ROOT_SLOT_COUNT = ABI_ROOT_SLOTS - ABI_ROOT_FIRST_FREE,
    ROOT_DEVICES_MAX = 32,
    ROOT_RETIRED_MAX = 8,
    ROOT_FAULT_BADGE = 1 << 16, /* or-ed to the badge that a component's faults come with */
    ROOT_BIT_TIMER = 1 << 0,    /* of root's own notification */
    ROOT_BIT_LOST_FAULT = 1 << 1,
};

/* Where root keeps what a component is made of, from the first of its slots on. */
enum root_slot {
    ROOT_SLOT_CAPTABLE,
    ROOT_SLOT_CHUNK,
    ROOT_SLOT_SPACE,
    ROOT_SLOT_THREAD,
    ROOT_SLOT_BUDGET,
    ROOT_SLOT_FRAME, /* everything writable that it starts with */
    ROOT_SLOT_FAULT, /* root's endpoint with its fault badge */
    ROOT_SLOT_WAKE,
    ROOT_SLOT_ENDPOINT, /* of a message server */
    ROOT_SLOT_INTERRUPT,
    ROOT_SLOTS = ROOT_SLOT_INTERRUPT + MANIFEST_RESOURCES_MAX,
};

/* Pages of a device's registers; made once, shared by those who have devices in them. */
struct device_pages {
    paddr_t start;
    word_t pages;
    cap_t frame;
    vaddr_t mapped; /* in root's space, or 0 */
};

/* A resource as the machine has it. */
struct device {
    const char *compatible; /* null: the machine lacks it */
    uint32_t compatible_index;
    struct device_pages *pages;
    uint32_t offset; /* of its registers in the first page */
    uint32_t size;
    uint32_t interrupt;
    bool has_interrupt;
    bool is_edge;
};

struct component {
    const struct manifest_component *entry;
    word_t slots;            /* the first of ROOT_SLOTS */
    struct rt_object memory; /* none: it is down */
    struct rt_object ring;
    struct device devices[MANIFEST_RESOURCES_MAX];
    cap_t sessions[MANIFEST_SERVERS_MAX]; /* its session at each message server */
    uint64_t past_ns;                     /* processor time of earlier instances */
};

struct root {
    const struct abi_boot_info *boot;
    struct fdt machine;
    struct bundle bundle;
    struct bundle_file manifest_file;
    struct manifest manifest;
    struct supervisor supervisor;
    struct component components[MANIFEST_COMPONENTS_MAX];

    struct rt_maker maker; /* of everything that root has */
    struct rt_ranges offsets;
    struct rt_range offset_parts[ROOT_RAM_PARTS_MAX];
    struct rt_slots slots;
    uint8_t slot_bits[RT_SLOTS_BYTES(ROOT_SLOT_COUNT)];

    struct device_pages device_pages[ROOT_DEVICES_MAX];
    uint32_t device_pages_count;
    vaddr_t next_window; /* where devices are mapped for root */

    struct rt_object retired[ROOT_RETIRED_MAX]; /* rings of the dead that peers may still map */

    struct rt_object endpoint;
    struct rt_object notification;
    struct rt_object timer;
    struct ipc_service service;
};

/* A line in the system's log. */
PRINTF_LIKE(2, 3) void root_say(struct root *root, const char *fmt, ...);

/*
 * A budget per period on a core, in nanoseconds.  Where the machine has fewer cores than the
 * manifest counts on, those that share one get equally less.
 */
uint64_t root_budget_ns(const struct root *root, uint32_t core, uint32_t budget_us);

/* Looks the component's resources up in the machine's device tree.  False: it lacks one. */
bool devices_find(struct root *root, struct component *component);
/* Does the reset writes of the component's resources: no device goes on for a dead driver. */
void devices_reset(struct root *root, const struct component *component);

/* Builds a component from its entry and starts it.  All or nothing. */
status_t component_build(struct root *root, struct component *component);
/* Ends it and takes all it had back. */
void component_destroy(struct root *root, struct component *component);
uint64_t component_time_ns(const struct component *component);

/* Gives back rings of dead components that nobody maps any more. */
void retired_collect(struct root *root);

/* Serves root's protocol and its children's faults for ever. */
noreturn void root_serve(struct root *root);

/* Arms the timer for what supervision waits for. */
void root_arm_timer(struct root *root);

#endif
