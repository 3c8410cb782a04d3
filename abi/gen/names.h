/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What everything in the text has: names, documentation, numbered values, uses of a status.
 */
#ifndef GEN_NAMES_H
#define GEN_NAMES_H

#include "text.h"

enum { NAME_SIZE = 40, ERRORS_MAX = 16, DOCS_MAX = 4 };

struct name {
    char lower[NAME_SIZE];
    char upper[NAME_SIZE];
};

struct doc {
    const char *lines[DOCS_MAX];
    int count;
};

struct status_use {
    struct name status;
    struct place place;
    const char *cause; /* null in a call's list */
};

struct value {
    struct name name;
    struct place place;
    long number;
    const char *meaning;
};

#endif
