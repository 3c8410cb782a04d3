/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 connections.
 */
#include "http.h"

#include <abi/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    HEAD_MS = 10000,  /* a request's head must be in */
    PART_MS = 20000,  /* something must move: a part of a body, a part of an answer */
    IDLE_MS = 60000,  /* between requests */
    EARLY_MAX = 16384,
    FILE_PART = 65536,
};

static const char *const header_names[HEADER_COUNT] = {
    "authorization", "cookie", "x-csrf-token", "origin", "host", "range", "upgrade",
    "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol",
};

static struct http *http_of_parser(llhttp_t *parser)
{
    return container_of(parser, struct http, parser);
}

static void request_destroy(struct http_request *request)
{
    for (size_t i = 0; i < HEADER_COUNT; i++)
        free(request->headers[i]);
    buffer_clear(&request->body);
    free(request);
}

void http_set_deadline(struct http *http, uint64_t delay_ms)
{
    if (delay_ms == 0)
        timer_stop(http->stream.net->loop, &http->deadline);
    else
        timer_start(http->stream.net->loop, &http->deadline, delay_ms);
}

static void deadline_passed(struct timer *timer)
{
    stream_close(&container_of(timer, struct http, deadline)->stream);
}

static int begin_request(llhttp_t *parser)
{
    struct http *http = http_of_parser(parser);

    http->request = calloc(1, sizeof(*http->request));
    if (http->request == NULL)
        return HPE_USER;
    http->request->path = http->request->query = http->request->target;
    http->header_bytes = 0;
    http->header = HEADER_COUNT;
    http->header_name[0] = '\0';
    http_set_deadline(http, HEAD_MS);
    return HPE_OK;
}

/* Appends to a bounded string; false when it does not fit. */
static bool append(char *to, size_t size, const char *text, size_t length)
{
    size_t used = strlen(to);

    if (length >= size - used)
        return false;
    memcpy(to + used, text, length);
    to[used + length] = '\0';
    return true;
}

static int got_target(llhttp_t *parser, const char *text, size_t length)
{
    struct http_request *request = http_of_parser(parser)->request;

    return append(request->target, sizeof(request->target), text, length) ? HPE_OK : HPE_USER;
}

static bool counts_header_bytes(struct http *http, size_t length)
{
    http->header_bytes += length;
    return http->header_bytes <= HTTP_HEADERS_MAX;
}

static int got_header_name(llhttp_t *parser, const char *text, size_t length)
{
    struct http *http = http_of_parser(parser);

    if (!counts_header_bytes(http, length))
        return HPE_USER;
    if (!append(http->header_name, sizeof(http->header_name), text, length))
        http->header_name[0] = '\0'; /* longer than any that means something */
    return HPE_OK;
}

static int header_name_ended(llhttp_t *parser)
{
    struct http *http = http_of_parser(parser);

    for (http->header = 0; http->header < HEADER_COUNT; http->header++)
        if (strcasecmp(http->header_name, header_names[http->header]) == 0)
            break;
    http->header_name[0] = '\0';
    /* One that comes twice would mean one thing here and another elsewhere. */
    if (http->header < HEADER_COUNT && http->request->headers[http->header] != NULL)
        return HPE_USER;
    return HPE_OK;
}

static int got_header_value(llhttp_t *parser, const char *text, size_t length)
{
    struct http *http = http_of_parser(parser);
    char **value;

    if (!counts_header_bytes(http, length))
        return HPE_USER;
    if (http->header == HEADER_COUNT)
        return HPE_OK;
    value = &http->request->headers[http->header];
    if (*value == NULL)
        *value = calloc(1, HTTP_VALUE_MAX + 1);
    return *value != NULL && append(*value, HTTP_VALUE_MAX + 1, text, length) ? HPE_OK : HPE_USER;
}

