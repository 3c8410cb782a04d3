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

#include "health.h"
#include "journal.h"
#include "supervise.h"

#include <base/bundle.h>
#include <base/fdt.h>
#include <ipc/service.h>
#include <rt/object.h>
#include <rt/startup.h>

enum {
    ROOT_RAM_PARTS_MAX = 64,
    ROOT_SLOT_COUNT = ABI_ROOT_SLOTS - ABI_ROOT_FIRST_FREE,
    ROOT_DEVICES_MAX = 32,
    ROOT_RETIRED_MAX = 8,
    ROOT_WRITABLE_MAX = 6,           /* writable parts of a component's space that root made */
    ROOT_INDEX_MASK = (1 << 16) - 1, /* of a badge: the component's index and one */
    ROOT_FAULT_BADGE = 1 << 16,      /* or-ed to it: the component's faults, */
    ROOT_INSPECT_BADGE = 1 << 17,    /* its session for introspection, */
    ROOT_CONTROL_BADGE = 1 << 18,    /* and that for control */
    ROOT_BIT_TIMER = 1 << 0,         /* of root's own notification */
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
    ROOT_SLOT_MORE, /* a message server's endpoint, interrupts, budgets of further cores */
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

/* Why an instance ended. */
struct death {
    enum abi_death reason;
    uint32_t instance;
    uint64_t address;
    uint64_t pc;
    word_t access;
    uint64_t when_ns;
};

/* What an instance's memory went to, and where its parts lie in its space. */
struct layout {
    word_t object_bytes;
    word_t image_bytes; /* data and stack */
    word_t heap_bytes;
    word_t told_page;      /* of its frame: what it was told at its start */
    vaddr_t stack_address; /* lowest of its first thread's; the page below is unmapped */
    vaddr_t image_address[ROOT_WRITABLE_MAX];
    word_t image_pages[ROOT_WRITABLE_MAX]; /* of its frame, one part behind the other */
    uint32_t image_count;
};

struct component {
    const struct manifest_component *entry;
    word_t slots; /* the first of them: enum root_slot */
    word_t slot_count;
    struct rt_object memory; /* none: it is down */
    struct rt_object ring;
    struct device devices[MANIFEST_RESOURCES_MAX];
    cap_t sessions[MANIFEST_SERVERS_MAX];          /* its session at each message server */
    uint64_t past_ns;                              /* processor time of earlier instances */
    uint64_t answered_ns[MANIFEST_HEARTBEATS_MAX]; /* time used at each one's latest answer */
    struct layout layout;
    struct death death;         /* of the latest instance that died */
    struct rt_object installed; /* its image, when it came at run time */
    uint64_t installed_bytes;
    struct rt_range quarantined; /* memory that its device may still write to */
};

struct root {
    const struct abi_boot_info *boot;
    struct fdt machine;
    struct bundle bundle;
    struct bundle_file manifest_file;
    struct manifest manifest;
    struct supervisor supervisor;
    struct health health;
    struct journal journal;
    uint64_t memory_bytes; /* that root had at its start */
    uint64_t own_bytes;    /* that went to root itself */
    struct device aux_devices[MANIFEST_AUX_DEVICES_MAX];
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

/* Slots of what some components have and others have not. */
cap_t component_endpoint(const struct component *component);
cap_t component_interrupt(const struct component *component, uint32_t which);
cap_t component_budget(const struct component *component, uint32_t core);
word_t component_slot_count(const struct manifest_component *entry);

/*
 * Processor time: a budget for each core that the entry lists, all of the same amount.  A component
 * may have as many threads on each as it likes.
 */
status_t component_fill_budgets(struct root *root, const struct component *component);
void component_empty_budgets(struct root *root, const struct component *component);

/* A line in the system's log. */
PRINTF_LIKE(2, 3) void root_say(struct root *root, const char *fmt, ...);

/*
 * A budget per period on a core, in nanoseconds.  Where the machine has fewer cores than the
 * manifest counts on, those that share one get equally less.
 */
uint64_t root_budget_ns(const struct root *root, uint32_t core, uint32_t budget_us);

/* Looks the devices up that only setup scripts touch. */
void aux_devices_find(struct root *root);
/* Looks the component's resources up in the machine's device tree.  False: it lacks one. */
bool devices_find(struct root *root, struct component *component);
/* Where root sees a register that a script may touch; 0: it may not, or the machine lacks it. */
vaddr_t devices_find_register(struct root *root, const struct component *component, bool has_aux,
                              const char *device, uint32_t offset);

/* Runs the component's scripts.  ERR_IO_FAILED: the device did not obey; the log says where. */
status_t component_reset_devices(struct root *root, struct component *component);
status_t component_set_devices_up(struct root *root, struct component *component);

/* Builds a component from its entry and starts it.  All or nothing. */
status_t component_build(struct root *root, struct component *component);
/* Lets it run no more; everything it has stays as it is. */
void component_halt(struct root *root, struct component *component);
/* Ends it and takes all it had back. */
void component_destroy(struct root *root, struct component *component);
/* Its device obeys again: nothing writes to that memory any more. */
void component_end_quarantine(struct root *root, struct component *component);
uint64_t component_time_ns(const struct component *component);

uint32_t component_index(const struct root *root, const struct component *component);
/* Whose session a request came through. */
struct component *component_of(struct root *root, const struct ipc_request *request);
struct death death_of_fault(const struct component *component, const struct ipc_message *message);
/* Notes why a component dies, and lets supervision act. */
void component_died(struct root *root, struct component *component, const struct death *death);

/* What supervision does, for those who ask later. */
void root_note(struct root *root, const struct component *component, enum abi_journal kind,
               uint32_t detail);

/* Asks for the heartbeats that are due, and acts on those that are missing. */
void root_check_health(struct root *root);

/* Where root sees what it looks into for a moment; nothing is left mapped there. */
static const vaddr_t ROOT_WINDOW = 0x2000000000;

/* Pages of a frame of root's, for a moment, read-only. */
status_t root_look(cap_t frame, word_t page, word_t pages, const uint8_t **bytes);
void root_look_away(word_t pages);

/* Gives back rings of dead components that nobody maps any more. */
void retired_collect(struct root *root);

/* Serves root's protocol and its children's faults for ever. */
noreturn void root_serve(struct root *root);

/* Arms the timer for what supervision waits for. */
void root_arm_timer(struct root *root);

#endif
