/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an HTTP request to a handler and back.
 *
 * Who asks and whether they may is settled when the head is in, before a byte of body is taken.
 * What a handler changes is taken back when it fails, and answered when it is durable.
 */
#include "api.h"

#include "account.h"
#include "audit.h"
#include "link.h"
#include "ui.h"

#include <abi/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPLOAD_MAX = 256 << 20 };

static unsigned http_status(status_t status)
{
    switch (status) {
    case OK: return 200;
    case ERR_BAD_ARGUMENT:
    case ERR_BAD_REQUEST: return 400;
    case ERR_NO_RIGHT: return 401;
    case ERR_NOT_PERMITTED: return 403;
    case ERR_NOT_FOUND: return 404;
    case ERR_EXISTS:
    case ERR_BAD_STATE:
    case ERR_IN_USE: return 409;
    case ERR_OVER_LIMIT: return 429;
    case ERR_NO_MEMORY: return 507;
    case ERR_PEER_GONE: return 409;
    default: return 500;
    }
}

static const char *default_problem(status_t status)
{
    switch (status) {
    case ERR_NO_RIGHT: return "log in first";
    case ERR_NOT_PERMITTED: return "your role does not allow it";
    case ERR_NOT_FOUND: return "there is no such thing";
    case ERR_EXISTS: return "the name is taken";
    case ERR_NO_MEMORY: return "the service's disk is full; nothing was changed";
    case ERR_WOULD_BLOCK: return "the database is locked; nothing was changed";
    case ERR_OVER_LIMIT: return "too many at once; try again later";
    default: return "it failed";
    }
}

/* The same for every answer: nothing is to be guessed, framed, kept or sent on. */
static const char *common_headers(void)
{
    return "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
           "Referrer-Policy: no-referrer\r\nCache-Control: no-store\r\n";
}

static void send_answer(struct api_request *request)
{
    status_t status = request->status;
    json_t *json = json_incref(request->result);
    char headers[1024];
    char *text;

    if (request->http == NULL)
        goto out;
    snprintf(headers, sizeof(headers), "%s%s", common_headers(), request->headers);
    if (status == OK && request->raw_type != NULL) {
        http_answer(request->http, 200, headers, request->raw_type, buffer_bytes(&request->raw),
                    buffer_length(&request->raw));
        goto out;
    }
    if (status != OK) {
        json_decref(json);
        json = json_pack("{s:s}", "problem",
                         request->problem[0] != '\0' ? request->problem : default_problem(status));
        request->server->counters.http_refused++;
    }
    if (json == NULL)
        json = json_object();
    text = json_dumps(json, JSON_COMPACT);
    http_answer(request->http, http_status(status), headers, "application/json", text,
                strlen(text));
    free(text);
out:
    json_decref(json);
}

static void request_free(struct api_request *request)
{
    if (request->has_upload)
        blob_abandon(&request->upload);
    json_decref(request->body);
    json_decref(request->query);
    json_decref(request->result);
    buffer_clear(&request->raw);
    free(request);
}

/* The answer goes out at once, or with the turn's changes. */
static void answer(struct api_request *request, status_t status)
{
    request->status = status;
    if (status == OK && request->route->action != NULL) {
        request->next = request->server->waiting;
        request->server->waiting = request;
        return;
    }
    send_answer(request);
    if (request->http == NULL)
        request_free(request);
}

void api_settle(struct server *server, status_t status)
{
    struct api_request *request = server->waiting;

    server->waiting = NULL;
    while (request != NULL) {
        struct api_request *next = request->next;

        if (status != OK)
            request->status = status;
        send_answer(request);
        if (request->http == NULL)
            request_free(request);
        request = next;
    }
}

void api_continue(struct api_request *request, status_t (*rest)(struct api_request *request))
{
    struct db *db = request->server->db;
    bool changes = request->route->action != NULL;
    status_t status;

    if (changes)
        db_mark(db);
    status = rest(request);
    if (status == OK && db_status(db) != OK)
        status = ERR_IO_FAILED;
    if (status == OK && changes && request->actor.org != 0)
        status = audit_add(request->server, request->actor.org, request->actor.name,
                           request->route->action, request->object);
    if (changes && status == OK)
        db_keep(db);
    else if (changes)
        db_undo(db);
    if (status == REQUEST_LATER)
        return;
    answer(request, status);
}

