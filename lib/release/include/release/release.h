/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this release for this device, and has its owner signed it?
 *
 * A release is a set of TUF 1.0 metadata files (theupdateframework.io) and the contents that they
 * list by SHA-256.  This reads the metadata, in buffers, and gives the generation that the store is
 * to plan, or the one reason why not.  It changes nothing, opens nothing and trusts nothing but the
 * root metadata that the device already has.
 *
 * Every file is bounded in size and depth before it is parsed, no key may appear twice in an
 * object, and numbers are integers.  What our targets metadata say beyond TUF is in "x-skerry".
 */
#ifndef RELEASE_RELEASE_H
#define RELEASE_RELEASE_H

#include <store/format.h>

enum {
    RELEASE_FILE_BYTES_MAX = 256 * 1024,
    RELEASE_DEPTH_MAX = 12,
    RELEASE_KEYS_MAX = 32,
    RELEASE_SIGNATURES_MAX = 32,
    RELEASE_ROOTS_MAX = 16, /* new root files that are followed in one go */
    RELEASE_DEVICE_BYTES = 64,
    RELEASE_WHY_BYTES = 160,
    RELEASE_KEY_BYTES = 32,
    RELEASE_SIGNATURE_BYTES = 64,
};

enum release_refusal {
    RELEASE_OK,
    RELEASE_TOO_LARGE,
    RELEASE_BAD_FORMAT, /* no JSON, a key twice, truncated, a field missing or of another type */
    RELEASE_UNSIGNED,   /* fewer good signatures of keys that count than the threshold */
    RELEASE_EXPIRED,
    RELEASE_NO_TIME,        /* the device does not know the time, so nothing can be fresh */
    RELEASE_OLDER_METADATA, /* a file is older than one that was accepted before */
    RELEASE_MIXED,          /* files that do not belong together */
    RELEASE_OTHER_DEVICE,
    RELEASE_OTHER_MACHINE,
    RELEASE_OTHER_ABI,
    RELEASE_BELOW_FLOOR,
    RELEASE_BAD_CONTENTS, /* a name or hash that is none, too many, or no manifest */
    RELEASE_OUT_OF_MEMORY,
};

struct release_file {
    const char *data;
    size_t size;
};

/* What the device knows before it looks. */
struct release_device {
    const char *device; /* its kind, as releases name it */
    uint32_t machine;   /* ELF number */
    const uint8_t *abi_hash;
    uint64_t floor;              /* of the store's state, like `roles` */
    uint32_t roles[STORE_ROLES]; /* by enum release_role */
    int64_t now_s;               /* since 1970; 0: not known */
};

/* Index of a role's version in the store's records. */
enum release_role { RELEASE_ROOT, RELEASE_TIMESTAMP, RELEASE_SNAPSHOT, RELEASE_TARGETS };

struct release_files {
    struct release_file trusted_root;                 /* the one the device has */
    struct release_file new_roots[RELEASE_ROOTS_MAX]; /* in order; each follows the one before */
    uint32_t new_root_count;
    struct release_file timestamp;
    struct release_file snapshot;
    struct release_file targets;
};

struct release_verdict {
    enum release_refusal refusal;
    char why[RELEASE_WHY_BYTES];        /* for people, when it is refused */
    const struct release_file *root;    /* the newest, to keep as the trusted one; when OK */
    struct store_generation generation; /* for store_plan; when OK */
};

/* True, and verdict->refusal is RELEASE_OK, when the release may be installed. */
bool release_verify(const struct release_device *device, const struct release_files *files,
                    struct release_verdict *verdict);

/* The same without asking for whom it is, from when and whether it is new: for tools. */
bool release_inspect(const struct release_files *files, struct release_verdict *verdict);

const char *release_refusal_text(enum release_refusal refusal);

/* ---- for those who make releases ---- */

/* Seconds since 1970 of "2030-01-31T12:00:00Z"; false when it is not of this form. */
bool release_time_read(const char *text, int64_t *seconds);

#endif