static int head_ended(llhttp_t *parser)
{
    struct http *http = http_of_parser(parser);
    struct http_request *request = http->request;
    char *query = strchr(request->target, '?');

    request->method = llhttp_get_method(parser);
    if (query != NULL) {
        *query = '\0';
        request->query = query + 1;
    } else {
        request->query = request->target + strlen(request->target);
    }
    request->keeps_alive = llhttp_should_keep_alive(parser);
    request->is_upgrade = parser->upgrade;
    http->body = http->owner->head(http);
    http_set_deadline(http, PART_MS);
    return http->body == BODY_REFUSED ? HPE_USER : HPE_OK;
}

static int got_body(llhttp_t *parser, const char *data, size_t length)
{
    struct http *http = http_of_parser(parser);

    http_set_deadline(http, PART_MS);
    if (http->body == BODY_PASS_ON)
        return http->owner->part(http, data, length) ? HPE_OK : HPE_USER;
    if (buffer_length(&http->request->body) + length > HTTP_BODY_MAX)
        return HPE_USER;
    buffer_add(&http->request->body, data, length);
    return HPE_OK;
}

static int request_ended(llhttp_t *parser)
{
    struct http *http = http_of_parser(parser);

    http_set_deadline(http, 0);
    http->phase = HTTP_WORKING;
    http->owner->complete(http);
    return HPE_PAUSED; /* what is behind it waits for the answer */
}

static const llhttp_settings_t settings = {
    .on_message_begin = begin_request,
    .on_url = got_target,
    .on_header_field = got_header_name,
    .on_header_field_complete = header_name_ended,
    .on_header_value = got_header_value,
    .on_headers_complete = head_ended,
    .on_body = got_body,
    .on_message_complete = request_ended,
};

/* Broken, or beyond a bound: say so, unless the owner has, and end. */
static void refuse(struct http *http)
{
    if (http->phase == HTTP_READING)
        http_answer(http, 400, "Connection: close\r\n", "text/plain", "bad request\n", 12);
    stream_end(&http->stream);
}

static void parse(struct http *http, const uint8_t *data, size_t size)
{
    llhttp_errno_t error = llhttp_execute(&http->parser, (const char *)data, size);
    const uint8_t *stop;

    if (error == HPE_OK)
        return;
    if (error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE) {
        refuse(http);
        return;
    }
    stop = (const uint8_t *)llhttp_get_error_pos(&http->parser);
    size -= (size_t)(stop - data);
    if (http->phase == HTTP_UPGRADED && size > 0)
        http->owner->input(http, stop, size);
    else if (size > EARLY_MAX)
        refuse(http);
    else
        buffer_add(&http->early, stop, size);
}

static void stream_input(struct stream *stream, const uint8_t *data, size_t size)
{
    struct http *http = container_of(stream, struct http, stream);

    if (http->phase == HTTP_UPGRADED)
        http->owner->input(http, data, size);
    else if (stream->ends_when_sent)
        return;
    else if (http->phase == HTTP_READING)
        parse(http, data, size);
    else if (buffer_length(&http->early) + size <= EARLY_MAX)
        buffer_add(&http->early, data, size);
    else
        stream_end(stream);
}

/* The next part of a file.  When it got shorter the answer is broken, which only an end can say. */
static void send_file(struct http *http)
{
    size_t size = http->file_left < FILE_PART ? (size_t)http->file_left : FILE_PART;
    struct buffer *out = stream_output(&http->stream);
    ssize_t got = pread(http->file, buffer_reserve(out, size), size, (off_t)http->file_offset);

    if (got <= 0) {
        stream_close(&http->stream);
        return;
    }
    out->end += (size_t)got;
    http->file_offset += (uint64_t)got;
    http->file_left -= (uint64_t)got;
    if (http->file_left == 0) {
        close(http->file);
        http->file = -1;
    }
}

static void request_over(struct http *http, bool is_gone)
{
    if (http->request == NULL)
        return;
    http->owner->over(http, is_gone);
    request_destroy(http->request);
    http->request = NULL;
}

