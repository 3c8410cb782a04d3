/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of a wire protocol, between their generated structs and bytes.
 *
 * A protocol is data that abi/wiregen makes from the protocol's text; the one encoder and the one
 * decoder walk it.  What is decoded borrows texts and bytes from the input.  Every length and count
 * is checked against the text's maximum, in both directions; what a number means is not.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <base/types.h>
#include <wire/cbor.h>

enum wire_kind { WIRE_UINT, WIRE_BOOL, WIRE_REAL, WIRE_TEXT, WIRE_BYTES, WIRE_LIST };

enum wire_side { WIRE_FROM_DEVICE = 1, WIRE_FROM_SERVICE = 2 };

struct wire_record;

struct wire_field {
    uint8_t key;
    uint8_t kind; /* enum wire_kind */
    uint32_t max; /* bytes, or entries of a list */
    size_t offset;
    size_t count_offset;               /* of a list */
    const struct wire_record *record; /* of a list */
};

struct wire_record {
    const struct wire_field *fields; /* keys ascending */
    uint32_t field_count;
    size_t size; /* of the struct */
};

struct wire_message {
    uint8_t number;
    uint8_t senders; /* of enum wire_side */
    uint8_t channel;
    const char *name;
    const struct wire_record *record;
};

struct wire_protocol {
    const struct wire_message *messages;
    uint32_t message_count;
    size_t body_offset; /* in the struct that holds any message; its type is the first word */
    size_t size;
};

/* The message with this number, or null. */
const struct wire_message *wire_find(const struct wire_protocol *protocol, uint32_t number);

/* The length of the encoded message; 0 when it does not fit or breaks a maximum. */
size_t wire_encode(const struct wire_protocol *protocol, const void *message, void *buffer,
                   size_t size);

/* Fills in `message`, which is as large as protocol->size, from what `sender` sent. */
bool wire_decode(const struct wire_protocol *protocol, enum wire_side sender, const void *data,
                 size_t size, void *message);

/* Text that ends with a zero, as a field; and a field as such text, cut if it must be. */
struct wire_bytes wire_text(const char *text);
void wire_text_copy(char *to, size_t size, struct wire_bytes text);

#endif
