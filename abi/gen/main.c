/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abigen: reads the ABI text, and writes what is generated from it.
 *
 *     abigen [--word-bits 32|64] [--emit KIND FILE]... [--golden DIR | --accept DIR] FILE...
 *
 * Files ending in .abi are read in the order given; all files go into the ABI hash.  --golden
 * compares the interfaces with their accepted copies, --accept replaces those.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/hash.h>

#include "emit.h"

enum { SOURCES_MAX = 32, EMITS_MAX = 16 };

struct emitter {
    const char *kind;
    void (*emit)(const struct model *model, FILE *out);
    bool is_interface; /* a change in it is a change of the ABI */
};

static const struct emitter emitters[] = {
    {"status.h", emit_status_h, true},
    {"calls.h", emit_calls_h, true},
    {"objects.h", emit_objects_h, true},
    {"dispatch.h", emit_dispatch_h, true},
    {"stubs.h", emit_stubs_h, true},
    {"dispatch.c", emit_dispatch_c, false},
    {"hash.h", emit_hash_h, false},
    {"names.h", emit_names_h, false},
    {"names.c", emit_names_c, false},
    {"entries.h", emit_entries_h, false},
    {"entries.c", emit_entries_c, false},
    {"reference", emit_reference, false},
    {"protocol.h", emit_protocol_h, false},
    {"client.h", emit_protocol_client_h, false},
    {"client.c", emit_protocol_client_c, false},
    {"server.h", emit_protocol_server_h, false},
    {"server.c", emit_protocol_server_c, false},
    {"fake.h", emit_protocol_fake_h, false},
    {"fake.c", emit_protocol_fake_c, false},
    {"decode.h", emit_protocol_decode_h, false},
    {"decode.c", emit_protocol_decode_c, false},
    {"protocol.md", emit_protocol_reference, false},
    {"manifest.h", emit_manifest_h, false},
    {"manifest-tables.c", emit_manifest_tables, false},
    {"manifest.md", emit_manifest_reference, false},
};

enum { EMITTER_COUNT = sizeof(emitters) / sizeof(emitters[0]) };

struct options {
    int word_bits;
    struct {
        const struct emitter *emitter;
        const char *path;
    } emits[EMITS_MAX];
    int emit_count;
    const char *golden;
    bool is_accepting;
    const char *paths[SOURCES_MAX];
    int path_count;
};

static bool complain(const char *what, const char *about)
{
    fprintf(stderr, "abigen: %s '%s'\n", what, about);
    return false;
}

static bool parse_emit(struct options *options, const char *kind, const char *path)
{
    for (int i = 0; i < EMITTER_COUNT; i++) {
        if (strcmp(emitters[i].kind, kind) != 0)
            continue;
        if (options->emit_count == EMITS_MAX)
            return complain("too many files to emit at", path);
        options->emits[options->emit_count].emitter = &emitters[i];
        options->emits[options->emit_count++].path = path;
        return true;
    }
    return complain("no such kind of file:", kind);
}

static bool parse_options(struct options *options, int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        const char *argument = arguments[i];
        int left = count - i - 1;
        if (strcmp(argument, "--word-bits") == 0 && left >= 1) {
            options->word_bits = atoi(arguments[++i]);
        } else if (strcmp(argument, "--emit") == 0 && left >= 2) {
            if (!parse_emit(options, arguments[i + 1], arguments[i + 2]))
                return false;
            i += 2;
        } else if ((strcmp(argument, "--golden") == 0 || strcmp(argument, "--accept") == 0) &&
                   left >= 1) {
            options->is_accepting = strcmp(argument, "--accept") == 0;
            options->golden = arguments[++i];
        } else if (argument[0] == '-') {
            return complain("unknown or incomplete option", argument);
        } else if (options->path_count == SOURCES_MAX) {
            return complain("too many files at", argument);
        } else {
            options->paths[options->path_count++] = argument;
        }
    }
    if (options->word_bits != 32 && options->word_bits != 64)
        return complain("a word has 32 or 64 bits, not", "--word-bits");
    return true;
}