/* Matches a route's path; numbers in place of {names} go to `ids`. */
static bool path_matches(const char *pattern, const char *path, int64_t ids[ROUTE_IDS_MAX])
{
    size_t count = 0;

    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        char *end;
        if (*path < '1' || *path > '9' || count == ROUTE_IDS_MAX)
            return false;
        ids[count++] = strtoll(path, &end, 10);
        path = end;
        pattern = strchr(pattern, '}') + 1;
    }
    return *path == '\0';
}

static const struct route *find_route(const struct http_request *http,
                                      int64_t ids[ROUTE_IDS_MAX])
{
    for (const struct route *const *list = api_routes; *list != NULL; list++)
        for (const struct route *route = *list; route->path != NULL; route++)
            if (route->method == http->method && path_matches(route->path, http->path, ids))
                return route;
    return NULL;
}

static const struct field *find_field(const struct field *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static bool value_fits(const struct field *field, const json_t *value)
{
    switch (field->type) {
    case FIELD_TEXT:
        return json_is_string(value) && (int64_t)json_string_length(value) <= field->most &&
               strlen(json_string_value(value)) == json_string_length(value) &&
               (!field->is_required || json_string_length(value) > 0);
    case FIELD_INT:
        return json_is_integer(value) && json_integer_value(value) >= 0 &&
               json_integer_value(value) <= field->most;
    case FIELD_BOOL: return json_is_boolean(value);
    }
    return false;
}

/* Whether `values` are what the route takes: nothing unknown, nothing missing. */
static status_t check_fields(struct api_request *request, const struct field *fields,
                             json_t *values)
{
    const char *name;
    json_t *value;

    json_object_foreach(values, name, value) {
        const struct field *field = find_field(fields, name);

        if (field == NULL)
            return api_refuse(request, ERR_BAD_ARGUMENT, "'%.40s' is not a field of this", name);
        if (!value_fits(field, value))
            return api_refuse(request, ERR_BAD_ARGUMENT, "'%s' is not as it must be: %s", name,
                              field->words);
    }
    for (; fields != NULL && fields->name != NULL; fields++)
        if (fields->is_required && json_object_get(values, fields->name) == NULL)
            return api_refuse(request, ERR_BAD_ARGUMENT, "'%s' is missing: %s", fields->name,
                              fields->words);
    return OK;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Undoes %XX and +, in place; false for what is neither. */
static bool decode_url(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (*text == '+') {
            *to++ = ' ';
        } else if (*text != '%') {
            *to++ = *text;
        } else {
            int high = hex_value(text[1]);
            int low = high < 0 ? -1 : hex_value(text[2]);

            if (low < 0 || (high == 0 && low == 0))
                return false;
            *to++ = (char)(high << 4 | low);
            text += 2;
        }
    }
    *to = '\0';
    return true;
}

static json_t *value_from_text(const struct field *field, const char *text)
{
    char *end;
    long long number;

    if (field == NULL || field->type == FIELD_TEXT)
        return json_string(text); /* null when it is no UTF-8 */
    if (field->type == FIELD_BOOL)
        return json_boolean(strcmp(text, "true") == 0);
    number = strtoll(text, &end, 10);
    return *end == '\0' && end != text ? json_integer(number) : NULL;
}

static status_t read_query(struct api_request *request, char *text)
{
    char *rest = text;
    char *pair;

    request->query = json_object();
    while ((pair = strsep(&rest, "&")) != NULL) {
        char *value = strchr(pair, '=');
        json_t *json;

        if (*pair == '\0')
            continue;
        if (value == NULL || (*value++ = '\0', !decode_url(pair) || !decode_url(value)))
            return api_refuse(request, ERR_BAD_ARGUMENT, "the query is not well formed");
        json = value_from_text(find_field(request->route->query, pair), value);
        if (json == NULL || json_object_set_new(request->query, pair, json) != 0)
            return api_refuse(request, ERR_BAD_ARGUMENT, "the query has a bad value");
    }
    return check_fields(request, request->route->query, request->query);
}

static status_t read_body(struct api_request *request, const struct buffer *body)
{
    json_error_t error;

    if (request->route->takes_upload)
        return OK;
    if (buffer_length(body) == 0)
        request->body = json_object();
    else
        request->body = json_loadb((const char *)buffer_bytes(body), buffer_length(body),
                                   JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(request->body))
        return api_refuse(request, ERR_BAD_REQUEST, "the body is not a JSON object");
    return check_fields(request, request->route->body, request->body);
}

/* A page of another origin must not act with a person's cookie. */
static status_t check_forgery(struct api_request *request, const struct http_request *http)
{
    const char *origin = http->headers[HEADER_ORIGIN];
    const char *csrf = http->headers[HEADER_CSRF];
    const char *host = origin != NULL ? strstr(origin, "://") : NULL;

    if (http->method == HTTP_GET || http->method == HTTP_HEAD)
        return OK;
    if (origin != NULL && (host == NULL || http->headers[HEADER_HOST] == NULL ||
                           strcmp(host + 3, http->headers[HEADER_HOST]) != 0))
        return api_refuse(request, ERR_NOT_PERMITTED, "the request comes from another site");
    if (request->actor.csrf[0] != '\0' &&
        (csrf == NULL || !secret_equals(csrf, request->actor.csrf)))
        return api_refuse(request, ERR_NOT_PERMITTED, "the X-CSRF-Token header is not right");
    return OK;
}

static status_t admit(struct api_request *request, const struct http_request *http)
{
    status_t status = OK;

    if (request->route->role != ROLE_NONE)
        status = account_identify(request, http);
    if (status == OK)
        status = check_forgery(request, http);
    if (status == OK && request->actor.role < request->route->role)
        status = ERR_NOT_PERMITTED;
    if (status == OK)
        status = read_query(request, http->query);
    if (status == OK && request->route->takes_upload) {
        status = blob_begin(&request->upload, &request->server->blobs);
        request->has_upload = status == OK;
    }
    return status;
}

static enum http_body begin_api(struct http *http)
{
    struct api_request *request = calloc(1, sizeof(*request));
    const struct route *route;
    status_t status;

    if (request == NULL)
        return BODY_REFUSED;
    http->state = request;
    request->server = http->context;
    request->http = http;
    request->is_secure = http->is_secure;
    snprintf(request->peer, sizeof(request->peer), "%s", http->peer);
    route = find_route(http->request, request->ids);
    request->route = route;
    status = route != NULL ? admit(request, http->request) : ERR_NOT_FOUND;
    if (status == OK)
        return route->takes_upload ? BODY_PASS_ON : BODY_KEEP;
    request->status = status;
    send_answer(request);
    return BODY_REFUSED;
}

enum area { AREA_API, AREA_DEVICE, AREA_UI };

static enum area area_of(const struct http_request *request)
{
    if (strncmp(request->path, "/api/", 5) == 0 || strcmp(request->path, "/metrics") == 0)
        return AREA_API;
    return strncmp(request->path, "/device/", 8) == 0 ? AREA_DEVICE : AREA_UI;
}

static enum http_body http_head(struct http *http)
{
    struct server *server = http->context;

    server->counters.http_requests++;
    http->state = NULL;
    return area_of(http->request) == AREA_API ? begin_api(http) : BODY_KEEP;
}

static bool http_part(struct http *http, const void *data, size_t size)
{
    struct api_request *request = http->state;
    status_t status = OK;

    if (request->upload.size + size > UPLOAD_MAX)
        status = api_refuse(request, ERR_OVER_LIMIT, "an upload has at most %d MiB",
                            UPLOAD_MAX >> 20);
    if (status == OK)
        status = blob_add(&request->upload, data, size);
    if (status == OK)
        return true;
    request->status = status;
    send_answer(request);
    return false;
}

static void http_complete(struct http *http)
{
    struct api_request *request = http->state;
    status_t status;

    switch (area_of(http->request)) {
    case AREA_DEVICE: link_request(http); return;
    case AREA_UI: ui_answer(http); return;
    case AREA_API: break;
    }
    status = read_body(request, &http->request->body);
    if (status == OK)
        api_continue(request, request->route->handle);
    else
        answer(request, status);
}

/* A request that something else still works on is freed when that ends. */
static void http_over(struct http *http, bool is_gone)
{
    struct api_request *request = http->state;

    if (area_of(http->request) != AREA_API || request == NULL)
        return;
    http->state = NULL;
    request->http = NULL;
    if (!is_gone || http->phase != HTTP_WORKING)
        request_free(request);
}

static void http_closed(struct http *http)
{
    struct server *server = http->context;

    server->connection_count--;
}

const struct http_owner api_http_owner = {
    .head = http_head,
    .part = http_part,
    .complete = http_complete,
    .over = http_over,
    .input = link_input,
    .closed = http_closed,
};
