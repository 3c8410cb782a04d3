/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder and the decoder of messages: they walk a record's table and its struct side by side.
 *
 * Records cannot contain themselves, so the recursion is as deep as the protocol's text nests them.
 */
#include <base/memory.h>
#include <wire/wire.h>

static const void *member(const void *base, size_t offset)
{
    return (const uint8_t *)base + offset;
}

static void *member_of(void *base, size_t offset)
{
    return (uint8_t *)base + offset;
}

const struct wire_message *wire_find(const struct wire_protocol *protocol, uint32_t number)
{
    for (uint32_t i = 0; i < protocol->message_count; i++)
        if (protocol->messages[i].number == number)
            return &protocol->messages[i];
    return NULL;
}

static uint32_t list_count(const struct wire_field *field, const void *base)
{
    return *(const uint32_t *)member(base, field->count_offset);
}

static bool real_is_zero(double value)
{
    static const double zero = 0;
    return mem_equal(&value, &zero, sizeof(value)); /* the negative zero is kept */
}

/* Such a field is left out. */
static bool is_empty(const struct wire_field *field, const void *base)
{
    const void *at = member(base, field->offset);

    switch ((enum wire_kind)field->kind) {
    case WIRE_UINT: return *(const uint64_t *)at == 0;
    case WIRE_BOOL: return !*(const bool *)at;
    case WIRE_REAL: return real_is_zero(*(const double *)at);
    case WIRE_TEXT:
    case WIRE_BYTES: return ((const struct wire_bytes *)at)->size == 0;
    case WIRE_LIST: return list_count(field, base) == 0;
    }
    return true;
}

static void put_record(struct cbor_writer *writer, const struct wire_record *record,
                       const void *base);

static void put_string(struct cbor_writer *writer, const struct wire_field *field,
                       const struct wire_bytes *bytes)
{
    if (bytes->size > field->max)
        writer->has_failed = true;
    else if (field->kind == WIRE_BYTES)
        cbor_put_bytes(writer, bytes->data, bytes->size);
    else if (text_is_utf8(bytes->data, bytes->size))
        cbor_put_text(writer, bytes->data, bytes->size);
    else
        writer->has_failed = true;
}

static void put_list(struct cbor_writer *writer, const struct wire_field *field, const void *base)
{
    uint32_t count = list_count(field, base);

    if (count > field->max) {
        writer->has_failed = true;
        return;
    }
    cbor_put_array(writer, count);
    for (uint32_t i = 0; i < count; i++)
        put_record(writer, field->record, member(base, field->offset + i * field->record->size));
}

static void put_field(struct cbor_writer *writer, const struct wire_field *field,
                      const void *base)
{
    const void *at = member(base, field->offset);

    cbor_put_uint(writer, field->key);
    switch ((enum wire_kind)field->kind) {
    case WIRE_UINT: cbor_put_uint(writer, *(const uint64_t *)at); break;
    case WIRE_BOOL: cbor_put_bool(writer, *(const bool *)at); break;
    case WIRE_REAL: cbor_put_real(writer, *(const double *)at); break;
    case WIRE_TEXT:
    case WIRE_BYTES: put_string(writer, field, at); break;
    case WIRE_LIST: put_list(writer, field, base); break;
    }
}

static void put_record(struct cbor_writer *writer, const struct wire_record *record,
                       const void *base)
{
    uint64_t present = 0;

    for (uint32_t i = 0; i < record->field_count; i++)
        present += !is_empty(&record->fields[i], base);
    cbor_put_map(writer, present);
    for (uint32_t i = 0; i < record->field_count; i++)
        if (!is_empty(&record->fields[i], base))
            put_field(writer, &record->fields[i], base);
}

