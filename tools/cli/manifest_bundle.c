/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest against the bundle that it will be in: what root would find out at the start, and
 * refuse.
 */
#include "manifest.h"
#include <abi/hash.h>
#include <base/bundle.h>
#include <base/elf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_BYTES = 256 };

static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

/* A component's image under check. */
struct checked {
    const struct manifest_listener *listener;
    const struct manifest_component *component;
    const char *image;
    bool is_good;
};

__attribute__((format(printf, 3, 4))) static void refuse(struct checked *checked,
                                                         const char *property, const char *why, ...)
{
    char path[MANIFEST_WHERE_BYTES], text[WHY_BYTES];
    va_list arguments;

    va_start(arguments, why);
    vsnprintf(text, sizeof(text), why, arguments);
    va_end(arguments);
    snprintf(path, sizeof(path), "/%s/%s",
             checked->component->is_message_server ? "msg_servers" : "apps",
             checked->component->name);
    checked->listener->refuse(checked->listener->state, path, property, text);
    checked->is_good = false;
}

/* What is writable is copied into the component's memory, beside its heap and rings. */
static void check_size(struct checked *checked, const struct elf *elf)
{
    const struct manifest_component *component = checked->component;
    uint64_t bytes = component->heap_bytes + component->ring_bytes;
    struct elf_segment segment;
    uint32_t index = 0;

    while (elf_next_segment(elf, &index, &segment)) {
        if ((segment.flags & ELF_WRITE) != 0)
            bytes += segment.memory_size;
    }
    if (bytes > component->memory_bytes)
        refuse(checked, "memory",
               "is less than data, heap and rings of '%s' need (0x%llx): raise it", checked->image,
               (unsigned long long)bytes);
}

static void check_image(struct checked *checked, const struct bundle *bundle, uint32_t machine)
{
    struct bundle_file file;
    struct elf elf;
    enum elf_error error;
    const uint8_t *hash;
    size_t size;

    if (!bundle_find(bundle, checked->image, &file)) {
        refuse(checked, "image", "'%s' is not in the bundle: add it there, or correct the name",
               checked->image);
        return;
    }
    error = elf_open(&elf, file.bytes, (size_t)file.size_bytes, (uint16_t)machine);
    if (error != ELF_OK) {
        refuse(checked, "image", "'%s' is no program for the bundle's machine (%s): build it anew",
               checked->image, elf_error_text(error));
        return;
    }
    if (!elf_find_note(&elf, "Skerry", ABI_NOTE_TYPE_HASH, &hash, &size) ||
        size != sizeof(abi_hash) || memcmp(hash, abi_hash, size) != 0)
        refuse(checked, "image", "'%s' was built against another ABI: build it anew",
               checked->image);
    check_size(checked, &elf);
}

static bool check_images(const struct manifest *manifest, const struct bundle *bundle,
                         uint32_t machine, const struct manifest_listener *listener)
{
    bool is_good = true;

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        for (uint32_t n = 0; n < component->images.count; n++) {
            struct checked checked = {.listener = listener,
                                      .component = component,
                                      .image = component->images.text[n],
                                      .is_good = true};

            check_image(&checked, bundle, machine);
            is_good = is_good && checked.is_good;
        }
    }
    return is_good;
}

bool manifest_check_bundle(const struct manifest *manifest, const char *path,
                           const struct manifest_listener *listener)
{
    struct abi_bundle_header header = {0};
    struct bytes file;
    struct bundle bundle;
    enum bundle_error error;
    void *aligned;
    bool is_good;

    if (!file_read(path, &file))
        return false;
    /* The reader wants whole pages, as a bundle lies in memory. */
    aligned = aligned_alloc(ABI_PAGE_SIZE, file.size + ABI_PAGE_SIZE - file.size % ABI_PAGE_SIZE);
    if (aligned == NULL)
        out_of_memory();
    memcpy(aligned, file.data, file.size);
    if (file.size >= sizeof(header))
        memcpy(&header, file.data, sizeof(header));
    error = bundle_open(&bundle, aligned, file.size, header.machine, abi_hash);
    if (error != BUNDLE_OK)
        fprintf(stderr, "%s: is no bundle of this version: %s: build it anew\n", path,
                bundle_error_text(error));
    is_good = error == BUNDLE_OK && check_images(manifest, &bundle, header.machine, listener);
    free(aligned);
    free(file.data);
    return is_good;
}
