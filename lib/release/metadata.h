/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One metadata file, parsed; what verify.c builds its chain of trust from.
 */
#ifndef RELEASE_METADATA_H
#define RELEASE_METADATA_H

#include <jansson.h>
#include <release/release.h>

struct metadata {
    json_t *whole; /* owned */
    json_t *body;  /* "signed", borrowed from it */
    uint32_t version;
};

/* Where a refusal is written, and which file is at hand. */
struct judge {
    struct release_verdict *verdict;
    const char *file;
};

/* Says why and returns false. */
bool judge_refuse(const struct judge *judge, enum release_refusal refusal, const char *why);

/* Parses a file of the given "_type".  Nothing to close when it is refused. */
bool metadata_open(struct metadata *metadata, const struct judge *judge,
                   const struct release_file *file, const char *type);
void metadata_close(struct metadata *metadata);

/* Enough keys that `root` names for the role have signed the file. */
bool metadata_is_signed(const struct metadata *metadata, const struct judge *judge,
                        const json_t *root, const char *role);

/* Refuses when `now_s` is past the file's "expires"; 0 asks only for the form. */
bool metadata_is_fresh(const struct metadata *metadata, const struct judge *judge, int64_t now_s);

/* Exactly 2 * size lower-case digits. */
bool hex_read(const json_t *text, uint8_t *bytes, size_t size);

/* A number from `least` to `most`. */
bool number_read(const json_t *value, int64_t least, int64_t most, int64_t *number);

#endif