size_t wire_encode(const struct wire_protocol *protocol, const void *message, void *buffer,
                   size_t size)
{
    const struct wire_message *kind = wire_find(protocol, *(const uint32_t *)message);
    struct cbor_writer writer;

    if (kind == NULL)
        return 0;
    cbor_write_init(&writer, buffer, size);
    cbor_put_array(&writer, 2);
    cbor_put_uint(&writer, kind->number);
    put_record(&writer, kind->record, member(message, protocol->body_offset));
    return writer.has_failed ? 0 : writer.used;
}

static void take_record(struct cbor_reader *reader, const struct wire_record *record, void *base);

static void take_list(struct cbor_reader *reader, const struct wire_field *field, void *base)
{
    uint64_t count = cbor_take_array(reader);

    if (count > field->max) {
        reader->has_failed = true;
        return;
    }
    for (uint64_t i = 0; i < count && !reader->has_failed; i++)
        take_record(reader, field->record,
                    member_of(base, field->offset + (size_t)i * field->record->size));
    *(uint32_t *)member_of(base, field->count_offset) = (uint32_t)count;
}

static void take_field(struct cbor_reader *reader, const struct wire_field *field, void *base)
{
    void *at = member_of(base, field->offset);
    struct wire_bytes bytes;

    switch ((enum wire_kind)field->kind) {
    case WIRE_UINT: *(uint64_t *)at = cbor_take_uint(reader); break;
    case WIRE_BOOL: *(bool *)at = cbor_take_bool(reader); break;
    case WIRE_REAL: *(double *)at = cbor_take_real(reader); break;
    case WIRE_TEXT:
    case WIRE_BYTES:
        bytes = field->kind == WIRE_TEXT ? cbor_take_text(reader) : cbor_take_bytes(reader);
        reader->has_failed = reader->has_failed || bytes.size > field->max;
        *(struct wire_bytes *)at = bytes;
        break;
    case WIRE_LIST: take_list(reader, field, base); break;
    }
    reader->has_failed = reader->has_failed || is_empty(field, base);
}

static const struct wire_field *find_field(const struct wire_record *record, uint64_t key)
{
    for (uint32_t i = 0; i < record->field_count; i++)
        if (record->fields[i].key == key)
            return &record->fields[i];
    return NULL;
}

/* `base` holds zeros, which is what fields have that are left out. */
static void take_record(struct cbor_reader *reader, const struct wire_record *record, void *base)
{
    uint64_t pairs = cbor_take_map(reader);
    uint64_t previous = 0;

    for (uint64_t i = 0; i < pairs && !reader->has_failed; i++) {
        uint64_t key = cbor_take_uint(reader);
        const struct wire_field *field = find_field(record, key);

        if (key <= previous)
            reader->has_failed = true;
        else if (field != NULL)
            take_field(reader, field, base);
        else
            cbor_skip(reader);
        previous = key;
    }
}

bool wire_decode(const struct wire_protocol *protocol, enum wire_side sender, const void *data,
                 size_t size, void *message)
{
    const struct wire_message *kind;
    struct cbor_reader reader;
    uint64_t number;

    cbor_read_init(&reader, data, size);
    if (cbor_take_array(&reader) != 2)
        return false;
    number = cbor_take_uint(&reader);
    kind = number <= UINT8_MAX ? wire_find(protocol, (uint32_t)number) : NULL;
    if (reader.has_failed || kind == NULL || (kind->senders & sender) == 0)
        return false;

    mem_zero(message, protocol->size);
    *(uint32_t *)message = kind->number;
    take_record(&reader, kind->record, member_of(message, protocol->body_offset));
    return cbor_is_at_end(&reader);
}

struct wire_bytes wire_text(const char *text)
{
    size_t size = str_length(text);

    return (struct wire_bytes){size > 0 ? (const uint8_t *)text : NULL, (uint32_t)size};
}

void wire_text_copy(char *to, size_t size, struct wire_bytes text)
{
    size_t length = text.size < size ? text.size : size - 1;

    if (length > 0)
        mem_copy(to, text.data, length);
    to[length] = '\0';
}
