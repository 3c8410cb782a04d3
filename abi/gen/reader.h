/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading a line needs: the line, where in the text we are, and the form of every clause.
 */
#ifndef GEN_READER_H
#define GEN_READER_H

#include "model.h"

/* Which block a line belongs to; an operation's block is inside its object's or protocol's, a
 * part's inside its record's. */
enum block {
    BLOCK_TOP,
    BLOCK_STATUS,
    BLOCK_CALL,
    BLOCK_ENUM,
    BLOCK_OBJECT,
    BLOCK_OPERATION,
    BLOCK_PROTOCOL,
    BLOCK_PROTOCOL_OPERATION,
    BLOCK_MANIFEST,
    BLOCK_CHOICE,
    BLOCK_RECORD,
    BLOCK_PART,
};

struct reader {
    struct model *model;
    struct problem *problem;
    struct line line;
    enum block block; /* that the next line may belong to */

    /* the last of each, which clauses add to */
    struct call *call;
    struct enumeration *enumeration;
    struct object *object;
    struct operation *operation;
    struct protocol_operation *protocol_operation;
};

/*
 * Form: one letter a token behind the keyword: w word, n number, s string.  A + repeats the letter
 * before it to the line's end; after * anything goes.
 */
struct clause {
    enum block block;
    const char *keyword; /* null: the line begins with a name */
    const char *form;
    const char *usage;
    bool (*read)(struct reader *reader);
};

/* Each ends with a row that has no function. */
extern const struct clause system_clauses[];
extern const struct clause protocol_clauses[];
extern const struct clause manifest_clauses[];

/* The line's token, as text or as the number that its form says it is. */
const char *word(const struct reader *reader, int index);
bool is_number(const char *text);
long number(const struct reader *reader, int index);

/* Take a token in as a name; add the line's string to a documentation; both may complain. */
bool read_name(struct reader *reader, int index, struct name *name);
bool read_doc(struct reader *reader, struct doc *doc);

/* Appends the status and the cause of a line `error STATUS "cause"`. */
bool read_status_use(struct reader *reader, struct status_use *list, int *count);

/* Whether a list of `limit` can take one more. */
bool has_room(struct reader *reader, int count, int limit);

#endif
