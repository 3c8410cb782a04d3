/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service about itself: its audit log, its numbers, its description.
 */
#include "api.h"

#include <abi/status.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static status_t audit(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db, "SELECT number, time, actor, action, object, hash FROM audit"
                             " WHERE org = ?1 AND (?2 = 0 OR number < ?2)"
                             " ORDER BY number DESC LIMIT 200");

    put_int(rows, request->actor.org);
    put_int(rows, field_int(request->query, "before"));
    return answer_rows(request, rows);
}

static status_t description(struct api_request *request)
{
    request->result = openapi();
    return request->result != NULL ? OK : ERR_NO_MEMORY;
}

static uint64_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void print_metric(struct buffer *out, const char *name, const char *type, const char *help,
                         uint64_t value)
{
    buffer_print(out, "# HELP skerryvore_%s %s\n# TYPE skerryvore_%s %s\nskerryvore_%s %llu\n",
                 name, help, name, type, name, (unsigned long long)value);
}

static status_t metrics(struct api_request *request)
{
    const struct server *server = request->server;
    const struct counters *counters = &server->counters;
    struct buffer *out = &request->raw;

    print_metric(out, "devices_connected", "gauge", "Devices with a link.", server->link_count);
    print_metric(out, "connections", "gauge", "Open connections.", server->connection_count);
    print_metric(out, "resident_bytes", "gauge", "Resident memory.", resident_bytes());
    print_metric(out, "uptime_seconds", "gauge", "Since the start.",
                 (loop_now_ms(server->loop) - server->started_ms) / 1000);
    print_metric(out, "device_connects_total", "counter", "Devices let in.",
                 counters->device_connects);
    print_metric(out, "device_refusals_total", "counter", "Devices sent away.",
                 counters->device_refusals);
    print_metric(out, "device_messages_total", "counter", "Messages from devices.",
                 counters->device_messages);
    print_metric(out, "blob_bytes_total", "counter", "Bytes of blobs asked for.",
                 counters->blob_bytes);
    print_metric(out, "http_requests_total", "counter", "HTTP requests.",
                 counters->http_requests);
    print_metric(out, "http_refused_total", "counter", "HTTP requests refused.",
                 counters->http_refused);
    print_metric(out, "logins_refused_total", "counter", "Wrong passwords.",
                 counters->logins_refused);
    print_metric(out, "commits_total", "counter", "Database commits.", counters->commits);
    print_metric(out, "commits_failed_total", "counter", "Database commits that failed.",
                 counters->commits_failed);
    request->raw_type = "text/plain; version=0.0.4";
    return OK;
}

static const struct field before_query[] = {
    {"before", FIELD_INT, false, INT64_MAX, "older than the entry of this number"},
    {0},
};

const struct route service_routes[] = {
    {HTTP_GET, "/api/v1/audit", ROLE_VIEWER,
     "Who did what, newest first; each entry's hash covers the one before", before_query, NULL,
     NULL, false, audit},
    {HTTP_GET, "/api/v1/openapi.json", ROLE_NONE, "This description", NULL, NULL, NULL, false,
     description},
    {HTTP_GET, "/metrics", ROLE_VIEWER, "Numbers for Prometheus", NULL, NULL, NULL, false,
     metrics},
    {0},
};

const struct route *const api_routes[] = {
    account_routes, structure_routes, device_routes, release_routes,
    rollout_routes, service_routes,   NULL,
};
