/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkbundle: puts the first component's image and further files into one boot bundle.
 *
 *     mkbundle --arch aarch64|riscv64 -o OUT ROOT [NAME=FILE]...
 *
 * The layout is abi/boot.h.  What was written is opened with the reader that kernel and root use
 * before it is stored, so a bundle that they would refuse never leaves here.
 */
#include <abi/hash.h>
#include <base/bundle.h>
#include <base/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUNDLE_VERSION = 2, MAX_BYTES = 1 << 30 };

static const char root_name[] = "root";
static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

struct input {
    const char *name;
    const char *path;
    uint8_t *bytes; /* owned */
    size_t size;
};

struct options {
    const char *out;
    uint32_t machine;
    struct input inputs[ABI_BUNDLE_FILES_MAX];
    uint32_t input_count;
};

static bool complain(const char *what, const char *about)
{
    fprintf(stderr, "mkbundle: %s '%s'\n", what, about);
    return false;
}

static size_t page_align(size_t value)
{
    return (value + ABI_PAGE_SIZE - 1) & ~(size_t)(ABI_PAGE_SIZE - 1);
}

static bool parse_arch(struct options *options, const char *arch)
{
    if (strcmp(arch, "aarch64") == 0)
        options->machine = ABI_MACHINE_AARCH64;
    else if (strcmp(arch, "riscv64") == 0)
        options->machine = ABI_MACHINE_RISCV64;
    else
        return complain("unknown architecture", arch);
    return true;
}

/* The first file is the first component; all others are NAME=FILE. */
static bool parse_input(struct options *options, char *word)
{
    char *equals = strchr(word, '=');
    struct input *input = &options->inputs[options->input_count];

    if (options->input_count == ABI_BUNDLE_FILES_MAX)
        return complain("too many files at", word);
    if (options->input_count == 0) {
        *input = (struct input){.name = root_name, .path = word};
    } else if (equals == NULL) {
        return complain("give it a name, as NAME=FILE:", word);
    } else {
        *equals = '\0';
        *input = (struct input){.name = word, .path = equals + 1};
    }
    if (input->name[0] == '\0' || strlen(input->name) >= ABI_BUNDLE_NAME_MAX)
        return complain("the name is empty or too long:", input->name);
    options->input_count++;
    return true;
}

static bool parse_options(struct options *options, int count, char **words)
{
    for (int i = 1; i < count; i++) {
        bool has_value = i + 1 < count;
        bool is_good = true;

        if (strcmp(words[i], "--arch") == 0 && has_value)
            is_good = parse_arch(options, words[++i]);
        else if (strcmp(words[i], "-o") == 0 && has_value)
            options->out = words[++i];
        else if (words[i][0] == '-')
            is_good = complain("unknown or incomplete option", words[i]);
        else
            is_good = parse_input(options, words[i]);
        if (!is_good)
            return false;
    }
    if (options->machine == 0 || options->out == NULL || options->input_count == 0)
        return complain("usage:", "mkbundle --arch ARCH -o OUT ROOT [NAME=FILE]...");
    return true;
}

static bool read_input(struct input *input)
{
    FILE *file = fopen(input->path, "rb");
    long size = -1;
    bool is_read;

    if (file == NULL)
        return complain("cannot open", input->path);
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size < 0 || size > MAX_BYTES || fseek(file, 0, SEEK_SET) != 0) {
        fclose(file);
        return complain("cannot tell the size of", input->path);
    }
    input->size = (size_t)size;
    input->bytes = malloc(input->size + 1);
    is_read = input->bytes != NULL && fread(input->bytes, 1, input->size, file) == input->size;
    fclose(file);
    return is_read || complain("cannot read", input->path);
}

static size_t bundle_size(const struct options *options)
{
    size_t size = sizeof(struct abi_bundle_header) +
                  options->input_count * sizeof(struct abi_bundle_entry);

    for (uint32_t i = 0; i < options->input_count; i++)
        size = page_align(size) + options->inputs[i].size;
    return page_align(size);
}

static void fill_bundle(uint8_t *bytes, size_t size, const struct options *options)
{
    struct abi_bundle_header *header = (struct abi_bundle_header *)bytes;
    struct abi_bundle_entry *entries = (struct abi_bundle_entry *)(header + 1);
    size_t entries_bytes = options->input_count * sizeof(*entries);
    size_t end = sizeof(*header) + entries_bytes;

    for (uint32_t i = 0; i < options->input_count; i++) {
        const struct input *input = &options->inputs[i];
        size_t offset = page_align(end);

        memcpy(entries[i].name, input->name, strlen(input->name));
        entries[i].offset = offset;
        entries[i].size_bytes = input->size;
        sha256(input->bytes, input->size, entries[i].sha256);
        memcpy(bytes + offset, input->bytes, input->size);
        end = offset + input->size;
    }
    *header = (struct abi_bundle_header){
        .magic = ABI_BUNDLE_MAGIC,
        .version = BUNDLE_VERSION,
        .machine = options->machine,
        .size_bytes = size,
        .file_count = options->input_count,
    };
    memcpy(header->abi_hash, abi_hash, sizeof(abi_hash));
    sha256(entries, entries_bytes, header->entries_sha256);
    header->boot_crc32 = bundle_boot_crc32(&(struct bundle){.bytes = bytes, .entries = entries});
}

static bool check_bundle(const uint8_t *bytes, size_t size, const struct options *options)
{
    struct bundle bundle;
    enum bundle_error error = bundle_open(&bundle, bytes, size, options->machine, abi_hash);

    return error == BUNDLE_OK || complain("the bundle would be refused:", bundle_error_text(error));
}

static bool write_bundle(const uint8_t *bytes, size_t size, const char *path)
{
    FILE *file = fopen(path, "wb");
    bool is_written;

    if (file == NULL)
        return complain("cannot write", path);
    is_written = fwrite(bytes, 1, size, file) == size;
    return (fclose(file) == 0 && is_written) || complain("cannot write", path);
}

static bool make_bundle(struct options *options)
{
    uint8_t *bytes;
    size_t size;
    bool is_done;

    for (uint32_t i = 0; i < options->input_count; i++) {
        if (!read_input(&options->inputs[i]))
            return false;
    }
    size = bundle_size(options);
    bytes = aligned_alloc(ABI_PAGE_SIZE, size);
    if (bytes == NULL)
        return complain("no memory for", options->out);
    memset(bytes, 0, size);
    fill_bundle(bytes, size, options);
    is_done = check_bundle(bytes, size, options) && write_bundle(bytes, size, options->out);
    free(bytes);
    return is_done;
}

int main(int count, char **words)
{
    struct options options = {0};
    bool is_done = parse_options(&options, count, words) && make_bundle(&options);

    for (uint32_t i = 0; i < options.input_count; i++)
        free(options.inputs[i].bytes);
    return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
