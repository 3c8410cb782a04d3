/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundle reader: header first, then the table of entries, each line of it against the one before.
 *
 * Files lie in the order of their entries and do not overlap, so one pass with one variable checks
 * all places.
 */
#include <base/bundle.h>
#include <base/checked.h>
#include <base/crc.h>
#include <base/memory.h>

enum { BUNDLE_VERSION = 2 };

const char *bundle_error_text(enum bundle_error error)
{
    static const char *const texts[] = {
        [BUNDLE_OK] = "nothing is wrong",
        [BUNDLE_TRUNCATED] = "it is cut short",
        [BUNDLE_MISALIGNED] = "it does not lie on a page boundary",
        [BUNDLE_BAD_MAGIC] = "it is no bundle",
        [BUNDLE_BAD_VERSION] = "its version is not known",
        [BUNDLE_OTHER_MACHINE] = "it was made for another processor",
        [BUNDLE_OTHER_ABI] = "it was built against another ABI",
        [BUNDLE_BAD_COUNT] = "its number of files or its size is wrong",
        [BUNDLE_BAD_NAME] = "a file's name is empty, unterminated or there twice",
        [BUNDLE_BAD_PLACE] = "a file lies outside of it, or over another",
    };

    return (size_t)error < array_count(texts) ? texts[error] : "unknown";
}

static enum bundle_error check_header(const struct abi_bundle_header *header, size_t size,
                                      uint32_t machine, const uint8_t *abi_hash)
{
    if (header->magic != ABI_BUNDLE_MAGIC)
        return BUNDLE_BAD_MAGIC;
    if (header->version != BUNDLE_VERSION)
        return BUNDLE_BAD_VERSION;
    if (header->machine != machine)
        return BUNDLE_OTHER_MACHINE;
    if (!mem_equal(header->abi_hash, abi_hash, ABI_HASH_BYTES))
        return BUNDLE_OTHER_ABI;
    if (header->size_bytes > size)
        return BUNDLE_TRUNCATED;
    if (header->size_bytes % ABI_PAGE_SIZE != 0)
        return BUNDLE_BAD_COUNT;
    if (header->file_count == 0 || header->file_count > ABI_BUNDLE_FILES_MAX)
        return BUNDLE_BAD_COUNT;
    if (!u64_range_fits(sizeof(*header),
                        (uint64_t)header->file_count * sizeof(struct abi_bundle_entry),
                        header->size_bytes))
        return BUNDLE_BAD_COUNT;
    return BUNDLE_OK;
}

/* Not empty, terminated, and behind the terminator zero: two equal names are equal bytes. */
static bool name_is_good(const char name[ABI_BUNDLE_NAME_MAX])
{
    size_t length = str_length_bounded(name, ABI_BUNDLE_NAME_MAX);

    if (length == 0 || length == ABI_BUNDLE_NAME_MAX)
        return false;
    for (size_t i = length; i < ABI_BUNDLE_NAME_MAX; i++) {
        if (name[i] != '\0')
            return false;
    }
    return true;
}

static bool name_is_new(const struct abi_bundle_entry *entries, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (mem_equal(entries[i].name, entries[index].name, ABI_BUNDLE_NAME_MAX))
            return false;
    }
    return true;
}

static enum bundle_error check_entries(const struct bundle *bundle)
{
    uint64_t first_free =
        sizeof(struct abi_bundle_header) + bundle->file_count * sizeof(struct abi_bundle_entry);

    for (uint32_t i = 0; i < bundle->file_count; i++) {
        const struct abi_bundle_entry *entry = &bundle->entries[i];

        if (!name_is_good(entry->name) || !name_is_new(bundle->entries, i))
            return BUNDLE_BAD_NAME;
        if (entry->offset % ABI_PAGE_SIZE != 0 || entry->offset < first_free)
            return BUNDLE_BAD_PLACE;
        if (!u64_range_fits(entry->offset, entry->size_bytes, bundle->size_bytes))
            return BUNDLE_BAD_PLACE;
        first_free = entry->offset + entry->size_bytes;
    }
    return BUNDLE_OK;
}

enum bundle_error bundle_open(struct bundle *bundle, const void *bytes, size_t size,
                              uint32_t machine, const uint8_t abi_hash[ABI_HASH_BYTES])
{
    const struct abi_bundle_header *header = bytes;
    enum bundle_error error;

    if (size < sizeof(*header))
        return BUNDLE_TRUNCATED;
    if (!is_aligned((word_t)bytes, ABI_PAGE_SIZE))
        return BUNDLE_MISALIGNED;
    error = check_header(header, size, machine, abi_hash);
    if (error != BUNDLE_OK)
        return error;

    *bundle = (struct bundle){
        .bytes = bytes,
        .entries = (const struct abi_bundle_entry *)(header + 1),
        .size_bytes = header->size_bytes,
        .file_count = header->file_count,
    };
    return check_entries(bundle);
}

bool bundle_file(const struct bundle *bundle, uint32_t index, struct bundle_file *file)
{
    const struct abi_bundle_entry *entry;

    if (index >= bundle->file_count)
        return false;
    entry = &bundle->entries[index];
    *file = (struct bundle_file){
        .name = entry->name,
        .bytes = bundle->bytes + entry->offset,
        .size_bytes = entry->size_bytes,
        .sha256 = entry->sha256,
    };
    return true;
}

bool bundle_find(const struct bundle *bundle, const char *name, struct bundle_file *file)
{
    for (uint32_t i = 0; i < bundle->file_count; i++) {
        if (str_equal(bundle->entries[i].name, name))
            return bundle_file(bundle, i, file);
    }
    return false;
}

uint32_t bundle_boot_crc32(const struct bundle *bundle)
{
    const struct abi_bundle_entry *first = &bundle->entries[0];
    const uint8_t *start = (const uint8_t *)first;

    return crc32(0, start, (size_t)(bundle->bytes + first->offset + first->size_bytes - start));
}

bool bundle_can_boot(const struct bundle *bundle)
{
    const struct abi_bundle_header *header = (const void *)bundle->bytes;

    return bundle_boot_crc32(bundle) == header->boot_crc32;
}
