/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the encoding: RFC 8949's own examples, what is refused, and messages there and back.
 */
#include <base/memory.h>
#include <check/check.h>
#include <wire/fleet.h>

struct example {
    uint8_t bytes[9];
    uint8_t size;
    uint64_t value;
};

/* RFC 8949, appendix A. */
static const struct example uints[] = {
    {{0x00}, 1, 0},
    {{0x17}, 1, 23},
    {{0x18, 0x18}, 2, 24},
    {{0x18, 0x64}, 2, 100},
    {{0x19, 0x03, 0xe8}, 3, 1000},
    {{0x1a, 0x00, 0x0f, 0x42, 0x40}, 5, 1000000},
    {{0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00}, 9, 1000000000000},
    {{0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9, UINT64_MAX},
};

static void uints_are_as_the_standard_has_them(void)
{
    for (size_t i = 0; i < array_count(uints); i++) {
        struct cbor_writer writer;
        struct cbor_reader reader;
        uint8_t buffer[16];

        cbor_write_init(&writer, buffer, sizeof(buffer));
        cbor_put_uint(&writer, uints[i].value);
        CHECK_EQ(writer.used, uints[i].size);
        CHECK(mem_equal(buffer, uints[i].bytes, uints[i].size));
        cbor_read_init(&reader, uints[i].bytes, uints[i].size);
        CHECK_EQ(cbor_take_uint(&reader), uints[i].value);
        CHECK(cbor_is_at_end(&reader));
    }
}

static void reals_are_as_the_standard_has_them(void)
{
    static const uint8_t expected[] = {0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a};
    struct cbor_writer writer;
    struct cbor_reader reader;
    uint8_t buffer[16];

    cbor_write_init(&writer, buffer, sizeof(buffer));
    cbor_put_real(&writer, 1.1);
    CHECK(writer.used == 9 && mem_equal(buffer, expected, 9));
    cbor_read_init(&reader, buffer, writer.used);
    CHECK(cbor_take_real(&reader) == 1.1);
}

/* Each is one item that another encoder could write, or nobody should. */
static const struct example refused[] = {
    {{0x18, 0x17}, 2, 0},                   /* longer than it needs to be */
    {{0x19, 0x00, 0xff}, 3, 0},             /* the same */
    {{0x1b, 0, 0, 0, 0, 1, 1, 1, 1}, 9, 0}, /* the same */
    {{0x9f, 0xff}, 2, 0},                   /* indefinite array */
    {{0x7f, 0x61, 0x61, 0xff}, 4, 0},       /* indefinite text */
    {{0xc1, 0x00}, 2, 0},                   /* a tag */
    {{0xf9, 0x3c, 0x00}, 3, 0},             /* half a real */
    {{0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0}, 9, 0}, /* infinity */
    {{0xf7}, 1, 0},                         /* undefined */
    {{0x1c}, 1, 0},                         /* reserved */
    {{0x62, 0xc3, 0x28}, 3, 0},             /* not UTF-8 */
    {{0x63, 0xed, 0xa0, 0x80}, 4, 0},       /* a surrogate */
    {{0x62, 0xc0, 0x80}, 3, 0},             /* a zero byte in two */
    {{0x61, 0x00}, 2, 0},                   /* a zero byte */
    {{0x45, 1, 2}, 3, 0},                   /* ends early */
    {{0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9, 0},
    {{0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9, 0},
    {{0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81}, 9, 0}, /* too deep */
    {{0}, 0, 0},
};

static void what_is_not_deterministic_is_refused(void)
{
    for (size_t i = 0; i < array_count(refused); i++) {
        struct cbor_reader reader;

        cbor_read_init(&reader, refused[i].bytes, refused[i].size);
        cbor_skip(&reader);
        if (!CHECK(reader.has_failed))
            check_note("row %zu", i);
        CHECK_EQ(cbor_take_uint(&reader), 0); /* and stays so */
    }
}

static void skip_passes_over_one_item(void)
{
    /* {1: [h'00', "a", {2: -1}], 3: true}, then 7 */
    static const uint8_t input[] = {0xa2, 0x01, 0x83, 0x41, 0x00, 0x61, 0x61, 0xa1,
                                    0x02, 0x20, 0x03, 0xf5, 0x07};
    struct cbor_reader reader;

    cbor_read_init(&reader, input, sizeof(input));
    cbor_skip(&reader);
    CHECK_EQ(cbor_take_uint(&reader), 7);
    CHECK(cbor_is_at_end(&reader));
}

static struct fleet_message message, decoded; /* too large for a stack */
static uint8_t buffer[65536];

static bool decode(enum wire_side sender, const void *data, size_t size)
{
    return wire_decode(&fleet_protocol, sender, data, size, &decoded);
}

static void message_comes_back_as_it_went(void)
{
    static const uint8_t hash[32] = {1, 2, 3};
    struct fleet_inspection *sent = &message.inspection;
    size_t size;

    mem_zero(&message, sizeof(message));
    message.type = FLEET_INSPECTION;
    sent->id = 70000;
    sent->system = wire_text("weather");
    sent->booted_well = true;
    sent->apps_count = 2;
    sent->apps[0].name = wire_text("sensor");
    sent->apps[1].image = (struct wire_bytes){hash, sizeof(hash)};
    sent->apps[1].restarts = 3;
    size = wire_encode(&fleet_protocol, &message, buffer, sizeof(buffer));

    if (!CHECK(size > 0) || !CHECK(decode(WIRE_FROM_DEVICE, buffer, size)))
        return;
    CHECK_EQ(decoded.type, FLEET_INSPECTION);
    CHECK_EQ(decoded.inspection.id, 70000);
    CHECK(decoded.inspection.booted_well);
    CHECK_EQ(decoded.inspection.apps_count, 2);
    CHECK_EQ(decoded.inspection.apps[0].name.size, 6);
    CHECK_EQ(decoded.inspection.apps[1].restarts, 3);
    CHECK(mem_equal(decoded.inspection.apps[1].image.data, hash, sizeof(hash)));
}

static void real_survives(void)
{
    size_t size;

    mem_zero(&message, sizeof(message));
    message.type = FLEET_TELEMETRY;
    message.telemetry.samples_count = 1;
    message.telemetry.samples[0].value = -21.5;
    size = wire_encode(&fleet_protocol, &message, buffer, sizeof(buffer));
    CHECK(decode(WIRE_FROM_DEVICE, buffer, size));
    CHECK(decoded.telemetry.samples[0].value == -21.5);
}

static void wrong_side_is_refused(void)
{
    static const uint8_t ping[] = {0x82, 0x06, 0xa1, 0x01, 0x05};

    CHECK(decode(WIRE_FROM_SERVICE, ping, sizeof(ping)));
    CHECK(!decode(WIRE_FROM_DEVICE, ping, sizeof(ping)));
}

static void unknown_field_is_passed_over(void)
{
    static const uint8_t ping[] = {0x82, 0x06, 0xa2, 0x01, 0x05, 0x17, 0x81, 0x00};

    CHECK(decode(WIRE_FROM_SERVICE, ping, sizeof(ping)));
    CHECK_EQ(decoded.ping.id, 5);
}

struct bad_message {
    const char *why;
    uint8_t bytes[12];
    uint8_t size;
};

static const struct bad_message bad_messages[] = {
    {"no array", {0xa0}, 1},
    {"three items", {0x83, 0x06, 0xa0, 0x00}, 4},
    {"unknown message", {0x82, 0x18, 0xc8, 0xa0}, 4},
    {"unknown message", {0x82, 0x19, 0x01, 0x06, 0xa0}, 5},
    {"bytes behind it", {0x82, 0x06, 0xa0, 0x00}, 4},
    {"cut", {0x82, 0x06, 0xa1, 0x01}, 4},
    {"a field twice", {0x82, 0x06, 0xa2, 0x01, 0x05, 0x01, 0x05}, 7},
    {"fields out of order", {0x82, 0x12, 0xa2, 0x02, 0x05, 0x01, 0x05}, 7},
    {"an empty field", {0x82, 0x06, 0xa1, 0x01, 0x00}, 5},
    {"another type", {0x82, 0x06, 0xa1, 0x01, 0x41, 0x00}, 6},
    {"too many pairs", {0x82, 0x06, 0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 11},
};

static void broken_message_is_refused(void)
{
    for (size_t i = 0; i < array_count(bad_messages); i++)
        if (!CHECK(!decode(WIRE_FROM_SERVICE, bad_messages[i].bytes, bad_messages[i].size)))
            check_note("%s", bad_messages[i].why);
}

static void maxima_hold_both_ways(void)
{
    uint8_t restart[64] = {0x82, 0x08, 0xa1, 0x02, 0x78, 32};

    mem_zero(&message, sizeof(message));
    message.type = FLEET_RESTART;
    message.restart.app = wire_text("a_name_that_is_longer_than_allowed");
    CHECK_EQ(wire_encode(&fleet_protocol, &message, buffer, sizeof(buffer)), 0);
    mem_set(restart + 6, 'a', 32);
    CHECK(!decode(WIRE_FROM_SERVICE, restart, 6 + 32));
    restart[5] = 31;
    CHECK(decode(WIRE_FROM_SERVICE, restart, 6 + 31));
}

static void buffer_too_small_is_noticed(void)
{
    size_t size;

    mem_zero(&message, sizeof(message));
    message.type = FLEET_RESTART;
    message.restart.app = wire_text("network");
    size = wire_encode(&fleet_protocol, &message, buffer, sizeof(buffer));
    CHECK(size > 0);
    for (size_t small = 0; small < size; small++)
        CHECK_EQ(wire_encode(&fleet_protocol, &message, buffer, small), 0);
}

static const struct check_test tests[] = {
    {"uints_are_as_the_standard_has_them", uints_are_as_the_standard_has_them},
    {"reals_are_as_the_standard_has_them", reals_are_as_the_standard_has_them},
    {"what_is_not_deterministic_is_refused", what_is_not_deterministic_is_refused},
    {"skip_passes_over_one_item", skip_passes_over_one_item},
    {"message_comes_back_as_it_went", message_comes_back_as_it_went},
    {"real_survives", real_survives},
    {"wrong_side_is_refused", wrong_side_is_refused},
    {"unknown_field_is_passed_over", unknown_field_is_passed_over},
    {"broken_message_is_refused", broken_message_is_refused},
    {"maxima_hold_both_ways", maxima_hold_both_ways},
    {"buffer_too_small_is_noticed", buffer_too_small_is_noticed},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}
