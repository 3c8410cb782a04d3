/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programming interface: a table of routes, and what a handler gets.
 *
 * A route says who may use it and what it takes; dispatch checks that, calls the handler, writes
 * the audit log and answers.  The OpenAPI description is made from the same table, so they agree.
 */
#ifndef SERVER_API_H
#define SERVER_API_H

#include "server.h"

#include "http.h"

#include <base/compiler.h>
#include <jansson.h>

enum { ROUTE_IDS_MAX = 2, PROBLEM_TEXT_SIZE = 240, OBJECT_TEXT_SIZE = 160 };

/* Who asks.  Everything a handler finds, it finds by `org`. */
struct actor {
    int64_t org;
    int64_t person;
    enum role role;
    char name[128];   /* for the audit log */
    char csrf[SECRET_SIZE]; /* of a session; empty for a token */
    uint8_t session[SHA256_BYTES];
};

enum field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL };

/* A value in the query or in the body. */
struct field {
    const char *name;
    enum field_type type;
    bool is_required;
    int64_t most; /* bytes of a text, the largest number */
    const char *words;
};

struct api_request;

enum { REQUEST_LATER = 1 }; /* the handler's work goes on elsewhere, and ends in api_continue */

struct route {
    enum llhttp_method method;
    const char *path; /* with {id} where numbers stand */
    enum role role;   /* the least; ROLE_NONE: nobody has to be known */
    const char *words;
    const struct field *query; /* each list ends with a row without a name, and may be null */
    const struct field *body;
    const char *action; /* for the audit log; null: nothing is changed */
    bool takes_upload;
    status_t (*handle)(struct api_request *request);
};

struct api_request {
    struct server *server;
    struct http *http; /* null when the connection is gone */
    const struct route *route;
    struct actor actor;
    int64_t ids[ROUTE_IDS_MAX];
    json_t *body;                   /* an object, checked against the route */
    json_t *query;                  /* the same */
    json_t *result;                 /* the answer; null: an empty object */
    struct buffer raw;              /* or an answer that is no JSON, of this type */
    const char *raw_type;
    char headers[512];              /* more lines for the answer's head */
    char problem[PROBLEM_TEXT_SIZE]; /* why it is refused, for people */
    char object[OBJECT_TEXT_SIZE];  /* what was acted on, for the audit log */
    struct blob_writer upload;
    uint8_t upload_hash[SHA256_BYTES];
    bool has_upload;
    char peer[48];
    bool is_secure;
    struct job *job;          /* that has done the handler's work */
    status_t status;          /* told when the turn's changes are durable */
    struct api_request *next; /* that waits for the same */
};

/* Values of the checked query or body; what was not given is null, 0 or false. */
const char *field_text(const json_t *fields, const char *name);
int64_t field_int(const json_t *fields, const char *name);
bool field_bool(const json_t *fields, const char *name);
bool field_is_given(const json_t *fields, const char *name);

/* Notes why and returns `status`. */
PRINTF_LIKE(3, 4) status_t api_refuse(struct api_request *request, status_t status,
                                      const char *fmt, ...);

/* What was acted on. */
PRINTF_LIKE(2, 3) void api_name(struct api_request *request, const char *fmt, ...);

/* Goes on with a request whose handler said REQUEST_LATER, by what takes the handler's place. */
void api_continue(struct api_request *request, status_t (*rest)(struct api_request *request));

/* Answers all that waited for the turn's changes; `status` is how storing them went. */
void api_settle(struct server *server, status_t status);

/* The owner of HTTP connections; their context is the server. */
extern const struct http_owner api_http_owner;

/* The rows of a query, by the names of the columns; one whose name begins with is_ is a boolean,
 * one that ends in _json is put in as what it holds, under its name without that. */
json_t *rows_to_json(struct statement *rows);
json_t *row_to_json(struct statement *row);

/* One row as the answer; ERR_NOT_FOUND when there is none. */
status_t answer_row(struct api_request *request, struct statement *row);
status_t answer_rows(struct api_request *request, struct statement *rows);

/* The routes of each area; each list ends with a row without a path. */
extern const struct route account_routes[];
extern const struct route structure_routes[];
extern const struct route device_routes[];
extern const struct route release_routes[];
extern const struct route rollout_routes[];
extern const struct route service_routes[];
extern const struct route *const api_routes[]; /* all of them; ends with null */

/* The description of the interface, made from the routes. */
json_t *openapi(void);

#endif
