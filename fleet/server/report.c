/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices' reports, each kept within limits, and the blobs they fetch.
 */
#include "report.h"

#include "account.h"
#include "admit.h"
#include "rollout.h"

#include <abi/status.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    SERIES_MAX = 64,    /* of a device */
    SAMPLES_MAX = 2000, /* of a series */
    LINES_MAX = 5000,   /* of a device's log */
    TRIM_EVERY = 16,    /* messages; what is over the limits in between is small */
};
static const uint64_t CLOCK_SLACK_MS = 24 * 3600 * 1000;

/* A device's clock is believed within a day; beyond it the time is when we heard. */
static int64_t believed_time(uint64_t time)
{
    uint64_t now = clock_ms();

    return (int64_t)(time + CLOCK_SLACK_MS < now || time > now + CLOCK_SLACK_MS ? now : time);
}

static bool may_have_series(struct link *link, const char *series)
{
    struct statement *row = db_prepare(
        link->server->db, "SELECT EXISTS (SELECT 1 FROM telemetry WHERE device = ?1"
                          "  AND series = ?2) OR (SELECT count(DISTINCT series) FROM telemetry"
                          "  WHERE device = ?1) < ?3");

    put_int(row, link->device);
    put_text(row, series);
    put_int(row, SERIES_MAX);
    return db_number(row, 0) != 0;
}

static void trim_series(struct link *link, const char *series)
{
    struct statement *row = db_prepare(
        link->server->db, "DELETE FROM telemetry WHERE device = ?1 AND series = ?2 AND time <="
                          " (SELECT time FROM telemetry WHERE device = ?1 AND series = ?2"
                          "  ORDER BY time DESC LIMIT 1 OFFSET ?3)");

    put_int(row, link->device);
    put_text(row, series);
    put_int(row, SAMPLES_MAX);
    db_run(row);
}

static void keep_sample(struct link *link, const struct fleet_sample *sample)
{
    char app[32];
    char name[32];
    char series[80];
    struct statement *row;

    clean_text(app, sizeof(app), sample->app);
    clean_text(name, sizeof(name), sample->name);
    snprintf(series, sizeof(series), "%s/%s", app, name);
    if (!may_have_series(link, series))
        return;
    row = db_prepare(link->server->db,
                     "INSERT INTO telemetry (device, series, time, value) VALUES (?1, ?2, ?3, ?4)");
    put_int(row, link->device);
    put_text(row, series);
    put_int(row, believed_time(sample->time));
    put_real(row, sample->value);
    db_run(row);
    if (link->server->counters.device_messages % TRIM_EVERY == 0)
        trim_series(link, series);
}

static void keep_line(struct link *link, const struct fleet_log_line *line)
{
    struct statement *row = db_prepare(
        link->server->db, "INSERT INTO log_line (device, time, app, text) VALUES (?1, ?2, ?3, ?4)");
    char app[32];
    char text[241];

    clean_text(app, sizeof(app), line->app);
    clean_text(text, sizeof(text), line->text);
    put_int(row, link->device);
    put_int(row, believed_time(line->time));
    put_text(row, app);
    put_text(row, text);
    db_run(row);
}

static void keep_lines(struct link *link, const struct fleet_logs *logs)
{
    struct statement *row;

    if (logs->lost > 0)
        device_note(link->server, link->device, "%llu log lines were lost on the device",
                    (unsigned long long)logs->lost);
    for (uint32_t i = 0; i < logs->lines_count; i++)
        keep_line(link, &logs->lines[i]);
    row = db_prepare(link->server->db, "DELETE FROM log_line WHERE device = ?1 AND id <="
                                       " (SELECT id FROM log_line WHERE device = ?1"
                                       "  ORDER BY id DESC LIMIT 1 OFFSET ?2)");
    put_int(row, link->device);
    put_int(row, LINES_MAX);
    db_run(row);
}

static json_t *text_to_json(struct wire_bytes text)
{
    char clean[256];

    clean_text(clean, sizeof(clean), text);
    return json_string(clean);
}

static json_t *apps_to_json(const struct fleet_inspection *inspection)
{
    static const char *const states[] = {"down", "starting", "ready", "stopping", "given up"};
    json_t *list = json_array();

    for (uint32_t i = 0; i < inspection->apps_count; i++) {
        const struct fleet_app *app = &inspection->apps[i];

        json_array_append_new(
            list, json_pack("{s:o, s:s, s:I, s:I, s:b}", "name", text_to_json(app->name), "state",
                            app->state < array_count(states) ? states[app->state] : "unknown",
                            "restarts", (json_int_t)(app->restarts & INT64_MAX), "memory",
                            (json_int_t)(app->memory & INT64_MAX), "is_server",
                            app->message_server));
    }
    return list;
}

static json_t *connections_to_json(const struct fleet_inspection *inspection)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < inspection->connections_count; i++) {
        const struct fleet_connection *connection = &inspection->connections[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "client",
                                              text_to_json(connection->client), "server",
                                              text_to_json(connection->server), "protocol",
                                              text_to_json(connection->protocol)));
    }
    return list;
}

static void keep_inspection(struct link *link, const struct fleet_inspection *inspection)
{
    json_t *json = json_pack("{s:o, s:o, s:I, s:o, s:o}", "system",
                             text_to_json(inspection->system), "release",
                             text_to_json(inspection->release), "memory_free",
                             (json_int_t)(inspection->memory_free & INT64_MAX), "apps",
                             apps_to_json(inspection), "connections",
                             connections_to_json(inspection));
    char *text = json_dumps(json, JSON_COMPACT);
    struct statement *row = db_prepare(
        link->server->db, "UPDATE device SET inspection = ?1, inspected = ?2, generation = ?3,"
                          " booted_well = ?4 WHERE id = ?5");

    put_text(row, text);
    put_int(row, (int64_t)clock_ms());
    put_int(row, (int64_t)(inspection->generation & INT64_MAX));
    put_int(row, inspection->booted_well);
    put_int(row, link->device);
    db_run(row);
    free(text);
    json_decref(json);
}

