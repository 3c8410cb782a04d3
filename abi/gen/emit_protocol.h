/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the emitters of protocol code share: file heads, and moving one field into and out of a
 * message.  Both sides move fields the same way, so it is written once.
 */
#ifndef GEN_EMIT_PROTOCOL_H
#define GEN_EMIT_PROTOCOL_H

#include "emit.h"

/* A header's head, with its guard; `suffix` tells the protocol's headers apart. */
void emit_protocol_head(const struct protocol *protocol, const char *what, const char *suffix,
                        FILE *out);

/* A source file's head, which includes the header of the same suffix. */
void emit_protocol_c_head(const struct protocol *protocol, const char *what, const char *suffix,
                          FILE *out);

/* The operation's documentation and errors as a comment. */
void emit_operation_comment(const struct protocol_operation *operation, FILE *out);

/* Whether moving the fields can fail, so that a status is needed. */
bool layout_can_fail(const struct layout *layout);

/*
 * How generated code reaches a field's value and the message, as C text: "in->" goes before the
 * field's name, "message->" before a member; "message" is a pointer to it.
 */
struct access {
    const char *value;
    const char *message;
    const char *member;
    const char *on_error; /* statement for a field that does not fit */
    bool is_pointer;      /* reading: scalar values are written through pointers */
};

void emit_put_fields(const struct layout *layout, const struct access *access, FILE *out);
void emit_get_fields(const struct layout *layout, const struct access *access, FILE *out);

/* The message's length in words as a C expression; the fields are in it already. */
void emit_length(const struct layout *layout, const char *member, FILE *out);

#endif
