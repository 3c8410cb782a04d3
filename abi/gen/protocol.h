/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol's text says: operations whose arguments travel in a message.
 *
 * A layout gives each argument its words in the order of the text.  The last string or bytes
 * argument takes only the words that its contents need; all others have a fixed place and size.
 */
#ifndef GEN_PROTOCOL_H
#define GEN_PROTOCOL_H

#include "names.h"

enum {
    FIELDS_MAX = 12,
    EVENTS_MAX = 16,
    PROTOCOL_OPERATIONS_MAX = 32,
    PROTOCOL_WORDS_MAX = 64,
    PROTOCOL_CAPS_MAX = 4,
};

enum field_kind {
    FIELD_WORD,
    FIELD_U64,
    FIELD_TIME,
    FIELD_STRING,
    FIELD_BYTES,
    FIELD_CAP,
    FIELD_LEND
};

struct field {
    struct name name;
    struct place place;
    enum field_kind kind;
    long max; /* string and bytes: bytes at most */
    const char *meaning;
    int word; /* the first of its words, if it has any */
    int cap;  /* its place among the capabilities, if it is one */
};

struct layout {
    struct field fields[FIELDS_MAX];
    int count;
    int words_min;
    int words_max;
    int caps;
};

struct protocol_operation {
    struct name name;
    struct place place;
    long number;
    struct layout in;
    struct layout out;
    bool is_later; /* its handler may keep the reply */
    struct status_use errors[ERRORS_MAX];
    int error_count;
    struct doc doc;
};

struct protocol {
    struct name name; /* empty: the text has none */
    struct place place;
    long version;
    struct value events[EVENTS_MAX];
    int event_count;
    struct protocol_operation operations[PROTOCOL_OPERATIONS_MAX];
    int operation_count;
    struct doc doc;
};

bool field_has_size(const struct field *field);

#endif
