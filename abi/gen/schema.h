/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the manifest's text says: records with members, each one property or node of a manifest and
 * one field of a struct.
 *
 * Names of other entries (a limit, a choice, a record) are resolved by check_manifest.c.
 */
#ifndef GEN_SCHEMA_H
#define GEN_SCHEMA_H

#include "names.h"

enum {
    LIMITS_MAX = 32,
    CHOICES_MAX = 8,
    CHOICE_VALUES_MAX = 8,
    RECORDS_MAX = 12,
    MEMBERS_MAX = 64,
};

enum member_kind {
    MEMBER_NAMED,
    MEMBER_COMPONENT,
    MEMBER_NUMBER,
    MEMBER_SIZE,
    MEMBER_NUMBERS,
    MEMBER_FLAG,
    MEMBER_TEXT,
    MEMBER_TEXTS,
    MEMBER_CHOOSE,
    MEMBER_REFER,
    MEMBER_REFERS,
    MEMBER_SET,
    MEMBER_TEXTS_BY_NAME,
    MEMBER_LIST,
    MEMBER_LIST_OF_SELF,
    MEMBER_LISTS_BY_NAME,
    MEMBER_LISTED,
    MEMBER_FACT,
    MEMBER_PART,
    MEMBER_KINDS,
};

/* A number, or the name of a limit. */
struct bound {
    const char *text;
    long number; /* once checked */
};

struct member {
    enum member_kind kind;
    struct place place;
    const char *property; /* or node; null where there is none, "." for the part's own children */
    struct name field;    /* empty where there is none */
    struct bound count;   /* of a list */
    struct bound least;
    struct bound most; /* of a number, or bytes of a text */
    struct bound name_most;
    struct bound otherwise; /* the default */
    bool is_required;
    const char *other; /* name of a choice or record */
    int other_index;   /* once checked */
    const char *meaning;
    int part; /* which part of its record it belongs to, counted from 1; of a part: its number */
    bool is_in_part;
};

struct limit {
    struct name name;
    struct place place;
    long number;
    const char *meaning;
};

struct choice {
    struct name name;
    struct place place;
    struct value values[CHOICE_VALUES_MAX];
    int value_count;
};

struct record {
    struct name name; /* "system" for the root node's */
    struct place place;
    struct name array; /* of struct manifest, which holds all of them; empty for the system */
    struct bound max;
    struct member members[MEMBERS_MAX];
    int member_count;
    int part_count;
    struct doc doc;
};

struct schema {
    long version; /* 0: the text has none */
    struct place place;
    struct limit limits[LIMITS_MAX];
    int limit_count;
    struct choice choices[CHOICES_MAX];
    int choice_count;
    struct record records[RECORDS_MAX];
    int record_count;
    struct doc doc;
};

/* Whether a member stands in a manifest as a node, as a property, or as neither. */
bool member_is_node(const struct member *member);
bool member_is_property(const struct member *member);

#endif
