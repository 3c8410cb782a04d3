/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata files: form, signatures, age.
 *
 * What is signed is the canonical form of "signed" (sorted keys, no blanks).  jansson's compact
 * sorted output is that form as long as no text has control characters, so those are refused.
 */
#include "metadata.h"

#include <base/checked.h>
#include <base/format.h>
#include <base/memory.h>
#include <sodium.h>
#include <string.h>

bool judge_refuse(const struct judge *judge, enum release_refusal refusal, const char *why)
{
    judge->verdict->refusal = refusal;
    format(judge->verdict->why, sizeof(judge->verdict->why), "%s: %s", judge->file, why);
    return false;
}

/* The parser recurses, so its depth is bounded here; control characters are refused on the way. */
static bool is_plain(const struct release_file *file)
{
    unsigned depth = 0;
    bool is_text = false;

    for (size_t i = 0; i < file->size; i++) {
        unsigned char byte = (unsigned char)file->data[i];

        if (byte < ' ' && (is_text || (byte != '\n' && byte != '\r' && byte != '\t')))
            return false;
        if (is_text && byte == '\\')
            i++;
        else if (byte == '"')
            is_text = !is_text;
        else if (!is_text && (byte == '{' || byte == '['))
            depth++;
        else if (!is_text && (byte == '}' || byte == ']') && depth > 0)
            depth--;
        if (depth > RELEASE_DEPTH_MAX)
            return false;
    }
    return true;
}

/* Escapes may still spell a control character. */
static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 127)
            return true;
    }
    return false;
}

static bool is_canonical(json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_object_foreach(value, key, member)
        {
            if (has_control(key) || !is_canonical(member))
                return false;
        }
        return true;
    case JSON_ARRAY:
        json_array_foreach(value, index, member)
        {
            if (!is_canonical(member))
                return false;
        }
        return true;
    case JSON_STRING: return !has_control(json_string_value(value));
    default: return !json_is_real(value);
    }
}

bool number_read(const json_t *value, int64_t least, int64_t most, int64_t *number)
{
    if (!json_is_integer(value))
        return false;
    *number = json_integer_value(value);
    return *number >= least && *number <= most;
}

static bool body_is_good(struct metadata *metadata, const char *type)
{
    const char *found = json_string_value(json_object_get(metadata->body, "_type"));
    const char *spec = json_string_value(json_object_get(metadata->body, "spec_version"));
    int64_t version;

    if (found == NULL || strcmp(found, type) != 0 || spec == NULL || strncmp(spec, "1.", 2) != 0 ||
        !number_read(json_object_get(metadata->body, "version"), 1, INT32_MAX, &version))
        return false;
    metadata->version = (uint32_t)version;
    return is_canonical(metadata->body);
}

bool metadata_open(struct metadata *metadata, const struct judge *judge,
                   const struct release_file *file, const char *type)
{
    json_error_t error;

    if (file->size > RELEASE_FILE_BYTES_MAX)
        return judge_refuse(judge, RELEASE_TOO_LARGE, "is larger than such a file may be");
    if (file->data == NULL || file->size == 0)
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "is missing");
    if (!is_plain(file))
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "is nested too deep or has odd characters");
    metadata->whole = json_loadb(file->data, file->size, JSON_REJECT_DUPLICATES, &error);
    if (metadata->whole == NULL)
        return judge_refuse(judge, RELEASE_BAD_FORMAT, error.text);
    metadata->body = json_object_get(metadata->whole, "signed");
    if (json_is_object(metadata->body) && body_is_good(metadata, type))
        return true;
    metadata_close(metadata);
    return judge_refuse(judge, RELEASE_BAD_FORMAT, "is no such metadata of version 1");
}

void metadata_close(struct metadata *metadata)
{
    json_decref(metadata->whole);
    *metadata = (struct metadata){0};
}

/* ---- signatures ---- */

static unsigned digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (unsigned)(digit - '0');
    return digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10 : 16;
}

