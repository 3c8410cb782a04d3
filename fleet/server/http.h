/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 on a stream: requests in, one at a time, responses out.
 *
 * llhttp parses.  When a request's head is in, its owner says what becomes of the body; when all is
 * in, the owner answers, now or later.  Sizes and times are bounded; what breaks a bound or the
 * protocol is answered once and ends the connection.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <llhttp.h>
#include <net/stream.h>

enum {
    HTTP_TARGET_MAX = 2048,
    HTTP_HEADERS_MAX = 8192,
    HTTP_VALUE_MAX = 1024, /* of a header that is looked at */
    HTTP_BODY_MAX = 65536, /* that is kept in memory */
};

/* The headers that mean something here. */
enum http_header {
    HEADER_AUTHORIZATION,
    HEADER_COOKIE,
    HEADER_CSRF,
    HEADER_ORIGIN,
    HEADER_HOST,
    HEADER_RANGE,
    HEADER_UPGRADE,
    HEADER_SOCKET_KEY,
    HEADER_SOCKET_VERSION,
    HEADER_SOCKET_PROTOCOL,
    HEADER_COUNT,
};

struct http;

struct http_request {
    enum llhttp_method method;
    char target[HTTP_TARGET_MAX + 1]; /* as it came: path and query */
    char *path;
    char *query; /* behind the ?, or "" */
    char *headers[HEADER_COUNT]; /* null when it did not come */
    struct buffer body;
    bool is_upgrade;
    bool keeps_alive;
};

/* What becomes of a request's body. */
enum http_body { BODY_KEEP, BODY_PASS_ON, BODY_REFUSED };

enum http_phase { HTTP_READING, HTTP_WORKING, HTTP_SENDING, HTTP_UPGRADED };

struct http_owner {
    /* The head is in.  BODY_REFUSED: the owner has answered, and the connection ends. */
    enum http_body (*head)(struct http *http);
    /* A part of a body that is passed on; false: answered, and the connection ends. */
    bool (*part)(struct http *http, const void *data, size_t size);
    /* All is in: answer, now or later. */
    void (*complete)(struct http *http);
    /* The answer, a file's content too, is sent, or the connection is gone; once a request. */
    void (*over)(struct http *http, bool is_gone);
    /* Bytes after an upgrade; null: its connection is gone. */
    void (*input)(struct http *http, const uint8_t *data, size_t size);
    /* The connection is gone, whatever it was doing. */
    void (*closed)(struct http *http);
};

struct http {
    struct stream stream;
    const struct http_owner *owner;
    void *context; /* the owner's, for all its connections */
    void *state;   /* the owner's, for this one */
    bool is_secure;
    char peer[48]; /* address */

    llhttp_t parser;
    struct http_request *request; /* null between requests and after an upgrade */
    enum http_header header;      /* whose value is coming; HEADER_COUNT: of no interest */
    char header_name[32];
    size_t header_bytes;
    enum http_body body;
    struct buffer early; /* input behind the request that is being answered */
    struct timer deadline;
    enum http_phase phase;

    int file; /* the rest of the answer, or -1 */
    uint64_t file_offset;
    uint64_t file_left;
};

/* Takes the descriptor.  Frees itself in the end. */
status_t http_open(struct net *net, const struct http_owner *owner, void *context, int fd,
                   SSL_CTX *tls, const char *peer);

/* `headers` are whole lines.  The answer's length is told by `size`. */
void http_answer(struct http *http, unsigned status, const char *headers, const char *type,
                 const void *body, size_t size);

/* Consumes the descriptor: `size` bytes of it from `offset`; `total` is the whole file. */
void http_answer_file(struct http *http, unsigned status, const char *headers, const char *type,
                      int fd, uint64_t offset, uint64_t size);

/* 101; from now on input goes to the owner's `input`. */
void http_upgrade(struct http *http, const char *headers);

/* For what lasts longer than a request: the deadline ends the connection; 0: none. */
void http_set_deadline(struct http *http, uint64_t delay_ms);

#endif
