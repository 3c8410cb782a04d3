/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR items, one function each way.
 *
 * An item's head is its kind in three bits and a number in the shortest of five forms.
 */
#include <base/memory.h>
#include <wire/cbor.h>

enum {
    INFO_BYTE_1 = 24, /* the number is in the next byte, or in as many as 1 << (info - 24) */
    INFO_BYTE_8 = 27,
    SIMPLE_FALSE = 20,
    SIMPLE_TRUE = 21,
    SIMPLE_NULL = 22,
};

static const uint64_t REAL_EXPONENT = UINT64_C(0x7ff) << 52;

void cbor_write_init(struct cbor_writer *writer, void *buffer, size_t size)
{
    *writer = (struct cbor_writer){.buffer = buffer, .size = size};
}

static uint8_t *reserve(struct cbor_writer *writer, size_t size)
{
    uint8_t *at = writer->buffer + writer->used;

    if (writer->has_failed || size > writer->size - writer->used) {
        writer->has_failed = true;
        return NULL;
    }
    writer->used += size;
    return at;
}

static void put_big_endian(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static unsigned info_for(uint64_t value)
{
    if (value < INFO_BYTE_1)
        return (unsigned)value;
    if (value <= UINT8_MAX)
        return INFO_BYTE_1;
    if (value <= UINT16_MAX)
        return INFO_BYTE_1 + 1;
    return value <= UINT32_MAX ? INFO_BYTE_1 + 2 : INFO_BYTE_8;
}

static unsigned bytes_of_info(unsigned info)
{
    return info < INFO_BYTE_1 ? 0 : 1u << (info - INFO_BYTE_1);
}

static void put_head(struct cbor_writer *writer, enum cbor_kind kind, uint64_t value)
{
    unsigned info = info_for(value);
    unsigned bytes = bytes_of_info(info);
    uint8_t *at = reserve(writer, 1 + bytes);

    if (at == NULL)
        return;
    at[0] = (uint8_t)((unsigned)kind << 5 | info);
    put_big_endian(at + 1, value, bytes);
}

static void put_string(struct cbor_writer *writer, enum cbor_kind kind, const void *data,
                       size_t size)
{
    uint8_t *at;

    put_head(writer, kind, size);
    at = reserve(writer, size);
    if (at != NULL && size > 0)
        mem_copy(at, data, size);
}

void cbor_put_uint(struct cbor_writer *writer, uint64_t value)
{
    put_head(writer, CBOR_UINT, value);
}

void cbor_put_bool(struct cbor_writer *writer, bool value)
{
    put_head(writer, CBOR_SIMPLE, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_real(struct cbor_writer *writer, double value)
{
    uint8_t *at = reserve(writer, 9);
    uint64_t bits;

    if (at == NULL)
        return;
    mem_copy(&bits, &value, sizeof(bits));
    at[0] = CBOR_SIMPLE << 5 | INFO_BYTE_8;
    put_big_endian(at + 1, bits, 8);
}

void cbor_put_bytes(struct cbor_writer *writer, const void *data, size_t size)
{
    put_string(writer, CBOR_BYTES, data, size);
}

void cbor_put_text(struct cbor_writer *writer, const void *text, size_t size)
{
    put_string(writer, CBOR_TEXT, text, size);
}

void cbor_put_array(struct cbor_writer *writer, uint64_t count)
{
    put_head(writer, CBOR_ARRAY, count);
}

void cbor_put_map(struct cbor_writer *writer, uint64_t count)
{
    put_head(writer, CBOR_MAP, count);
}

void cbor_read_init(struct cbor_reader *reader, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    *reader = (struct cbor_reader){.next = bytes, .end = bytes + size};
}

bool cbor_is_at_end(const struct cbor_reader *reader)
{
    return !reader->has_failed && reader->next == reader->end;
}

static uint64_t fail(struct cbor_reader *reader)
{
    reader->has_failed = true;
    return 0;
}

static size_t left(const struct cbor_reader *reader)
{
    return (size_t)(reader->end - reader->next);
}

/* The number of a head whose first byte was taken; longer than it needs to be is refused. */
static uint64_t take_number(struct cbor_reader *reader, unsigned info)
{
    unsigned bytes = info <= INFO_BYTE_8 ? bytes_of_info(info) : 0;
    uint64_t value = 0;

    if (info > INFO_BYTE_8 || bytes > left(reader))
        return fail(reader);
    if (bytes == 0)
        return info;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | *reader->next++;
    return value;
}

static uint64_t take_head(struct cbor_reader *reader, enum cbor_kind kind)
{
    unsigned info;
    uint64_t value;

    if (reader->has_failed || left(reader) == 0 || *reader->next >> 5 != kind)
        return fail(reader);
    info = *reader->next++ & 31u;
    value = take_number(reader, info);
    if (!reader->has_failed && info_for(value) != info)
        return fail(reader);
    return value;
}

static struct wire_bytes take_string(struct cbor_reader *reader, enum cbor_kind kind)
{
    uint64_t size = take_head(reader, kind);
    struct wire_bytes bytes = {NULL, 0};

    if (reader->has_failed || size > left(reader) || size > UINT32_MAX) {
        fail(reader);
        return bytes;
    }
    if (size > 0)
        bytes = (struct wire_bytes){reader->next, (uint32_t)size};
    reader->next += size;
    return bytes;
}

uint64_t cbor_take_uint(struct cbor_reader *reader)
{
    return take_head(reader, CBOR_UINT);
}

bool cbor_take_bool(struct cbor_reader *reader)
{
    uint64_t value = take_head(reader, CBOR_SIMPLE);

    if (value != SIMPLE_FALSE && value != SIMPLE_TRUE)
        fail(reader);
    return value == SIMPLE_TRUE;
}

double cbor_take_real(struct cbor_reader *reader)
{
    uint64_t bits;
    double value;

    if (reader->has_failed || left(reader) < 9 ||
        *reader->next != (CBOR_SIMPLE << 5 | INFO_BYTE_8)) {
        fail(reader);
        return 0;
    }
    reader->next++;
    bits = take_number(reader, INFO_BYTE_8);
    if ((bits & REAL_EXPONENT) == REAL_EXPONENT) { /* infinite, or no number */
        fail(reader);
        return 0;
    }
    mem_copy(&value, &bits, sizeof(value));
    return value;
}

struct wire_bytes cbor_take_bytes(struct cbor_reader *reader)
{
    return take_string(reader, CBOR_BYTES);
}

struct wire_bytes cbor_take_text(struct cbor_reader *reader)
{
    struct wire_bytes text = take_string(reader, CBOR_TEXT);

    if (text_is_utf8(text.data, text.size))
        return text;
    fail(reader);
    return (struct wire_bytes){NULL, 0};
}

uint64_t cbor_take_array(struct cbor_reader *reader)
{
    return take_head(reader, CBOR_ARRAY);
}

uint64_t cbor_take_map(struct cbor_reader *reader)
{
    return take_head(reader, CBOR_MAP);
}

static bool skip_simple(struct cbor_reader *reader)
{
    unsigned info = *reader->next & 31u;

    if (info == INFO_BYTE_8)
        cbor_take_real(reader);
    else if (info >= SIMPLE_FALSE && info <= SIMPLE_NULL)
        reader->next++;
    else
        fail(reader);
    return !reader->has_failed;
}

/* One item's head, and its content unless that is items: then their number is in `items`. */
static bool skip_one(struct cbor_reader *reader, uint64_t *items)
{
    enum cbor_kind kind = left(reader) > 0 ? *reader->next >> 5 : CBOR_SIMPLE;

    *items = 0;
    if (left(reader) == 0)
        return fail(reader) != 0;
    switch (kind) {
    case CBOR_UINT:
    case CBOR_NEGATIVE: take_head(reader, kind); break;
    case CBOR_BYTES: take_string(reader, kind); break;
    case CBOR_TEXT: cbor_take_text(reader); break;
    case CBOR_ARRAY: *items = take_head(reader, kind); break;
    case CBOR_MAP:
        *items = take_head(reader, kind);
        if (*items > left(reader))
            fail(reader); /* a pair has two bytes at least, so twice this cannot wrap */
        *items *= 2;
        break;
    case CBOR_SIMPLE: return skip_simple(reader);
    default: fail(reader); break;
    }
    return !reader->has_failed;
}

void cbor_skip(struct cbor_reader *reader)
{
    uint64_t open[CBOR_DEPTH_MAX + 1] = {1}; /* items still to pass over, by level */
    unsigned level = 0;

    while (open[0] > 0 || level > 0) { /* bounded by the input: each turn takes a byte or a level */
        uint64_t items;

        if (open[level] == 0) {
            level--;
            continue;
        }
        open[level]--;
        if (!skip_one(reader, &items))
            return;
        if (items > 0 && level == CBOR_DEPTH_MAX) {
            fail(reader);
            return;
        }
        if (items > 0)
            open[++level] = items;
    }
}
