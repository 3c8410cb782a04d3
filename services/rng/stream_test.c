/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ChaCha20 against the vectors of RFC 8439, and the stream against bytes that another
 * implementation (OpenSSL) made the same way.
 */
#include "stream.h"

#include <base/memory.h>
#include <check/check.h>

static struct stream stream;

/* RFC 8439, section 2.3.2. */
static void block_of_the_rfc(void)
{
    static const uint8_t nonce[CHACHA20_NONCE_BYTES] = {0, 0, 0, 0x09, 0, 0, 0, 0x4a};
    static const uint8_t expected[CHACHA20_BLOCK_BYTES] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
        0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
        0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
        0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
        0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
    };
    uint8_t key[CHACHA20_KEY_BYTES], block[CHACHA20_BLOCK_BYTES];

    for (unsigned i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)i;
    chacha20_block(key, 1, nonce, block);
    CHECK(mem_equal(block, expected, sizeof(block)));
}

/* RFC 8439, appendix A.1, vector 1. */
static void block_of_zeros(void)
{
    static const uint8_t key[CHACHA20_KEY_BYTES], nonce[CHACHA20_NONCE_BYTES];
    static const uint8_t expected[CHACHA20_BLOCK_BYTES] = {
        0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53,
        0x86, 0xbd, 0x28, 0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36,
        0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7, 0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48,
        0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37, 0x6a, 0x43, 0xb8, 0xf4,
        0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
    };
    uint8_t block[CHACHA20_BLOCK_BYTES];

    chacha20_block(key, 0, nonce, block);
    CHECK(mem_equal(block, expected, sizeof(block)));
}

/* Seeded with the bytes 0 to 47 at time 0. */
static void set_up(void)
{
    uint8_t entropy[STREAM_SEED_BYTES];

    for (unsigned i = 0; i < sizeof(entropy); i++)
        entropy[i] = (uint8_t)i;
    stream_init(&stream);
    stream_seed(&stream, entropy, sizeof(entropy), 0);
}

static void stream_is_the_known_one_over_a_change_of_key(void)
{
    static const uint8_t first[16] = {
        0x9e, 0x81, 0x46, 0x50, 0xc7, 0xbf, 0x19, 0x96,
        0x96, 0xf9, 0x7c, 0x40, 0x59, 0x97, 0xf2, 0xd6,
    };
    static const uint8_t second[16] = {
        0x68, 0xf2, 0x99, 0xc6, 0x8e, 0xab, 0x71, 0xf7,
        0x09, 0xd0, 0xde, 0xda, 0x67, 0x30, 0xd4, 0xbc,
    };
    uint8_t bytes[STREAM_POOL_BYTES];

    set_up();
    stream_take(&stream, bytes, sizeof(bytes));
    CHECK(mem_equal(bytes, first, sizeof(first)));
    CHECK(mem_equal(bytes + STREAM_POOL_BYTES - CHACHA20_KEY_BYTES, second, sizeof(second)));
}

static void how_it_is_cut_does_not_matter(void)
{
    uint8_t whole[1000], parts[1000];
    size_t at = 0;

    set_up();
    stream_take(&stream, whole, sizeof(whole));
    set_up();
    for (size_t size = 1; at < sizeof(parts); size++) {
        size_t part = word_min(size, sizeof(parts) - at);

        stream_take(&stream, parts + at, part);
        at += part;
    }
    CHECK(mem_equal(whole, parts, sizeof(whole)));
}

static void what_was_given_out_is_not_kept(void)
{
    uint8_t bytes[16];
    bool is_found = false;

    set_up();
    stream_take(&stream, bytes, sizeof(bytes));
    for (size_t i = 0; i + sizeof(bytes) <= sizeof(stream); i++)
        is_found = is_found || mem_equal((const uint8_t *)&stream + i, bytes, sizeof(bytes));
    CHECK(!is_found);
}

static void a_seed_changes_what_follows_and_keeps_what_was_mixed_in(void)
{
    static const uint8_t entropy[STREAM_SEED_BYTES];
    uint8_t unseeded[32], seeded[32], other[32];

    set_up();
    stream_take(&stream, unseeded, sizeof(unseeded));
    set_up();
    stream_seed(&stream, entropy, sizeof(entropy), 0);
    stream_take(&stream, seeded, sizeof(seeded));
    stream_init(&stream);
    stream_seed(&stream, entropy, sizeof(entropy), 0);
    stream_take(&stream, other, sizeof(other));
    CHECK(!mem_equal(unseeded, seeded, sizeof(seeded)));
    CHECK(!mem_equal(other, seeded, sizeof(seeded)));
}

static void a_seed_is_wanted_at_first_then_by_time_or_by_use(void)
{
    uint8_t bytes[1024];

    stream_init(&stream);
    CHECK(stream_wants_seed(&stream, 0));
    set_up();
    CHECK(!stream_wants_seed(&stream, STREAM_NS_PER_SEED - 1));
    CHECK(stream_wants_seed(&stream, STREAM_NS_PER_SEED));
    for (unsigned i = 0; i < STREAM_BYTES_PER_SEED / sizeof(bytes); i++) {
        CHECK(!stream_wants_seed(&stream, 1));
        stream_take(&stream, bytes, sizeof(bytes));
    }
    CHECK(stream_wants_seed(&stream, 1));
}

/* Not a test of quality, which is ChaCha20's; it finds a stream that repeats or stands still. */
static void no_eight_bytes_come_twice(void)
{
    enum { COUNT = 4096 };
    static uint64_t seen[COUNT];

    set_up();
    for (unsigned i = 0; i < COUNT; i++) {
        stream_take(&stream, (uint8_t *)&seen[i], sizeof(seen[i]));
        for (unsigned j = 0; j < i; j++) {
            if (seen[i] == seen[j]) {
                CHECK(false);
                return;
            }
        }
    }
    CHECK(true);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"block_of_the_rfc", block_of_the_rfc},
        {"block_of_zeros", block_of_zeros},
        {"stream_is_the_known_one_over_a_change_of_key",
         stream_is_the_known_one_over_a_change_of_key},
        {"how_it_is_cut_does_not_matter", how_it_is_cut_does_not_matter},
        {"what_was_given_out_is_not_kept", what_was_given_out_is_not_kept},
        {"a_seed_changes_what_follows_and_keeps_what_was_mixed_in",
         a_seed_changes_what_follows_and_keeps_what_was_mixed_in},
        {"a_seed_is_wanted_at_first_then_by_time_or_by_use",
         a_seed_is_wanted_at_first_then_by_time_or_by_use},
        {"no_eight_bytes_come_twice", no_eight_bytes_come_twice},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
