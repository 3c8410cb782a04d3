/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 against NIST's published examples, and against itself for every way to cut the input.
 */
#include <base/format.h>
#include <base/hash.h>
#include <base/memory.h>
#include <check/check.h>

enum { HEX_BYTES = 2 * SHA256_BYTES + 1, LONG_BYTES = 300 };

static const char *hex(const uint8_t result[SHA256_BYTES], char text[HEX_BYTES])
{
    for (size_t i = 0; i < SHA256_BYTES; i++)
        format(text + 2 * i, 3, "%02x", (unsigned)result[i]);
    return text;
}

static void published_examples_come_out(void)
{
    static const struct {
        const char *message;
        const char *digest;
    } examples[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    uint8_t result[SHA256_BYTES];
    char text[HEX_BYTES];

    for (size_t i = 0; i < array_count(examples); i++) {
        sha256(examples[i].message, str_length(examples[i].message), result);
        CHECK_STR(hex(result, text), examples[i].digest);
    }
}

static void a_million_letters_come_out(void)
{
    uint8_t letters[1000];
    uint8_t result[SHA256_BYTES];
    char text[HEX_BYTES];
    struct sha256 hash;

    mem_set(letters, 'a', sizeof(letters));
    sha256_init(&hash);
    for (unsigned i = 0; i < 1000; i++)
        sha256_add(&hash, letters, sizeof(letters));
    sha256_end(&hash, result);
    CHECK_STR(hex(result, text),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void any_way_to_cut_the_input_gives_the_same(void)
{
    uint8_t message[LONG_BYTES];
    uint8_t whole[SHA256_BYTES];
    uint8_t parts[SHA256_BYTES];
    struct sha256 hash;

    for (size_t i = 0; i < LONG_BYTES; i++)
        message[i] = (uint8_t)(i * 7);
    for (size_t size = 0; size <= LONG_BYTES; size += 5) {
        sha256(message, size, whole);
        for (size_t cut = 0; cut <= size; cut++) {
            sha256_init(&hash);
            sha256_add(&hash, message, cut / 2);
            sha256_add(&hash, message + cut / 2, cut - cut / 2);
            sha256_add(&hash, message + cut, size - cut);
            sha256_end(&hash, parts);
            CHECK(mem_equal(whole, parts, SHA256_BYTES));
        }
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"published_examples_come_out", published_examples_come_out},
        {"a_million_letters_come_out", a_million_letters_come_out},
        {"any_way_to_cut_the_input_gives_the_same", any_way_to_cut_the_input_gives_the_same},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
