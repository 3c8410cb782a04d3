/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dtc's complaints come in three forms:
 *
 *     Error: FILE:LINE.COLUMNS TEXT
 *     FILE:LINE.COLUMNS: ERROR (CHECK): NODE: TEXT
 *     FATAL ERROR: TEXT
 */
#include "dtc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the line goes "FILE:LINE.COLUMN..."; prints "FILE:LINE: ", and `rest` is what follows. */
static bool print_place(const char *line, const char **rest)
{
    const char *colon = strchr(line, ':');
    size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;

    if (digits == 0 || colon[1 + digits] != '.')
        return false;
    *rest = colon + 1 + digits;
    *rest += strcspn(*rest, " ");
    *rest += strspn(*rest, " ");
    fprintf(stderr, "%.*s: ", (int)(colon + 1 + digits - line), line);
    return true;
}

/* One complaint; false when the line says nothing of its own. */
static bool tell_line(const char *path, const char *line)
{
    static const char error[] = "Error: ", fatal[] = "FATAL ERROR: ";
    const char *rest;

    if (strncmp(line, error, strlen(error)) == 0 && print_place(line + strlen(error), &rest)) {
        bool is_syntax = strcmp(rest, "syntax error") == 0;

        fprintf(stderr, "%s: %s\n", rest,
                is_syntax ? "look for what is missing before it, as a ; or a brace"
                          : "correct or remove it");
        return true;
    }
    if (strncmp(line, fatal, strlen(fatal)) == 0 && strstr(line, "parse") == NULL &&
        strstr(line, "parsing") == NULL) {
        fprintf(stderr, "%s: %s: correct the name\n", path, line + strlen(fatal));
        return true;
    }
    if (strstr(line, ": ERROR (") == NULL || !print_place(line, &rest))
        return false;
    rest = strstr(rest, "): ");
    fprintf(stderr, "%s: rename or remove it\n", rest != NULL ? rest + 3 : line);
    return true;
}

static void tell(const char *path, char *errors)
{
    bool is_told = false;

    for (char *line = strtok(errors, "\n"); line != NULL; line = strtok(NULL, "\n"))
        is_told = tell_line(path, line) || is_told;
    if (!is_told)
        fprintf(stderr, "%s: dtc refuses it: compile it with dtc to see why\n", path);
}

static bool run(const char *const *words, const char *path, const struct bytes *source,
                struct bytes *out)
{
    struct bytes errors;
    int status = program_run(words, source, out, &errors);

    if (status < 0)
        return false;
    if (status != 0) {
        tell(path, errors.data);
        free(out->data);
        *out = (struct bytes){0};
    }
    free(errors.data);
    return status == 0;
}

bool dtc_compile(const char *path, const struct bytes *source, struct bytes *blob)
{
    const char *words[] = {"dtc", "-q", "-I", "dts", "-O", "dtb", path, NULL};

    return run(words, path, source, blob);
}

bool dtc_annotate(const char *path, struct bytes *annotated)
{
    const char *words[] = {"dtc", "-q", "-T", "-I", "dts", "-O", "dts", path, NULL};
    const struct bytes nothing = {0};

    return run(words, path, &nothing, annotated);
}
