/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the database as JSON, and values out of checked fields.
 */
#include "api.h"

#include <abi/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *field_text(const json_t *fields, const char *name)
{
    return json_string_value(json_object_get(fields, name));
}

int64_t field_int(const json_t *fields, const char *name)
{
    return json_integer_value(json_object_get(fields, name));
}

bool field_bool(const json_t *fields, const char *name)
{
    return json_is_true(json_object_get(fields, name));
}

bool field_is_given(const json_t *fields, const char *name)
{
    return json_object_get(fields, name) != NULL;
}

status_t api_refuse(struct api_request *request, status_t status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(request->problem, sizeof(request->problem), fmt, args);
    va_end(args);
    return status;
}

void api_name(struct api_request *request, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(request->object, sizeof(request->object), fmt, args);
    va_end(args);
}

static json_t *blob_to_json(struct statement *row, int column)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * SHA256_BYTES];
    size_t size;
    const uint8_t *data = get_blob(row, column, &size);

    if (size > SHA256_BYTES)
        return json_null();
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    return json_stringn(text, 2 * size);
}

static json_t *cell_to_json(struct statement *row, int column)
{
    const char *name = column_name(row, column);

    if (is_null(row, column))
        return json_null();
    if (strncmp(name, "is_", 3) == 0)
        return json_boolean(get_int(row, column) != 0);
    if (column_is_text(row, column))
        return json_string(get_text(row, column));
    if (column_is_real(row, column))
        return json_real(get_real(row, column));
    if (strcmp(name, "hash") == 0 || strcmp(name, "key") == 0)
        return blob_to_json(row, column);
    return json_integer(get_int(row, column));
}

json_t *row_to_json(struct statement *row)
{
    json_t *object = json_object();

    for (int i = 0; i < column_count(row); i++) {
        const char *name = column_name(row, i);
        size_t length = strlen(name);
        char plain[64];

        if (length > 5 && strcmp(name + length - 5, "_json") == 0) {
            snprintf(plain, sizeof(plain), "%.*s", (int)(length - 5), name);
            json_object_set_new(object, plain,
                                is_null(row, i) ? json_null()
                                                : json_loads(get_text(row, i), 0, NULL));
        } else {
            json_object_set_new(object, name, cell_to_json(row, i));
        }
    }
    return object;
}

json_t *rows_to_json(struct statement *rows)
{
    json_t *list = json_array();

    while (db_step(rows))
        json_array_append_new(list, row_to_json(rows));
    return list;
}

status_t answer_row(struct api_request *request, struct statement *row)
{
    if (!db_step(row))
        return ERR_NOT_FOUND;
    request->result = row_to_json(row);
    return OK;
}

status_t answer_rows(struct api_request *request, struct statement *rows)
{
    request->result = rows_to_json(rows);
    return OK;
}
