/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what `dtc -T` prints.  One line is one thing, and ends with its place or places:
 *
 *     NAME { [file:line, file:line]     a node; the last place is where it was written last
 *     NAME = VALUE; [file:line]         a property
 *     }; [file:line]
 *
 * where [] stands for a comment.
 */
#include "places.h"
#include "dtc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

struct place_entry {
    char *path;           /* owned */
    const char *property; /* null: the node itself */
    struct place place;
};

/* Takes "file:line" out of the comment at the line's end; the file's name stays in the line. */
static bool cut_place(char *line, struct place *place)
{
    char *comment = NULL, *end, *colon, *last;

    for (char *at = strstr(line, "/* "); at != NULL; at = strstr(at + 1, "/* "))
        comment = at;
    end = comment != NULL ? strstr(comment, " */") : NULL;
    if (end == NULL)
        return false;
    *end = '\0';
    *comment = '\0';
    comment += 3;
    last = strrchr(comment, ',');
    colon = strrchr(comment, ':');
    if (colon == NULL)
        return false;
    *colon = '\0';
    place->file = last != NULL && last[1] == ' ' ? last + 2 : comment;
    place->line = atoi(colon + 1);
    return true;
}

static void add(struct places *places, const char *path, const char *property, struct place place)
{
    places->entries = resize(places->entries, (places->count + 1) * sizeof(*places->entries));
    places->entries[places->count++] =
        (struct place_entry){.path = copy_text(path), .property = property, .place = place};
}

/* One line; `path` is that of the node which it stands in, "" above the root. */
static void read_line(struct places *places, char *line, char path[PATH_BYTES])
{
    struct place place;
    size_t length;

    line += strspn(line, "\t ");
    if (!cut_place(line, &place))
        return;
    length = strcspn(line, " =;");
    if (line[0] == '}') {
        char *slash = strrchr(path, '/');

        if (slash != NULL)
            *slash = '\0';
        return;
    }
    if (strncmp(line + length, " {", 2) != 0) {
        line[length] = '\0';
        add(places, path[0] != '\0' ? path : "/", line, place);
        return;
    }
    line[length] = '\0';
    if (strcmp(line, "/") != 0 && strlen(path) + length + 2 <= PATH_BYTES) {
        strcat(path, "/");
        strcat(path, line);
    }
    add(places, path[0] != '\0' ? path : "/", NULL, place);
}

bool places_read(struct places *places, const char *path)
{
    char at[PATH_BYTES] = "";

    *places = (struct places){0};
    if (!dtc_annotate(path, &places->text))
        return false;
    for (char *line = strtok(places->text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        read_line(places, line, at);
    return true;
}

void places_free(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->entries[i].path);
    free(places->entries);
    free(places->text.data);
}

static const struct place_entry *find(const struct places *places, const char *path,
                                      const char *property)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct place_entry *entry = &places->entries[i];
        bool is_property = property == NULL
                               ? entry->property == NULL
                               : entry->property != NULL && strcmp(entry->property, property) == 0;

        if (is_property && strcmp(entry->path, path) == 0)
            return entry;
    }
    return NULL;
}

struct place places_find(const struct places *places, const char *path, const char *property)
{
    const struct place_entry *entry = find(places, path, property);
    char above[PATH_BYTES];

    snprintf(above, sizeof(above), "%s", path);
    if (entry == NULL && property != NULL) {
        /* The property may be a node. */
        char node[PATH_BYTES];

        snprintf(node, sizeof(node), "%s/%s", strcmp(path, "/") == 0 ? "" : path, property);
        entry = find(places, node, NULL);
    }
    while (entry == NULL) {
        char *slash;

        entry = find(places, above, NULL);
        slash = strrchr(above, '/');
        if (slash == NULL)
            break;
        slash[slash == above && above[1] != '\0' ? 1 : 0] = '\0';
    }
    return entry != NULL ? entry->place : (struct place){0};
}