static bool is_abi_text(const char *path)
{
    size_t length = strlen(path);

    return length > 4 && strcmp(path + length - 4, ".abi") == 0;
}

/* The hash is over the bytes of the files, so it is taken before reading cuts them up. */
static bool load(struct model *model, struct source *sources, const struct options *options,
                 struct problem *problem)
{
    struct sha256 hash;

    sha256_init(&hash);
    for (int i = 0; i < options->path_count; i++) {
        if (!source_open(&sources[i], options->paths[i], problem))
            return false;
        sha256_add(&hash, sources[i].text, sources[i].size);
        if (is_abi_text(sources[i].path) && !model_read(model, &sources[i], problem))
            return false;
    }
    sha256_end(&hash, model->hash);
    return model_check(model, problem);
}

/* Returns owned text, or NULL. */
static char *emit_text(const struct emitter *emitter, const struct model *model)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    emitter->emit(model, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* A file that would not change is left alone, so nothing that depends on it is built again. */
static bool write_text(const char *path, const char *text)
{
    struct problem ignored = {{0}};
    struct source old;
    bool is_same = source_open(&old, path, &ignored) && strcmp(old.text, text) == 0;

    source_close(&old);
    if (is_same)
        return true;
    FILE *file = fopen(path, "wb");
    if (!file)
        return complain("cannot write", path);
    bool is_written = fputs(text, file) >= 0;
    return (fclose(file) == 0 && is_written) || complain("cannot write", path);
}

static bool compare_golden(const char *path, const char *text)
{
    struct problem problem = {{0}};
    struct source golden;
    int line = 1;

    if (!source_open(&golden, path, &problem)) {
        fprintf(stderr, "%s\n", problem.text);
        source_close(&golden);
        return false;
    }
    size_t at = 0;
    while (text[at] != '\0' && text[at] == golden.text[at])
        line += text[at++] == '\n';
    bool is_same = text[at] == golden.text[at];
    if (!is_same)
        fprintf(stderr,
                "%s:%d: the generated file differs: if the ABI was meant to change, accept it with "
                "--accept in the same commit\n",
                path, line);
    source_close(&golden);
    return is_same;
}

static bool handle_golden(const struct options *options, const struct model *model)
{
    bool is_good = true;
    char path[1024];

    for (int i = 0; i < EMITTER_COUNT; i++) {
        if (!emitters[i].is_interface)
            continue;
        char *text = emit_text(&emitters[i], model);
        snprintf(path, sizeof(path), "%s/%s", options->golden, emitters[i].kind);
        bool is_done =
            text && (options->is_accepting ? write_text(path, text) : compare_golden(path, text));
        is_good = is_good && is_done;
        free(text);
    }
    return is_good;
}

static bool write_all(const struct options *options, const struct model *model)
{
    for (int i = 0; i < options->emit_count; i++) {
        char *text = emit_text(options->emits[i].emitter, model);
        bool is_done = text && write_text(options->emits[i].path, text);
        free(text);
        if (!is_done)
            return false;
    }
    return !options->golden || handle_golden(options, model);
}

int main(int count, char **arguments)
{
    struct options options = {.word_bits = 64};
    struct source sources[SOURCES_MAX] = {{0}};
    struct problem problem = {{0}};

    if (!parse_options(&options, count, arguments))
        return 2;
    struct model *model = calloc(1, sizeof(*model));
    if (!model)
        return 2;
    model->word_bits = options.word_bits;
    bool is_good = load(model, sources, &options, &problem);
    if (!is_good)
        fprintf(stderr, "%s\n", problem.text);
    is_good = is_good && write_all(&options, model);
    for (int i = 0; i < SOURCES_MAX; i++)
        source_close(&sources[i]);
    free(model);
    return is_good ? 0 : 1;
}
