/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry manifest: checks manifests, builds them from descriptions, shows what they allow.
 */
#include "manifest.h"
#include "command.h"
#include "dtc.h"
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

static enum exit_status run_check(const struct command *self, int count, char **words)
{
    const char *bundle = NULL;
    const struct option options[] = {{"--bundle", NULL, &bundle}, {0}};
    enum exit_status status = EXIT_DONE;

    count = command_line_read(self, options, count, words, 1, 64);
    if (count < 0)
        return EXIT_USAGE;
    for (int i = 0; i < count; i++) {
        struct loaded loaded;

        if (manifest_load(&loaded, words[i], bundle))
            manifest_unload(&loaded);
        else
            status = EXIT_REFUSED;
    }
    return status;
}

static const struct command check_command = {
    .name = "check",
    .summary = "Say what is wrong with manifests",
    .operands = "FILE.lua|FILE.dts|FILE.dtb|SYSTEM... [--bundle FILE]",
    .help = "Tells each mistake as FILE:LINE: NODE PROPERTY: CAUSE: CURE, and warns of what is\n"
            "allowed and probably not meant.  Silent when all is well.  SYSTEM is a folder that\n"
            "holds SYSTEM.dts or SYSTEM.lua.\n\n"
            "  --bundle FILE  also look whether the bundle has the images, for its machine and\n"
            "                 this ABI, and whether they fit into the memory they are given\n",
    .run = run_check,
};

/* The path with another ending. */
static void with_ending(const char *path, const char *ending, char out[PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    size_t length = dot != NULL ? (size_t)(dot - path) : strlen(path);

    snprintf(out, PATH_BYTES, "%.*s%s", (int)length, path, ending);
}

/* The source that one system has, whatever its writer wrote; a description's is there already. */
static struct bytes canonical_source(const struct loaded *loaded, const char *path)
{
    struct tree_node *tree;
    struct bytes source;

    if (loaded->source.data != NULL)
        return (struct bytes){copy_text(loaded->source.data), loaded->source.size};
    tree = tree_from_blob(&loaded->blob);
    source = tree_write(tree, path);
    tree_free(tree);
    return source;
}

static bool build(const struct loaded *loaded, const char *path, const char *out, const char *dts)
{
    struct bytes source = canonical_source(loaded, path);
    struct bytes blob = {0};
    bool is_done = (dts == NULL || file_write(dts, source.data, source.size)) &&
                   dtc_compile("-", &source, &blob) && file_write(out, blob.data, blob.size);

    free(blob.data);
    free(source.data);
    return is_done;
}

static enum exit_status run_build(const struct command *self, int count, char **words)
{
    const char *out = NULL, *dts = NULL;
    const struct option options[] = {{"-o", NULL, &out}, {"--dts", NULL, &dts}, {0}};
    char out_path[PATH_BYTES], dts_path[PATH_BYTES];
    struct loaded loaded;
    bool is_done;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    if (!manifest_load(&loaded, words[0], NULL))
        return EXIT_REFUSED;
    if (out == NULL) {
        const char *slash = strrchr(words[0], '/');

        with_ending(slash != NULL ? slash + 1 : words[0], ".dtb", out_path);
        out = out_path;
    }
    if (dts == NULL && loaded.source.data != NULL) {
        with_ending(out, ".dts", dts_path);
        dts = dts_path;
    }
    is_done = build(&loaded, words[0], out, dts);
    manifest_unload(&loaded);
    return is_done ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command build_command = {
    .name = "build",
    .summary = "Check a manifest and compile it for a boot bundle",
    .operands = "FILE.lua|FILE.dts|SYSTEM [-o OUT.dtb] [--dts OUT.dts]",
    .help = "One system gives one binary, in whatever form and order it was written.\n\n"
            "  -o OUT.dtb     default: the file's name with .dtb, in the current folder\n"
            "  --dts OUT.dts  also write the source in the order of the schema, with comments;\n"
            "                 always done for a .lua, by default beside OUT.dtb\n",
    .run = run_build,
};

static enum exit_status run_show(const struct command *self, int count, char **words)
{
    const char *svg = NULL, *png = NULL;
    bool is_json = false;
    const struct option options[] = {
        {"--svg", NULL, &svg}, {"--png", NULL, &png}, {"--json", &is_json, NULL}, {0}};
    struct loaded loaded;
    bool is_done = true;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    if (!manifest_load(&loaded, words[0], NULL))
        return EXIT_REFUSED;
    if (svg != NULL)
        is_done = manifest_draw(loaded.manifest, "svg", svg);
    if (png != NULL)
        is_done = manifest_draw(loaded.manifest, "png", png) && is_done;
    if (is_json)
        manifest_show_json(loaded.manifest, stdout);
    else if (svg == NULL && png == NULL)
        manifest_show_text(loaded.manifest, stdout);
    manifest_unload(&loaded);
    return is_done ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command show_command = {
    .name = "show",
    .summary = "Show what runs, with what, and who may talk to whom",
    .operands = "FILE.lua|FILE.dts|FILE.dtb|SYSTEM [--json] [--svg FILE] [--png FILE]",
    .help = "  --json      for programs: apps, resources, connections\n"
            "  --svg FILE  a picture, drawn by graphviz; instead of the text\n"
            "  --png FILE  the same\n",
    .run = run_show,
};

static const struct command *const commands[] = {
    &check_command,
    &build_command,
    &show_command,
    NULL,
};

const struct command manifest_command = {
    .name = "manifest",
    .summary = "Manifests: what runs, with which memory, time, devices and peers",
    .commands = commands,
};