bool hex_read(const json_t *text, uint8_t *bytes, size_t size)
{
    const char *digits = json_string_value(text);

    if (digits == NULL || json_string_length(text) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned high = digit_value(digits[2 * i]);
        unsigned low = digit_value(digits[2 * i + 1]);

        if (high > 15 || low > 15)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The bytes of a key that the root names; false unless it is one of ours. */
static bool key_find(const json_t *root, const char *id, uint8_t key[RELEASE_KEY_BYTES])
{
    const json_t *entry = json_object_get(json_object_get(root, "keys"), id);
    const char *type = json_string_value(json_object_get(entry, "keytype"));
    const char *scheme = json_string_value(json_object_get(entry, "scheme"));

    return type != NULL && scheme != NULL && strcmp(type, "ed25519") == 0 &&
           strcmp(scheme, "ed25519") == 0 &&
           hex_read(json_object_get(json_object_get(entry, "keyval"), "public"), key,
                    RELEASE_KEY_BYTES);
}

/* One key under two names is one key, and one signature of it is enough. */
struct signers {
    uint8_t keys[RELEASE_SIGNATURES_MAX][RELEASE_KEY_BYTES];
    uint32_t count;
};

static bool signers_have(const struct signers *signers, const uint8_t key[RELEASE_KEY_BYTES])
{
    for (uint32_t i = 0; i < signers->count; i++) {
        if (mem_equal(signers->keys[i], key, RELEASE_KEY_BYTES))
            return true;
    }
    return false;
}

static bool list_has(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *entry = json_string_value(json_array_get(list, i));

        if (entry != NULL && strcmp(entry, text) == 0)
            return true;
    }
    return false;
}

static void count_signature(struct signers *signers, const json_t *signature, const json_t *root,
                            const json_t *ids, const char *text, size_t size)
{
    const char *id = json_string_value(json_object_get(signature, "keyid"));
    uint8_t sealed[RELEASE_SIGNATURE_BYTES];
    uint8_t key[RELEASE_KEY_BYTES];

    if (id == NULL || !list_has(ids, id) || !key_find(root, id, key) ||
        signers_have(signers, key) ||
        !hex_read(json_object_get(signature, "sig"), sealed, sizeof(sealed)))
        return;
    if (crypto_sign_verify_detached(sealed, (const unsigned char *)text, size, key) == 0)
        mem_copy(signers->keys[signers->count++], key, RELEASE_KEY_BYTES);
}

bool metadata_is_signed(const struct metadata *metadata, const struct judge *judge,
                        const json_t *root, const char *role)
{
    const json_t *rule = json_object_get(json_object_get(root, "roles"), role);
    const json_t *signatures = json_object_get(metadata->whole, "signatures");
    const json_t *ids = json_object_get(rule, "keyids");
    struct signers signers = {.count = 0};
    int64_t threshold;
    char *text;

    if (!number_read(json_object_get(rule, "threshold"), 1, RELEASE_KEYS_MAX, &threshold) ||
        json_array_size(ids) > RELEASE_KEYS_MAX ||
        json_array_size(signatures) > RELEASE_SIGNATURES_MAX)
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "its signatures or their rule are amiss");
    text = json_dumps(metadata->body, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL)
        return judge_refuse(judge, RELEASE_OUT_OF_MEMORY, "no memory to check it");
    for (size_t i = 0; i < json_array_size(signatures); i++)
        count_signature(&signers, json_array_get(signatures, i), root, ids, text, strlen(text));
    free(text);
    return signers.count >= threshold ||
           judge_refuse(judge, RELEASE_UNSIGNED, "is not signed by enough keys that count");
}

/* ---- age ---- */

static bool digits_read(const char *text, unsigned count, int64_t *number)
{
    *number = 0;
    for (unsigned i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + (text[i] - '0');
    }
    return true;
}

/* Days since 1970 of a day in the calendar that counts on backwards (years begin in March). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool release_time_read(const char *text, int64_t *seconds)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    int64_t year, month, day, hour, minute, second;

    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        if (form[i] != '0' && text[i] != form[i])
            return false;
    }
    if (!digits_read(text, 4, &year) || !digits_read(text + 5, 2, &month) ||
        !digits_read(text + 8, 2, &day) || !digits_read(text + 11, 2, &hour) ||
        !digits_read(text + 14, 2, &minute) || !digits_read(text + 17, 2, &second))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

bool metadata_is_fresh(const struct metadata *metadata, const struct judge *judge, int64_t now_s)
{
    const char *text = json_string_value(json_object_get(metadata->body, "expires"));
    int64_t end;

    if (text == NULL || !release_time_read(text, &end))
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "does not say when it expires");
    return now_s < end || judge_refuse(judge, RELEASE_EXPIRED, text);
}
