/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of compiled manifests: which components make up a system, and what each is given.
 *
 * manifest_read checks everything a user of the result relies on and refuses what it does not know,
 * so a manifest never means something else than its writer thought.  The result, struct manifest of
 * the generated <manifest/schema.h>, has bounded size; its texts point into the blob, which is
 * borrowed and must not change, and its lists into itself, so it cannot be copied.  Whether the
 * machine has the devices and the memory is not decided here.
 */
#ifndef MANIFEST_MANIFEST_H
#define MANIFEST_MANIFEST_H

#include <base/compiler.h>
#include <base/types.h>
#include <manifest/schema.h>

enum {
    MANIFEST_ERROR_BYTES = 240,
    MANIFEST_WHERE_BYTES = 160,
    MANIFEST_PAGE_BYTES = 4096,
    MANIFEST_NONE = UINT32_MAX, /* no component */
};

/* Where it is wrong, why, and what would help, as one line. */
struct manifest_error {
    char text[MANIFEST_ERROR_BYTES];
};

/*
 * Message servers stand first in `components`, each group in the order of the text.  False, with
 * the first mistake in `error`, when the manifest is refused.
 */
MUST_CHECK bool manifest_read(struct manifest *manifest, const void *blob, size_t size,
                              struct manifest_error *error);

/* Hears every mistake: the node's path, the property or null, the cause and the cure. */
struct manifest_listener {
    void *state;
    void (*refuse)(void *state, const char *path, const char *property, const char *why);
};

/* The same, for who wants to know more than the first. */
MUST_CHECK bool manifest_read_all(struct manifest *manifest, const void *blob, size_t size,
                                  const struct manifest_listener *listener);

/* Index of the component of this name, or MANIFEST_NONE. */
uint32_t manifest_find(const struct manifest *manifest, const char *name);

/* Whether the component may talk to the message server. */
bool manifest_is_client(const struct manifest_component *component, uint32_t server);

/*
 * Whether a script of the component may touch the register: its resources declare it or, in a setup
 * script, an auxiliary device does.
 */
bool manifest_declares(const struct manifest *manifest, const struct manifest_component *component,
                       bool is_setup, const char *device, uint32_t offset);

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
