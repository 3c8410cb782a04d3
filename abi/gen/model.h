/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ABI text says, as the emitters need it: plain arrays, in the order of the text.
 *
 * Strings point into the sources, which live as long as the model.  References to other entries
 * (a right, an object, a status) are kept as names; check.c has made sure that they exist.
 */
#ifndef GEN_MODEL_H
#define GEN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"
#include "schema.h"

enum {
    MESSAGE_WORDS = 8,
    STATUSES_MAX = 64,
    CALLS_MAX = 32,
    ENUMS_MAX = 16,
    ENUM_VALUES_MAX = 64,
    OBJECTS_MAX = 32,
    OPERATIONS_MAX = 24,
    ARGUMENTS_MAX = 16,
};

struct status {
    struct name name;
    struct place place;
    long number;
    const char *culprit;
    const char *meaning;
};

/* The registers a call uses or gives, as bits. */
enum { REGISTER_CAP = 1, REGISTER_INFO = 2, REGISTER_AUX = 4, REGISTER_WORDS = 8 };

struct call {
    struct name name;
    struct place place;
    long number;
    unsigned uses;
    unsigned gives;
    struct name right; /* empty: none needed */
    struct name object;
    struct status_use statuses[ERRORS_MAX];
    int status_count;
    struct doc doc;
};

struct enumeration {
    struct name name;
    struct place place;
    struct value values[ENUM_VALUES_MAX];
    int value_count;
};

struct argument {
    struct name name;
    struct place place;
    struct name type; /* a word type, an enum, or cap */
    bool is_cap;
    bool is_optional;   /* cap: index 0 means none */
    struct name object; /* cap: its type and the right it needs */
    struct name right;
    const char *meaning; /* null: the type says it */
    int word;            /* the first of its words */
    int word_count;
};

struct operation {
    struct name name;
    struct place place;
    long number;
    struct name right;
    struct argument in[ARGUMENTS_MAX];
    struct argument out[ARGUMENTS_MAX];
    int in_count;
    int out_count;
    struct status_use errors[ERRORS_MAX];
    int error_count;
    struct doc doc;
};

struct object {
    struct name name;
    struct place place;
    long number;
    struct operation operations[OPERATIONS_MAX];
    int operation_count;
    struct doc doc;
};

struct model {
    int word_bits;
    struct status statuses[STATUSES_MAX];
    int status_count;
    struct call calls[CALLS_MAX];
    int call_count;
    struct enumeration enums[ENUMS_MAX];
    int enum_count;
    struct object objects[OBJECTS_MAX];
    int object_count;
    struct protocol protocol;
    struct schema schema;
    uint8_t hash[32];
};

const struct status *model_find_status(const struct model *model, const char *name);
const struct enumeration *model_find_enum(const struct model *model, const char *name);
const struct object *model_find_object(const struct model *model, const char *name);
const struct value *enum_find_value(const struct enumeration *enumeration, const char *name);

/* Whether the type is a word type of the text's own, such as count or time. */
bool type_is_builtin(const char *type);

/* Words that a value of the type takes in a message. */
int type_word_count(const struct model *model, const char *type);

/* Reads one file into the model; the first complaint ends it. */
bool model_read(struct model *model, struct source *source, struct problem *problem);

/* Checks what no single line can show, and gives each argument its words. */
bool model_check(struct model *model, struct problem *problem);

#endif