/* An answer to a command nobody waits for says nothing. */
static void end_command(struct link *link, uint64_t id, uint64_t status, struct wire_bytes text)
{
    char why[241];

    for (size_t i = 0; id != 0 && i < COMMANDS_MAX; i++) {
        if (link->commands[i].id != id)
            continue;
        link->commands[i].id = 0;
        clean_text(why, sizeof(why), text);
        if (status == 0)
            device_note(link->server, link->device, "%s: done", link->commands[i].words);
        else
            device_note(link->server, link->device, "%s: refused, %s", link->commands[i].words,
                        why[0] != '\0' ? why : "for no reason it gave");
    }
}

static void forget_command(struct link *link, uint64_t id)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (link->commands[i].id == id)
            link->commands[i].id = 0;
}

void report_message(struct link *link, const struct fleet_message *message)
{
    switch (message->type) {
    case FLEET_DONE:
        end_command(link, message->done.id, message->done.status, message->done.text);
        break;
    case FLEET_INSPECTION:
        forget_command(link, message->inspection.id);
        keep_inspection(link, &message->inspection);
        break;
    case FLEET_TELEMETRY:
        for (uint32_t i = 0; i < message->telemetry.samples_count; i++)
            keep_sample(link, &message->telemetry.samples[i]);
        break;
    case FLEET_LOGS: keep_lines(link, &message->logs); break;
    case FLEET_UPGRADE_PROGRESS: rollout_progress(link, &message->upgrade_progress); break;
    case FLEET_UPGRADE_RESULT: rollout_result(link, &message->upgrade_result); break;
    default: break; /* credit: we send nothing that needs any */
    }
}

void report_ask_inspection(struct link *link)
{
    struct fleet_message message = {.type = FLEET_INSPECT};

    message.inspect.id = link_command(link, "inspection");
    if (message.inspect.id != 0)
        link_send(link, &message);
}

void report_gone(struct link *link)
{
    admit_mark_online(link->server, link->device, false);
    device_note(link->server, link->device, "disconnected");
    rollout_device_gone(link);
}

/* The link whose ticket a request bears. */
static struct link *link_of_request(struct http *http)
{
    const char *value = http->request->headers[HEADER_AUTHORIZATION];
    struct link *link;
    char *secret;

    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    link = link_find(http->context, strtoll(value + 7, &secret, 10));
    return link != NULL && *secret == '.' && secret_equals(value + 7, link->ticket) ? link : NULL;
}

/* Whether an offer that stands names the blob. */
static bool may_fetch(struct link *link, const uint8_t hash[SHA256_BYTES])
{
    struct statement *row = db_prepare(
        link->server->db,
        "SELECT 1 FROM rollout_device d JOIN rollout r ON r.id = d.rollout"
        " JOIN release_file f ON f.release = r.release AND f.org = ?2"
        " WHERE d.device = ?1 AND d.state BETWEEN 1 AND 4 AND r.phase = 1 AND f.hash = ?3"
        " LIMIT 1");

    put_int(row, link->device);
    put_int(row, link->org);
    put_blob(row, hash, SHA256_BYTES);
    return db_number(row, 0) == 1;
}

/* `bytes=FIRST-` and `bytes=FIRST-LAST`; anything else is as if it was not there. */
static bool read_range(const char *range, uint64_t size, uint64_t *first, uint64_t *length)
{
    unsigned long long from;
    unsigned long long to = size - 1;
    int fields = range != NULL ? sscanf(range, "bytes=%llu-%llu", &from, &to) : 0;

    *first = 0;
    *length = size;
    if (fields < 1 || from > to)
        return false;
    if (to >= size)
        to = size - 1;
    *first = from;
    *length = from < size ? to - from + 1 : 0;
    return true;
}

static void answer_plain(struct http *http, unsigned status, const char *text)
{
    http_answer(http, status, "", "text/plain", text, strlen(text));
}

void report_blob(struct http *http, const char *name)
{
    struct server *server = http->context;
    struct link *link = link_of_request(http);
    uint8_t hash[SHA256_BYTES];
    uint64_t size, first, length;
    bool is_part;
    char headers[120];
    int fd;

    if (http->request->method != HTTP_GET || link == NULL) {
        answer_plain(http, 401, "no such ticket\n");
        return;
    }
    if (!hash_from_text(name, hash) || !may_fetch(link, hash) ||
        blob_read(&server->blobs, hash, &fd, &size) != OK) {
        answer_plain(http, 404, "nothing of that name is meant for this device\n");
        return;
    }
    is_part = read_range(http->request->headers[HEADER_RANGE], size, &first, &length);
    if (is_part && length == 0) {
        close(fd);
        answer_plain(http, 416, "beyond the end\n");
        return;
    }
    snprintf(headers, sizeof(headers), "Content-Range: bytes %llu-%llu/%llu\r\n",
             (unsigned long long)first, (unsigned long long)(first + length - 1),
             (unsigned long long)size);
    server->counters.blob_bytes += length;
    http_answer_file(http, is_part ? 206 : 200, is_part ? headers : "",
                     "application/octet-stream", fd, first, length);
}
