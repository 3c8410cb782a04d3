/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person can ask of the fleet service by words.
 */
#ifndef FLEET_CLI_VERBS_H
#define FLEET_CLI_VERBS_H

struct verb {
    const char *object; /* skerry fleet OBJECT VERB */
    const char *name;
    const char *method; /* UPLOAD: a POST whose body is a file, the last operand */
    const char *path;   /* an operand goes where {} stands */
    const char *fields; /* options, by commas; a number ends in #, a flag in !, a file in @ */
    const char *columns; /* of the table, by commas; null: the answer is one thing */
    const char *words;
};

/* Ends with a row without an object. */
extern const struct verb verbs[];

#endif
