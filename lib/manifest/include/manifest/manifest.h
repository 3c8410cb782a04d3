/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of compiled manifests: which components make up a system, and what each is given.
 *
 * manifest_read checks everything a user of the result relies on and refuses what it does not know,
 * so a manifest never means something else than its writer thought.  The result is a plain struct
 * of bounded size; its texts point into the blob, which is borrowed and must not change.  Whether
 * the machine has the devices and the memory is not decided here.
 */
#ifndef MANIFEST_MANIFEST_H
#define MANIFEST_MANIFEST_H

#include <base/compiler.h>
#include <base/fdt.h>
#include <base/types.h>

enum {
    MANIFEST_COMPONENTS_MAX = 24, /* message servers and apps; a set of them is a bitmap */
    MANIFEST_ACCESS_MAX = 24,     /* protocols that one message server knows */
    MANIFEST_NAME_MAX = 23,       /* of a component, a resource, an environment variable */
    MANIFEST_PROTOCOL_MAX = 31,
    MANIFEST_TEXTS_MAX = 16,
    MANIFEST_IMAGES_MAX = 4,
    MANIFEST_SERVERS_MAX = 4,
    MANIFEST_RESOURCES_MAX = 6,
    MANIFEST_REGISTERS_MAX = 8, /* of a device that scripts may touch */
    MANIFEST_AUX_DEVICES_MAX = 4,
    MANIFEST_HEARTBEATS_MAX = 4,
    MANIFEST_ERROR_BYTES = 200,
    MANIFEST_PAGE_BYTES = 4096,
    MANIFEST_NONE = UINT32_MAX,
};

typedef uint32_t manifest_set_t; /* of components: a bit for each index */

struct manifest_texts {
    const char *text[MANIFEST_TEXTS_MAX];
    uint32_t count;
};

/* A device: the first one, in the order of the list, that the machine has. */
struct manifest_resource {
    const char *name;
    const char *compatible[MANIFEST_IMAGES_MAX];
    uint32_t compatible_count;
    uint32_t index;     /* which one of several that match */
    uint32_t virtio_id; /* not 0: only a virtio transport with this device behind it */
    bool has_dma;
    uint32_t registers[MANIFEST_REGISTERS_MAX]; /* offsets of those that scripts may touch */
    uint32_t register_count;
};

/* How often a thread or service loop that names itself says that it is well. */
struct manifest_heartbeat {
    const char *name; /* empty: the component's own */
    uint32_t period_ms;
    uint32_t limit; /* so many missing in a row, and the component is restarted */
};

/* What follows when a component was restarted too often. */
enum manifest_policy {
    MANIFEST_POLICY_DOWN,   /* it is left down, with its dependants */
    MANIFEST_POLICY_REBOOT, /* the machine is reset */
};

/* Who may do what with a protocol in one message server. */
struct manifest_access {
    const char *protocol;
    manifest_set_t publish;
    manifest_set_t request;
};

struct manifest_component {
    const char *name;
    const char *images[MANIFEST_IMAGES_MAX]; /* several: as the first resource's compatible list */
    uint32_t image_count;
    bool is_message_server;

    uint64_t memory_bytes; /* all it can ever use, in whole pages */
    uint64_t heap_bytes;   /* of these, ready at its start */
    uint64_t stack_bytes;  /* of its first thread; 0: what its image says */
    uint64_t ring_bytes;   /* beside these, to share with servers */
    uint32_t budget_us;
    uint32_t period_us;
    uint32_t priority;
    uint32_t core; /* taken modulo the cores that the machine has */

    bool is_ready_when_started; /* else it says so itself */
    uint32_t ready_timeout_ms;
    uint32_t restart_limit; /* restarts in a window before it is left down */
    uint32_t restart_window_ms;
    uint32_t restart_policy; /* enum manifest_policy */
    uint32_t minimum_run_ms; /* what dies sooner waits so long from its start */
    uint32_t diagnosis_ms;   /* how long its memory is kept when it has died */
    struct manifest_heartbeat heartbeats[MANIFEST_HEARTBEATS_MAX];
    uint32_t heartbeat_count;
    uint32_t dependants[MANIFEST_COMPONENTS_MAX]; /* as its supervision property lists them */
    uint32_t dependant_count;

    bool may_inspect; /* root's introspection */
    bool may_control; /* root's control */
    bool reads_log;
    bool writes_log; /* to the kernel's log directly, for its developer */

    struct manifest_texts arguments;
    struct manifest_texts environment_names;
    struct manifest_texts environment_values;
    uint32_t servers[MANIFEST_SERVERS_MAX]; /* message servers that it may talk to */
    uint32_t server_count;
    struct manifest_resource resources[MANIFEST_RESOURCES_MAX];
    uint32_t resource_count;
    struct manifest_texts reset_script; /* lib/script; between two instances */
    struct manifest_texts setup_script; /* before the first instruction of each */
    uint32_t installer;                 /* who brings its image at run time, or MANIFEST_NONE */
    uint64_t image_bytes_max;           /* of that image */

    struct manifest_access access[MANIFEST_ACCESS_MAX]; /* of a message server */
    uint32_t access_count;
};

/* Message servers stand first, each group in the order of the text. */
struct manifest {
    const char *system;
    uint32_t root_budget_us;
    uint32_t root_period_us;
    struct manifest_component components[MANIFEST_COMPONENTS_MAX];
    uint32_t component_count;
    struct manifest_resource aux_devices[MANIFEST_AUX_DEVICES_MAX]; /* for setup scripts alone */
    uint32_t aux_device_count;
};

/* Where it is wrong, why, and what would help, as one line. */
struct manifest_error {
    char text[MANIFEST_ERROR_BYTES];
};

/* False, with the first mistake in `error`, when the manifest is refused. */
MUST_CHECK bool manifest_read(struct manifest *manifest, const void *blob, size_t size,
                              struct manifest_error *error);

/* Index of the component of this name, or MANIFEST_NONE. */
uint32_t manifest_find(const struct manifest *manifest, const char *name);

/*
 * Whether a script may touch the register: its resources declare it, or, in a setup script, an
 * auxiliary device does.
 */
bool manifest_declares(const struct manifest *manifest, const struct manifest_component *component,
                       bool has_aux, const char *device, uint32_t offset);

/* Processor time that all components of a core ask for, root's on core 0, in millionths. */
uint64_t manifest_share(const struct manifest *manifest, uint32_t core, uint32_t core_count);

/*
 * How message servers know who calls: a session's badge has the component's index and which of its
 * instances it is, so that a later one can't be taken for an earlier one.
 */
enum { MANIFEST_BADGE_INDEX_BITS = 8 };

static inline word_t manifest_badge(uint32_t index, uint32_t instance)
{
    return (word_t)instance << MANIFEST_BADGE_INDEX_BITS | (index + 1);
}

static inline uint32_t manifest_badge_index(word_t badge)
{
    return (uint32_t)(badge & ((1 << MANIFEST_BADGE_INDEX_BITS) - 1)) - 1;
}

static inline uint32_t manifest_badge_instance(word_t badge)
{
    return (uint32_t)(badge >> MANIFEST_BADGE_INDEX_BITS);
}

#endif
