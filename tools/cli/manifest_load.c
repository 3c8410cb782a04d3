/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a file to a manifest.  dtc compiles, root's own reader reads, and each mistake it tells is
 * given the place where its writer wrote it.
 */
#include "manifest.h"
#include "dtc.h"
#include "places.h"
#include "schema.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 1024 };

/* Where mistakes are looked up: in a source, or in the tree that a description made. */
struct report {
    const char *path;
    const char *bundle; /* or null */
    const struct places *places;
    const struct tree_node *tree;
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path);

    return length > strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0;
}

/* The innermost node on the way to a path that has a place. */
static struct place find_in_tree(const struct tree_node *root, const char *path)
{
    const struct tree_node *node = root;
    struct place place = root->place;
    char name[PATH_BYTES];

    while (node != NULL && *path != '\0') {
        size_t length;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        snprintf(name, sizeof(name), "%.*s", (int)length, path);
        path += length;
        node = tree_find_node(node, name);
        if (node != NULL && node->place.line > 0)
            place = node->place;
    }
    return place;
}

/* A name like the one that is not known. */
static const char *suggest(const char *path, const char *property, const char *why)
{
    struct schema_level level = schema_top();
    const char *last = strrchr(path, '/');
    char name[PATH_BYTES];

    if (strstr(why, "remove or correct it") == NULL || last == NULL)
        return NULL;
    while (*path != '\0') {
        path += strspn(path, "/");
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
        path += strcspn(path, "/");
        if (property == NULL && *path == '\0')
            return schema_suggest(&level, name);
        if (name[0] != '\0')
            level = schema_below(&level, name);
    }
    return schema_suggest(&level, property);
}

static void tell(const struct report *report, const char *kind, const char *path,
                 const char *property, const char *why)
{
    const char *meant = suggest(path, property, why);
    struct place place = {0};

    if (report->places != NULL)
        place = places_find(report->places, path, property);
    else if (report->tree != NULL)
        place = find_in_tree(report->tree, path);
    fprintf(stderr, "%s:", place.line > 0 ? place.file : report->path);
    if (place.line > 0)
        fprintf(stderr, "%d:", place.line);
    fprintf(stderr, "%s %s%s%s%s%s", kind, path, property != NULL && path[0] != '\0' ? " " : "",
            property != NULL ? property : "", path[0] != '\0' ? ": " : "", why);
    if (meant != NULL)
        fprintf(stderr, " (did you mean '%s'?)", meant);
    fputc('\n', stderr);
}

static void refuse(void *state, const char *path, const char *property, const char *why)
{
    tell(state, "", path, property, why);
}

static void warn(void *state, const char *path, const char *property, const char *why)
{
    tell(state, " warning:", path, property, why);
}

/* Reads the blob and looks at the result; on success the blob belongs to `loaded`. */
static bool read_blob(struct loaded *loaded, struct report *report)
{
    const struct manifest_listener listener = {.state = report, .refuse = refuse};
    const struct manifest_listener careful = {.state = report, .refuse = warn};

    loaded->manifest = allocate(sizeof(*loaded->manifest));
    if (!manifest_read_all(loaded->manifest, loaded->blob.data, loaded->blob.size, &listener))
        return false;
    manifest_look(loaded->manifest, &careful);
    return report->bundle == NULL ||
           manifest_check_bundle(loaded->manifest, report->bundle, &listener);
}

static bool load_source(struct loaded *loaded, struct report *report)
{
    const struct bytes nothing = {0};
    struct places places;
    bool is_good;

    if (!places_read(&places, report->path))
        return false;
    report->places = &places;
    is_good = dtc_compile(report->path, &nothing, &loaded->blob) && read_blob(loaded, report);
    places_free(&places);
    return is_good;
}

static bool load_description(struct loaded *loaded, struct report *report)
{
    struct bytes text;
    struct tree_node *tree;
    bool is_good;

    if (!file_read(report->path, &text))
        return false;
    tree = manifest_from_lua(report->path, &text);
    free(text.data);
    if (tree == NULL)
        return false;
    report->tree = tree;
    loaded->source = tree_write(tree, report->path);
    is_good = dtc_compile("-", &loaded->source, &loaded->blob) && read_blob(loaded, report);
    tree_free(tree);
    return is_good;
}

static bool load_blob(struct loaded *loaded, struct report *report)
{
    return file_read(report->path, &loaded->blob) && read_blob(loaded, report);
}

/* A system's folder holds NAME.dts or NAME.lua. */
static const char *find_file(const char *path, char out[PATH_BYTES])
{
    int length = (int)strlen(path) - has_suffix(path, "/");
    int name = length;
    struct stat about;

    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return path;
    while (name > 0 && path[name - 1] != '/')
        name--;
    if (snprintf(out, PATH_BYTES, "%.*s/%.*s.dts", length, path, length - name, path + name) >=
        PATH_BYTES)
        return path;
    if (stat(out, &about) != 0)
        memcpy(out + strlen(out) - 3, "lua", 3);
    return out;
}

bool manifest_load(struct loaded *loaded, const char *path, const char *bundle)
{
    char found[PATH_BYTES];
    struct report report = {.path = find_file(path, found), .bundle = bundle};
    bool is_good;

    *loaded = (struct loaded){0};
    if (has_suffix(report.path, ".lua"))
        is_good = load_description(loaded, &report);
    else if (has_suffix(report.path, ".dtb"))
        is_good = load_blob(loaded, &report);
    else
        is_good = load_source(loaded, &report);
    if (!is_good)
        manifest_unload(loaded);
    return is_good;
}

void manifest_unload(struct loaded *loaded)
{
    free(loaded->manifest);
    free(loaded->blob.data);
    free(loaded->source.data);
    *loaded = (struct loaded){0};
}
