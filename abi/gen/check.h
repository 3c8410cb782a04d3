/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that the system's text and a protocol's share.
 */
#ifndef GEN_CHECK_H
#define GEN_CHECK_H

#include "model.h"

struct check {
    const struct model *model;
    struct problem *problem;
};

bool check_doc(const struct check *check, struct place place, const char *what,
               const struct name *name, const struct doc *doc);

/* One of `what` against another; things without a number pass their index, which never clashes. */
bool check_distinct(const struct check *check, const char *what, const struct name *name,
                    long number, struct place place, const struct name *other, long other_number);

/* The name clashes with nothing in generated code; `owner` is the name beside it there. */
bool check_free_name(const struct check *check, const struct name *name, struct place place,
                     const struct name *owner);

bool check_status_uses(const struct check *check, const struct status_use *list, int count);

/* Also gives each argument its words and capabilities. */
bool check_protocol(const struct check *check, struct protocol *protocol);

/* Also gives each name of a limit its number. */
bool check_manifest(const struct check *check, struct schema *schema);

#endif
