/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR (RFC 8949) in its deterministic encoding, between values and a buffer.
 *
 * Both sides keep the first failure: after it nothing more is written or read, numbers read are 0
 * and bytes empty, so a caller checks once at the end.  What is not deterministic is refused, as
 * are tags and indefinite lengths: one value has one encoding.
 */
#ifndef WIRE_CBOR_H
#define WIRE_CBOR_H

#include <base/types.h>

enum { CBOR_DEPTH_MAX = 8 };

enum cbor_kind {
    CBOR_UINT = 0,
    CBOR_NEGATIVE = 1,
    CBOR_BYTES = 2,
    CBOR_TEXT = 3,
    CBOR_ARRAY = 4,
    CBOR_MAP = 5,
    CBOR_SIMPLE = 7, /* false, true, null and the reals */
};

struct wire_bytes {
    const uint8_t *data; /* not terminated; null when empty */
    uint32_t size;
};

struct cbor_writer {
    uint8_t *buffer;
    size_t size;
    size_t used;
    bool has_failed; /* the buffer is too small */
};

struct cbor_reader {
    const uint8_t *next;
    const uint8_t *end;
    bool has_failed;
};

void cbor_write_init(struct cbor_writer *writer, void *buffer, size_t size);
void cbor_put_uint(struct cbor_writer *writer, uint64_t value);
void cbor_put_bool(struct cbor_writer *writer, bool value);
void cbor_put_real(struct cbor_writer *writer, double value); /* always as eight bytes */
void cbor_put_bytes(struct cbor_writer *writer, const void *data, size_t size);
void cbor_put_text(struct cbor_writer *writer, const void *text, size_t size); /* UTF-8 */
void cbor_put_array(struct cbor_writer *writer, uint64_t count); /* its items follow */
void cbor_put_map(struct cbor_writer *writer, uint64_t count);   /* its pairs follow */

void cbor_read_init(struct cbor_reader *reader, const void *data, size_t size);
bool cbor_is_at_end(const struct cbor_reader *reader); /* all was read, and well */
uint64_t cbor_take_uint(struct cbor_reader *reader);
bool cbor_take_bool(struct cbor_reader *reader);
double cbor_take_real(struct cbor_reader *reader); /* finite ones only */
struct wire_bytes cbor_take_bytes(struct cbor_reader *reader); /* borrows from the input */
struct wire_bytes cbor_take_text(struct cbor_reader *reader);  /* the same; valid UTF-8 */
uint64_t cbor_take_array(struct cbor_reader *reader);
uint64_t cbor_take_map(struct cbor_reader *reader);

/* Passes over one item, of at most CBOR_DEPTH_MAX levels. */
void cbor_skip(struct cbor_reader *reader);

/* Whether the bytes are UTF-8 without a zero byte. */
bool text_is_utf8(const uint8_t *text, size_t size);

#endif
