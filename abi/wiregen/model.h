/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire protocol as its text describes it: channels, records, messages, and their fields.
 *
 * Everything points into the text's own bytes, which outlive the model.
 */
#ifndef WIREGEN_MODEL_H
#define WIREGEN_MODEL_H

#include "../gen/text.h"

enum { SHAPES_MAX = 64, FIELDS_MAX = 24, CHANNELS_MAX = 8, KEY_MAX = 23 };

struct field {
    const char *name;
    const char *type;   /* uint, bool, real, text, bytes or list */
    const char *record; /* of a list */
    const char *doc;
    long key;
    long max; /* bytes of text and bytes, entries of a list */
};

/* A record or a message: both are maps. */
struct shape {
    const char *name;
    const char *doc;
    const char *side;    /* of a message: who sends it */
    const char *channel; /* of a message */
    long number;         /* of a message; 0 says it is a record */
    struct field fields[FIELDS_MAX];
    int field_count;
};

struct channel {
    const char *name;
    const char *doc;
    long number;
};

struct wire {
    const char *name;
    long version;
    struct channel channels[CHANNELS_MAX];
    int channel_count;
    struct shape shapes[SHAPES_MAX];
    int shape_count;
};

/* Reads the text and checks what spans lines; on failure `problem` says where and what. */
bool wire_read(struct wire *wire, struct source *source, struct problem *problem);

const struct shape *find_shape(const struct wire *wire, const char *name);

/* What `--emit header` and `--emit source` write. */
void emit_header(const struct wire *wire);
void emit_source(const struct wire *wire);

#endif
