/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's records, as they lie on the disk: little-endian, each closed by its own SHA-256.
 *
 *   blobs/<64 hex digits>        contents, each named by its SHA-256
 *   staging/<64 hex digits>      what has come of a blob so far
 *   generations/<10 digits>      struct store_generation, without the entries it does not use
 *   state                        two copies of struct store_state, then struct store_ack, each
 *                                in its own 4 KiB; made whole when the store is made, so that
 *                                nothing decided later needs room on the disk
 */
#ifndef STORE_FORMAT_H
#define STORE_FORMAT_H

#include <base/hash.h>
#include <base/types.h>

enum {
    STORE_NAME_BYTES = 48,
    STORE_ENTRIES_MAX = 64,
    STORE_GOOD_MAX = 4,
    STORE_FALLBACKS_MAX = 12,
    STORE_ROLES = 4,
    STORE_COPIES = 2,
    STORE_COPY_DISTANCE = 4096,
    STORE_ACK_OFFSET = STORE_COPIES * STORE_COPY_DISTANCE,
    STORE_STATE_FILE_BYTES = STORE_ACK_OFFSET + STORE_COPY_DISTANCE,
};

static const uint64_t STORE_STATE_MAGIC = UINT64_C(0x3154415453524b53);      /* SKRSTAT1 */
static const uint64_t STORE_GENERATION_MAGIC = UINT64_C(0x314e454753524b53); /* SKRSGEN1 */
static const uint64_t STORE_ACK_MAGIC = UINT64_C(0x314b434153524b53);        /* SKRSACK1 */

/* Why a generation was left.  Numbers stay: they are on disks and in reports. */
enum store_reason {
    STORE_REASON_NONE = 0,
    STORE_REASON_TRIES = 1,          /* booted STORE_TRIES_MAX times and never became well */
    STORE_REASON_RECORD_DAMAGED = 2, /* its record is missing or not what was written */
    STORE_REASON_BLOB_MISSING = 3,   /* entry says which */
    STORE_REASON_BLOB_DAMAGED = 4,   /* entry says which */
    STORE_REASON_BAD_MANIFEST = 5,   /* the manifest does not read */
    STORE_REASON_BAD_IMAGE = 6,      /* an image is of another machine or ABI */
    STORE_REASON_NOT_READY = 7,      /* an app did not report ready in time */
    STORE_REASON_RESTART_LIMIT = 8,  /* an app failed more often than the manifest allows */
    STORE_REASON_REQUESTED = 9,      /* an operator asked for it */
    STORE_REASON_STATE_REBUILT = 10, /* both copies of the state were damaged */
    STORE_REASON_KERNEL = 11,        /* the kernel stopped, or a watchdog ended it */
};

struct store_fallback {
    uint32_t from;
    uint32_t to;
    uint64_t version; /* of the release that was left */
    uint16_t reason;
    uint16_t tries;
    uint32_t entry; /* index of the entry at fault, where the reason has one */
};

static_assert(sizeof(struct store_fallback) == 24, "the record's layout is fixed");

struct store_state {
    uint64_t magic;
    uint64_t sequence; /* the valid copy with the higher one counts */
    uint64_t floor;    /* the highest release version ever accepted */
    uint32_t current;  /* generation to boot; 0 before the first */
    uint32_t is_confirmed;
    uint32_t tries;                    /* boots of `current` since it was last well */
    uint32_t next;                     /* number of the next generation; never used twice */
    uint32_t good[STORE_GOOD_MAX];     /* others that booted well, last first, zeros behind */
    uint32_t roles[STORE_ROLES];       /* highest accepted version of each signed metadata file */
    uint8_t root_sha256[SHA256_BYTES]; /* the metadata that says whose signatures count */
    uint64_t fallback_count;           /* ever; the last ones are kept, in a ring */
    struct store_fallback fallbacks[STORE_FALLBACKS_MAX];
    uint8_t reserved[80];
    uint8_t sha256[SHA256_BYTES]; /* of all before */
};

static_assert(sizeof(struct store_state) == 512, "a sector, so that a disk writes all or none");
static_assert(offsetof(struct store_state, fallbacks) == 112, "the record's layout is fixed");

/* A sector of its own that is written after a commit is certain: who sees it may rely on that. */
struct store_ack {
    uint64_t magic;
    uint32_t generation;
    uint32_t reserved;
    uint8_t unused[464];
    uint8_t sha256[SHA256_BYTES];
};

static_assert(sizeof(struct store_ack) == 512, "a sector");

struct store_entry {
    char name[STORE_NAME_BYTES]; /* terminated; "manifest", an app's image, ... */
    uint64_t size_bytes;
    uint8_t sha256[SHA256_BYTES];
};

static_assert(sizeof(struct store_entry) == 88, "the record's layout is fixed");

enum { STORE_GENERATION_IS_RETURN = 1 }; /* the owner signed that it may be below the floor */

struct store_generation {
    uint64_t magic;
    uint64_t version;
    uint32_t number;
    uint32_t entry_count;
    uint32_t flags;
    uint32_t reserved;
    uint32_t roles[STORE_ROLES];
    uint8_t root_sha256[SHA256_BYTES];
    uint8_t sha256[SHA256_BYTES]; /* of all before, then of the entries in use */
    struct store_entry entries[STORE_ENTRIES_MAX];
};

static_assert(offsetof(struct store_generation, entries) == 112, "the record's layout is fixed");

#endif
