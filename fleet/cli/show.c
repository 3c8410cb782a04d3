/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables whose columns are as wide as their widest cell, and things as one line a field.
 */
#include "show.h"

#include <base/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS_MAX = 16, CELL_SIZE = 256 };

struct column {
    char name[40];
    size_t width;
};

static void print_moment(json_int_t time_ms, char *cell)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    strftime(cell, CELL_SIZE, "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &parts));
}

static bool is_moment(const char *name)
{
    static const char *const moments[] = {"time", "created", "expires", "seen", "booted", "changed",
                                          "inspected"};

    for (size_t i = 0; i < array_count(moments); i++)
        if (strcmp(name, moments[i]) == 0)
            return true;
    return false;
}

/* Control characters, the two-byte ones too, become '?'. */
static void clean(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)at[0] == 0xc2 && ((unsigned char)at[1] & 0xe0) == 0x80)
            at[0] = at[1] = '?';
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
}

static void cell_of(const char *name, const json_t *value, char cell[CELL_SIZE])
{
    char *text = NULL;

    cell[0] = '\0';
    if (json_is_integer(value) && is_moment(name)) {
        print_moment(json_integer_value(value), cell);
    } else if (json_is_boolean(value)) {
        snprintf(cell, CELL_SIZE, "%s", json_is_true(value) ? "yes" : "no");
    } else if (json_is_string(value)) {
        snprintf(cell, CELL_SIZE, "%s", json_string_value(value));
    } else if (value != NULL && !json_is_null(value)) {
        text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        snprintf(cell, CELL_SIZE, "%s", text != NULL ? text : "");
    }
    free(text);
    clean(cell);
}

static size_t split(const char *columns, struct column list[COLUMNS_MAX])
{
    size_t count = 0;

    while (*columns != '\0' && count < COLUMNS_MAX) {
        size_t length = strcspn(columns, ",");

        snprintf(list[count].name, sizeof(list[count].name), "%.*s", (int)length, columns);
        list[count].width = length;
        count++;
        columns += length + (columns[length] == ',');
    }
    return count;
}

void show_table(const json_t *rows, const char *columns)
{
    struct column list[COLUMNS_MAX];
    size_t count = split(columns, list);
    char cell[CELL_SIZE];
    size_t i;
    json_t *row;

    json_array_foreach((json_t *)rows, i, row)
    {
        for (size_t j = 0; j < count; j++) {
            cell_of(list[j].name, json_object_get(row, list[j].name), cell);
            if (strlen(cell) > list[j].width)
                list[j].width = strlen(cell);
        }
    }
    for (size_t j = 0; j < count; j++)
        printf("%-*s%s", (int)list[j].width, list[j].name, j + 1 < count ? "  " : "\n");
    json_array_foreach((json_t *)rows, i, row)
    {
        for (size_t j = 0; j < count; j++) {
            cell_of(list[j].name, json_object_get(row, list[j].name), cell);
            printf("%-*s%s", (int)list[j].width, cell, j + 1 < count ? "  " : "\n");
        }
    }
}

static void show_indented(const char *name, const json_t *value, int depth);

static void show_fields(const json_t *thing, int depth)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)thing, name, value)
        show_indented(name, value, depth);
}

/* Lists of things stand below their name, a line each. */
static void show_indented(const char *name, const json_t *value, int depth)
{
    char cell[CELL_SIZE];
    size_t i;
    json_t *entry;

    if (json_is_object(value)) {
        printf("%*s%s\n", 4 * depth, "", name);
        show_fields(value, depth + 1);
    } else if (json_is_array(value)) {
        printf("%*s%s (%zu)\n", 4 * depth, "", name, json_array_size(value));
        json_array_foreach((json_t *)value, i, entry)
        {
            cell_of("", entry, cell);
            printf("%*s%s\n", 4 * (depth + 1), "", cell);
        }
    } else {
        cell_of(name, value, cell);
        printf("%*s%-16s %s\n", 4 * depth, "", name, cell);
    }
}

void show_thing(const json_t *thing)
{
    if (json_object_size(thing) == 0)
        printf("done\n");
    show_fields(thing, 0);
}
