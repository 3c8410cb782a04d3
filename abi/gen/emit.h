/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function per generated file.  An emitter walks the model in the order of the text and prints;
 * it decides nothing and cannot fail, since model_check has accepted the model.
 */
#ifndef GEN_EMIT_H
#define GEN_EMIT_H

#include <stdio.h>

#include "model.h"

void emit_status_h(const struct model *model, FILE *out);
void emit_calls_h(const struct model *model, FILE *out);
void emit_objects_h(const struct model *model, FILE *out);
void emit_hash_h(const struct model *model, FILE *out);
void emit_dispatch_h(const struct model *model, FILE *out);
void emit_dispatch_c(const struct model *model, FILE *out);
void emit_stubs_h(const struct model *model, FILE *out);
void emit_names_h(const struct model *model, FILE *out);
void emit_names_c(const struct model *model, FILE *out);
void emit_entries_h(const struct model *model, FILE *out);
void emit_entries_c(const struct model *model, FILE *out);
void emit_reference(const struct model *model, FILE *out);

void emit_protocol_h(const struct model *model, FILE *out);
void emit_protocol_client_h(const struct model *model, FILE *out);
void emit_protocol_client_c(const struct model *model, FILE *out);
void emit_protocol_server_h(const struct model *model, FILE *out);
void emit_protocol_server_c(const struct model *model, FILE *out);
void emit_protocol_fake_h(const struct model *model, FILE *out);
void emit_protocol_fake_c(const struct model *model, FILE *out);
void emit_protocol_decode_h(const struct model *model, FILE *out);
void emit_protocol_decode_c(const struct model *model, FILE *out);
void emit_protocol_reference(const struct model *model, FILE *out);

void emit_manifest_h(const struct model *model, FILE *out);
void emit_manifest_tables(const struct model *model, FILE *out);
void emit_manifest_reference(const struct model *model, FILE *out);

/* SPDX line and header comment: what the file is, and where it comes from. */
void emit_head(FILE *out, const char *what, const char *source);

/* A comment that stands before a declaration, broken into lines; `indent` is spaces. */
void emit_comment(FILE *out, int indent, const char *text);

/* One paragraph of a longer comment, whose first and last line the caller prints. */
void emit_comment_line(FILE *out, int indent, const char *text);

/* What the C names of an enum's values begin with: RIGHT, say. */
const char *enum_prefix(const struct enumeration *enumeration);

/* The C type of an argument in structs and stubs (cap arguments excepted). */
const char *argument_type(const struct argument *argument);

#endif
