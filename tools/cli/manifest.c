/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry manifest: says what is wrong with a manifest.
 */
#include "manifest.h"
#include "command.h"
#include <manifest/manifest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path);

    return length > strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0;
}

bool manifest_compile(const char *path, struct bytes *blob)
{
    const char *words[] = {"dtc", "-q", "-I", "dts", "-O", "dtb", path, NULL};
    struct bytes nothing = {0};
    struct bytes errors;
    int status;

    if (has_suffix(path, ".dtb"))
        return file_read(path, blob);
    status = program_run(words, &nothing, blob, &errors);
    if (status < 0)
        return false;
    if (status != 0) {
        fprintf(stderr, "%s", errors.data);
        free(blob->data);
    }
    free(errors.data);
    return status == 0;
}

static enum exit_status run_check(const struct command *self, int count, char **words)
{
    static struct manifest manifest;
    struct option options[] = {{0}};
    struct manifest_error error;
    struct bytes blob;
    bool is_good;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    if (!manifest_compile(words[0], &blob))
        return EXIT_REFUSED;
    is_good = manifest_read(&manifest, blob.data, blob.size, &error);
    if (!is_good)
        fprintf(stderr, "%s: %s\n", words[0], error.text);
    free(blob.data);
    return is_good ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command check_command = {
    .name = "check",
    .summary = "Say what is wrong with a manifest",
    .operands = "FILE.dts|FILE.dtb",
    .run = run_check,
};

static const struct command *const commands[] = {
    &check_command,
    NULL,
};

const struct command manifest_command = {
    .name = "manifest",
    .summary = "Check manifests: what runs, with which memory, time, devices and peers",
    .commands = commands,
};
