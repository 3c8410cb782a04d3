/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenAPI 3.1 description, made from the table of routes that dispatch uses.
 */
#include "account.h"
#include "api.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static json_t *schema_of(const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT: return json_pack("{s:s, s:I}", "type", "string", "maxLength", field->most);
    case FIELD_INT:
        return json_pack("{s:s, s:i, s:I}", "type", "integer", "minimum", 0, "maximum",
                         field->most);
    case FIELD_BOOL: return json_pack("{s:s}", "type", "boolean");
    }
    return NULL;
}

static json_t *described_schema(const struct field *field)
{
    json_t *schema = schema_of(field);

    json_object_set_new(schema, "description", json_string(field->words));
    return schema;
}

static json_t *parameter(const char *name, const char *place, bool is_required,
                         const char *words, json_t *schema)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", name, "in", place, "required",
                     is_required, "description", words, "schema", schema);
}

static json_t *parameters_of(const struct route *route)
{
    json_t *list = json_array();
    char name[32];

    for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}"), at + 1);
        json_array_append_new(list, parameter(name, "path", true, "its id",
                                              json_pack("{s:s}", "type", "integer")));
    }
    for (const struct field *field = route->query; field != NULL && field->name != NULL; field++)
        json_array_append_new(list, parameter(field->name, "query", field->is_required,
                                              field->words, schema_of(field)));
    return list;
}

static json_t *body_of(const struct route *route)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    json_t *schema;

    if (route->takes_upload) {
        json_decref(properties);
        json_decref(required);
        return json_pack("{s:b, s:{s:{s:{s:s, s:s}}}}", "required", 1, "content",
                         "application/octet-stream", "schema", "type", "string",
                         "contentMediaType", "application/gzip");
    }
    for (const struct field *field = route->body; field->name != NULL; field++) {
        json_object_set_new(properties, field->name, described_schema(field));
        if (field->is_required)
            json_array_append_new(required, json_string(field->name));
    }
    schema = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                       "required", required, "additionalProperties", 0);
    return json_pack("{s:b, s:{s:{s:o}}}", "required", json_array_size(required) > 0, "content",
                     "application/json", "schema", schema);
}

static json_t *responses(const struct route *route)
{
    json_t *list = json_pack("{s:{s:s, s:{s:{s:{}}}}}", "200", "description", "done", "content",
                             "application/json", "schema");

    json_object_set_new(list, "4XX",
                        json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", "refused; says why",
                                  "content", "application/json", "schema", "$ref",
                                  "#/components/schemas/Problem"));
    if (strcmp(route->path, "/metrics") == 0)
        json_object_set_new(json_object_get(list, "200"), "content",
                            json_pack("{s:{}}", "text/plain"));
    return list;
}

static const char *method_name(const struct route *route)
{
    return route->method == HTTP_GET ? "get" : route->method == HTTP_POST ? "post" : "delete";
}

/* From the words: "Log in; sets ..." becomes logIn. */
static void operation_id(const struct route *route, char *id, size_t size)
{
    const char *at = route->path;
    size_t used = (size_t)snprintf(id, size, "%s", method_name(route));
    bool is_start = true;

    for (; *at != '\0' && used + 1 < size; at++) {
        if (!isalnum((unsigned char)*at)) {
            is_start = true;
            continue;
        }
        id[used++] = (char)(is_start ? toupper((unsigned char)*at) : *at);
        is_start = false;
    }
    id[used] = '\0';
}

static json_t *operation(const struct route *route)
{
    char id[96];
    json_t *json;

    operation_id(route, id, sizeof(id));
    json = json_pack("{s:s, s:s, s:s, s:o, s:o}", "operationId", id, "summary", route->words,
                     "x-least-role", role_name(route->role), "parameters", parameters_of(route),
                     "responses", responses(route));
    if (route->body != NULL || route->takes_upload)
        json_object_set_new(json, "requestBody", body_of(route));
    if (route->role == ROLE_NONE)
        json_object_set_new(json, "security", json_array());
    return json;
}

json_t *openapi(void)
{
    json_t *paths = json_object();

    for (const struct route *const *list = api_routes; *list != NULL; list++) {
        for (const struct route *route = *list; route->path != NULL; route++) {
            json_t *path = json_object_get(paths, route->path);

            if (path == NULL) {
                path = json_object();
                json_object_set_new(paths, route->path, path);
            }
            json_object_set_new(path, method_name(route), operation(route));
        }
    }
    return json_pack(
        "{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:o, s:[{s:[]}, {s:[]}],"
        " s:{s:{s:{s:s, s:{s:{s:s}}}},"
        " s:{s:{s:s, s:s}, s:{s:s, s:s, s:s}}}}",
        "openapi", "3.1.0", "info", "title", "Skerryvore", "version", "1", "description",
        "The fleet service's interface. Changes need the X-CSRF-Token header of /api/v1/me with a "
        "session, and nothing more with a token.",
        "license", "name", "Apache-2.0", "identifier", "Apache-2.0", "servers", "url", "/",
        "paths", paths, "security", "token", "session", "components", "schemas", "Problem",
        "type", "object", "properties", "problem", "type", "string", "securitySchemes", "token",
        "type", "http", "scheme", "bearer", "session", "type", "apiKey", "in", "cookie", "name",
        "skerry_session");
}