static void answer_sent(struct http *http)
{
    bool keeps_alive = http->request->keeps_alive;
    struct buffer early = http->early;

    request_over(http, false);
    http->phase = HTTP_READING;
    http_set_deadline(http, IDLE_MS);
    if (!keeps_alive) {
        stream_end(&http->stream);
        return;
    }
    http->early = (struct buffer){0};
    llhttp_resume(&http->parser);
    if (buffer_length(&early) > 0)
        parse(http, buffer_bytes(&early), buffer_length(&early));
    buffer_clear(&early);
}

static void stream_drained(struct stream *stream)
{
    struct http *http = container_of(stream, struct http, stream);

    if (http->file >= 0) {
        http_set_deadline(http, PART_MS);
        send_file(http);
    } else if (http->phase == HTTP_SENDING && !stream->ends_when_sent) {
        answer_sent(http);
    }
}

static void stream_closed(struct stream *stream)
{
    struct http *http = container_of(stream, struct http, stream);

    timer_stop(stream->net->loop, &http->deadline);
    request_over(http, true);
    if (http->phase == HTTP_UPGRADED)
        http->owner->input(http, NULL, 0);
    if (http->file >= 0)
        close(http->file);
    buffer_clear(&http->early);
    http->owner->closed(http);
    loop_free_later(stream->net->loop, http);
}

static const struct stream_owner stream_owner = {stream_input, stream_drained, stream_closed};

status_t http_open(struct net *net, const struct http_owner *owner, void *context, int fd,
                   SSL_CTX *tls, const char *peer)
{
    struct http *http = calloc(1, sizeof(*http));
    status_t status;

    if (http == NULL) {
        close(fd);
        return ERR_NO_MEMORY;
    }
    http->owner = owner;
    http->context = context;
    http->is_secure = tls != NULL;
    http->file = -1;
    http->deadline.fire = deadline_passed;
    snprintf(http->peer, sizeof(http->peer), "%s", peer);
    llhttp_init(&http->parser, HTTP_REQUEST, &settings);
    status = stream_open(&http->stream, net, &stream_owner, fd, tls, true);
    if (status == OK)
        http_set_deadline(http, HEAD_MS);
    else
        free(http);
    return status;
}

static const char *phrase(unsigned status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 416: return "Range Not Satisfiable";
    case 429: return "Too Many Requests";
    case 507: return "Insufficient Storage";
    default: return "Error";
    }
}

static void put_head(struct http *http, unsigned status, const char *headers, const char *type,
                     uint64_t size)
{
    struct buffer *out = stream_output(&http->stream);

    buffer_print(out, "HTTP/1.1 %u %s\r\n", status, phrase(status));
    if (type != NULL)
        buffer_print(out, "Content-Type: %s\r\n", type);
    buffer_print(out, "Content-Length: %llu\r\n%s\r\n", (unsigned long long)size, headers);
    http->phase = HTTP_SENDING;
    http_set_deadline(http, PART_MS);
}

void http_answer(struct http *http, unsigned status, const char *headers, const char *type,
                 const void *body, size_t size)
{
    bool has_body = http->request == NULL || http->request->method != HTTP_HEAD;

    if (http->stream.is_closed)
        return;
    put_head(http, status, headers, type, size);
    if (has_body)
        stream_write(&http->stream, body, size);
}

void http_answer_file(struct http *http, unsigned status, const char *headers, const char *type,
                      int fd, uint64_t offset, uint64_t size)
{
    if (http->stream.is_closed || size == 0 || http->request->method == HTTP_HEAD) {
        close(fd);
        http_answer(http, status, headers, type, "", 0);
        return;
    }
    put_head(http, status, headers, type, size);
    http->file = fd;
    http->file_offset = offset;
    http->file_left = size;
}

void http_upgrade(struct http *http, const char *headers)
{
    struct buffer *out = stream_output(&http->stream);

    buffer_print(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\n%s\r\n", headers);
    http->phase = HTTP_UPGRADED;
    http_set_deadline(http, 0);
    request_over(http, false);
}
