/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices in the interface, and the tokens they are enrolled by.
 */
#include "api.h"

#include "link.h"
#include "rollout.h"
#include "structure.h"

#include <abi/status.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_DEFAULT = 50, PAGE_MAX = 500 };

/* A page of devices by name; the next begins after the last one's name and id. */
static const char list_sql[] =
    "SELECT v.id AS id, v.name AS name, v.deployment AS deployment, d.name AS deployment_name,"
    " v.online AS is_online, v.simulated AS is_simulated, v.seen AS seen, v.version AS version,"
    " v.architecture AS architecture, v.booted_well AS is_well,"
    " CASE v.admission WHEN 0 THEN 'waiting' WHEN 1 THEN 'accepted' ELSE 'revoked' END"
    "  AS admission FROM device v JOIN deployment d ON d.id = v.deployment"
    " WHERE v.org = ?1 AND (?2 = 0 OR v.deployment = ?2)"
    " AND (?3 = '' OR v.name LIKE '%' || ?3 || '%')"
    " AND (?4 < 0 OR v.online = ?4) AND (?5 < 0 OR v.admission = ?5)"
    " AND (v.name, v.id) > (?6, ?7) ORDER BY v.name, v.id LIMIT ?8";

static int64_t state_filter(const char *state, const char *one, const char *zero)
{
    if (state != NULL && strcmp(state, one) == 0)
        return 1;
    return state != NULL && strcmp(state, zero) == 0 ? 0 : -1;
}

static int64_t admission_filter(const char *state)
{
    if (state != NULL && strcmp(state, "revoked") == 0)
        return ADMISSION_REVOKED;
    return state != NULL && strcmp(state, "waiting") == 0 ? ADMISSION_WAITING : -1;
}

static status_t list(struct api_request *request)
{
    const json_t *query = request->query;
    const char *search = field_text(query, "search");
    const char *state = field_text(query, "state");
    const char *after = field_text(query, "after");
    int64_t limit = field_int(query, "limit");
    struct statement *rows = db_prepare(request->server->db, list_sql);

    put_int(rows, request->actor.org);
    put_int(rows, field_int(query, "deployment"));
    put_text(rows, search != NULL ? search : "");
    put_int(rows, state_filter(state, "online", "offline"));
    put_int(rows, admission_filter(state));
    put_text(rows, after != NULL ? after : "");
    put_int(rows, field_int(query, "after_id"));
    put_int(rows, limit > 0 ? limit : PAGE_DEFAULT);
    return answer_rows(request, rows);
}

static status_t show(struct api_request *request)
{
    struct statement *row = db_prepare(
        request->server->db,
        "SELECT v.id AS id, v.name AS name, v.deployment AS deployment, d.name AS deployment_name,"
        " p.name AS project_name, v.online AS is_online, v.simulated AS is_simulated,"
        " v.seen AS seen, v.version AS version, v.generation AS generation,"
        " v.architecture AS architecture, v.system AS system, v.booted_well AS is_well,"
        " v.key AS key, v.created AS created, v.booted AS booted, v.inspected AS inspected,"
        " CASE v.admission WHEN 0 THEN 'waiting' WHEN 1 THEN 'accepted' ELSE 'revoked' END"
        "  AS admission, v.inspection AS inspection_json"
        " FROM device v JOIN deployment d ON d.id = v.deployment"
        " JOIN project p ON p.id = d.project WHERE v.org = ?1 AND v.id = ?2");
    char why[400];
    status_t status;

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    status = answer_row(request, row);
    if (status != OK)
        return status;
    rollout_why(request->server, request->actor.org, request->ids[0], why, sizeof(why));
    json_object_set_new(request->result, "upgrade", json_string(why));
    return OK;
}

/* Whether the device is the organisation's; names it. */
static status_t find(struct api_request *request)
{
    struct statement *row =
        db_prepare(request->server->db, "SELECT name FROM device WHERE org = ?1 AND id = ?2");

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    api_name(request, "device %s", get_text(row, 0));
    return OK;
}

static status_t add(struct api_request *request)
{
    const char *key_text = field_text(request->body, "key");
    uint8_t key[SHA256_BYTES]; /* a public key is as long as a hash */
    int64_t id = random_id();
    struct statement *row;
    status_t status;

    if (!hash_from_text(key_text, key))
        return api_refuse(request, ERR_BAD_ARGUMENT, "a key is 64 small hexadecimal digits");
    if (!structure_has_deployment(request, field_int(request->body, "deployment")))
        return api_refuse(request, ERR_NOT_FOUND, "there is no such deployment");
    row = db_prepare(request->server->db, "INSERT INTO device (id, org, deployment, name, key,"
                                          " admission, created) VALUES (?1,?2,?3,?4,?5,?6,?7)");
    put_int(row, id);
    put_int(row, request->actor.org);
    put_int(row, field_int(request->body, "deployment"));
    put_text(row, field_text(request->body, "name"));
    put_blob(row, key, sizeof(key));
    put_int(row, ADMISSION_ACCEPTED);
    put_int(row, (int64_t)clock_ms());
    api_name(request, "device %s", field_text(request->body, "name"));
    request->result = json_pack("{s:I}", "id", (json_int_t)id);
    status = db_run(row);
    return status == ERR_EXISTS ? api_refuse(request, status, "a device has this key") : status;
}

static void end_link(struct api_request *request, unsigned reason, const char *text)
{
    struct link *link = link_find(request->server, request->ids[0]);

    if (link != NULL)
        link_refuse(link, reason, text, 1000);
}

static status_t change(struct api_request *request)
{
    struct statement *row;
    status_t status = find(request);

    if (status == OK && field_is_given(request->body, "name")) {
        row = db_prepare(request->server->db,
                         "UPDATE device SET name = ?1 WHERE org = ?2 AND id = ?3");
        put_text(row, field_text(request->body, "name"));
        put_int(row, request->actor.org);
        put_int(row, request->ids[0]);
        status = db_run(row);
    }
    if (status != OK || !field_is_given(request->body, "deployment"))
        return status;
    if (!structure_has_deployment(request, field_int(request->body, "deployment")))
        return api_refuse(request, ERR_NOT_FOUND, "there is no such deployment");
    row = db_prepare(request->server->db,
                     "UPDATE device SET deployment = ?1 WHERE org = ?2 AND id = ?3");
    put_int(row, field_int(request->body, "deployment"));
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    status = db_run(row);
    /* What it was offered in the old deployment is void; it starts anew in the other. */
    row = db_prepare(request->server->db, "DELETE FROM rollout_device WHERE device = ?1"
                                          " AND state BETWEEN 0 AND 4");
    put_int(row, request->ids[0]);
    db_run(row);
    end_link(request, 7, "the device is in another deployment now");
    return status;
}

static status_t set_admission(struct api_request *request, enum admission admission)
{
    struct statement *row;
    status_t status = find(request);

    if (status != OK)
        return status;
    row = db_prepare(request->server->db,
                     "UPDATE device SET admission = ?1 WHERE org = ?2 AND id = ?3");
    put_int(row, admission);
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    return db_run(row);
}

static status_t accept_device(struct api_request *request)
{
    return set_admission(request, ADMISSION_ACCEPTED);
}

static status_t revoke(struct api_request *request)
{
    status_t status = set_admission(request, ADMISSION_REVOKED);

    if (status == OK)
        end_link(request, 4, "the device was revoked");
    return status;
}

static status_t remove_device(struct api_request *request)
{
    struct statement *row;
    status_t status = find(request);

    if (status != OK)
        return status;
    if (link_find(request->server, request->ids[0]) != NULL)
        return api_refuse(request, ERR_BAD_STATE, "the device is connected; revoke it first");
    row = db_prepare(request->server->db, "DELETE FROM device WHERE org = ?1 AND id = ?2");
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    return db_run(row);
}

/* Sends a command whose id is at `id` in `message`; the answer shows in the device's activity. */
static status_t send_command(struct api_request *request, struct fleet_message *message,
                             uint64_t *id, const char *words)
{
    status_t status = find(request);
    struct link *link;

    if (status != OK)
        return status;
    link = link_find(request->server, request->ids[0]);
    if (link == NULL)
        return api_refuse(request, ERR_PEER_GONE, "the device is not connected");
    *id = link_command(link, words);
    if (*id == 0)
        return api_refuse(request, ERR_OVER_LIMIT,
                          "the device has not answered earlier commands yet");
    link_send(link, message);
    return OK;
}

static status_t restart(struct api_request *request)
{
    struct fleet_message message = {.type = FLEET_RESTART};
    const char *app = field_text(request->body, "app");
    char words[48];

    message.restart.app = wire_text(app != NULL ? app : "");
    snprintf(words, sizeof(words), "restart of %s", app != NULL ? app : "all apps");
    return send_command(request, &message, &message.restart.id, words);
}

static status_t inspect(struct api_request *request)
{
    struct fleet_message message = {.type = FLEET_INSPECT};

    return send_command(request, &message, &message.inspect.id, "inspection");
}

static status_t follow_logs(struct api_request *request)
{
    struct fleet_message message = {.type = FLEET_FOLLOW_LOGS};

    message.follow_logs.stop = !field_bool(request->body, "follow");
    message.follow_logs.lines = message.follow_logs.stop ? 0 : 100;
    return send_command(request, &message, &message.follow_logs.id,
                        message.follow_logs.stop ? "stop of its log" : "log");
}

/* The rows of `query`, which is told the organisation, the device and, when it asks for rows behind
 * a point, the field `behind` of the request; NULL: it does not. */
static status_t answer_of_device(struct api_request *request, const char *query, const char *behind)
{
    struct statement *rows;
    status_t status = find(request);

    if (status != OK)
        return status;
    rows = db_prepare(request->server->db, query);
    put_int(rows, request->actor.org);
    put_int(rows, request->ids[0]);
    if (behind != NULL)
        put_int(rows, field_int(request->query, behind));
    return answer_rows(request, rows);
}

static status_t telemetry(struct api_request *request)
{
    return answer_of_device(request,
                            "SELECT t.series AS series, t.time AS time, t.value AS value"
                            " FROM device v JOIN telemetry t ON t.device = v.id"
                            " WHERE v.org = ?1 AND v.id = ?2 AND t.time > ?3"
                            " ORDER BY t.time LIMIT 20000",
                            "since");
}

static status_t logs(struct api_request *request)
{
    return answer_of_device(request,
                            "SELECT l.id AS id, l.time AS time, l.app AS app, l.text AS text"
                            " FROM device v JOIN log_line l ON l.device = v.id"
                            " WHERE v.org = ?1 AND v.id = ?2 AND l.id > ?3"
                            " ORDER BY l.id DESC LIMIT 500",
                            "after");
}

static status_t activity(struct api_request *request)
{
    return answer_of_device(request,
                            "SELECT a.id AS id, a.time AS time, a.text AS text FROM device v"
                            " JOIN activity a ON a.device = v.id WHERE v.org = ?1 AND v.id = ?2"
                            " ORDER BY a.id DESC LIMIT 100",
                            NULL);
}

static status_t list_tokens(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT t.id AS id, t.name AS name, t.deployment AS deployment,"
        " d.name AS deployment_name, t.uses_left AS uses_left, t.created AS created,"
        " t.expires AS expires, t.needs_acceptance AS is_queued FROM enrolment_token t"
        " JOIN deployment d ON d.id = t.deployment WHERE t.org = ?1 ORDER BY t.created DESC");

    put_int(rows, request->actor.org);
    return answer_rows(request, rows);
}

static status_t add_token(struct api_request *request)
{
    int64_t now = (int64_t)clock_ms();
    int64_t id = random_id();
    uint8_t hash[SHA256_BYTES];
    char secret[SECRET_SIZE];
    struct statement *row;

    if (!structure_has_deployment(request, field_int(request->body, "deployment")))
        return api_refuse(request, ERR_NOT_FOUND, "there is no such deployment");
    make_secret(secret);
    hash_secret(secret, hash);
    row = db_prepare(request->server->db,
                     "INSERT INTO enrolment_token (id, org, deployment, hash, name, uses_left,"
                     " needs_acceptance, created, expires) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)");
    put_int(row, id);
    put_int(row, request->actor.org);
    put_int(row, field_int(request->body, "deployment"));
    put_blob(row, hash, sizeof(hash));
    put_text(row, field_text(request->body, "name"));
    put_int(row, field_int(request->body, "uses"));
    put_int(row, field_bool(request->body, "needs_acceptance"));
    put_int(row, now);
    put_int(row, now + field_int(request->body, "days") * 24 * 3600 * 1000);
    api_name(request, "enrolment token %s", field_text(request->body, "name"));
    request->result = json_pack("{s:I, s:s}", "id", (json_int_t)id, "secret", secret);
    return db_run(row);
}

static status_t remove_token(struct api_request *request)
{
    struct statement *row = db_prepare(
        request->server->db,
        "DELETE FROM enrolment_token WHERE org = ?1 AND id = ?2 RETURNING name");

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    api_name(request, "enrolment token %s", get_text(row, 0));
    return db_run(row);
}

static const struct field list_query[] = {
    {"deployment", FIELD_INT, false, INT64_MAX, "only of this deployment"},
    {"search", FIELD_TEXT, false, 60, "only with this in the name"},
    {"state", FIELD_TEXT, false, 16, "online, offline, waiting or revoked"},
    {"after", FIELD_TEXT, false, 63, "begin after the device of this name"},
    {"after_id", FIELD_INT, false, INT64_MAX, "and this id"},
    {"limit", FIELD_INT, false, PAGE_MAX, "devices in the page"},
    {0},
};
static const struct field add_fields[] = {
    {"name", FIELD_TEXT, true, 63, "its name"},
    {"key", FIELD_TEXT, true, 64, "its Ed25519 public key, in hexadecimal"},
    {"deployment", FIELD_INT, true, INT64_MAX, "where it belongs"},
    {0},
};
static const struct field change_fields[] = {
    {"name", FIELD_TEXT, false, 63, "another name"},
    {"deployment", FIELD_INT, false, INT64_MAX, "another deployment"},
    {0},
};
static const struct field restart_fields[] = {
    {"app", FIELD_TEXT, false, 31, "an app; without it all"},
    {0},
};
static const struct field follow_fields[] = {
    {"follow", FIELD_BOOL, true, 0, "true: send lines from now on; false: stop"},
    {0},
};
static const struct field since_query[] = {
    {"since", FIELD_INT, false, INT64_MAX, "newer than this, in milliseconds since 1970"},
    {0},
};
static const struct field after_query[] = {
    {"after", FIELD_INT, false, INT64_MAX, "newer than the line of this id"},
    {0},
};
static const struct field token_fields[] = {
    {"name", FIELD_TEXT, true, 60, "what it is for"},
    {"deployment", FIELD_INT, true, INT64_MAX, "where its devices belong"},
    {"uses", FIELD_INT, true, 100000, "devices it can enrol"},
    {"days", FIELD_INT, true, 365, "until it expires"},
    {"needs_acceptance", FIELD_BOOL, false, 0, "true: somebody accepts each device"},
    {0},
};

const struct route device_routes[] = {
    {HTTP_GET, "/api/v1/devices", ROLE_VIEWER, "A page of devices, by name", list_query, NULL,
     NULL, false, list},
    {HTTP_POST, "/api/v1/devices", ROLE_MAINTAINER, "Enter a device by its key", NULL, add_fields,
     "add device", false, add},
    {HTTP_GET, "/api/v1/devices/{device}", ROLE_VIEWER,
     "A device, and why it does or does not upgrade", NULL, NULL, NULL, false, show},
    {HTTP_POST, "/api/v1/devices/{device}", ROLE_OPERATOR, "Rename it or move it", NULL,
     change_fields, "change device", false, change},
    {HTTP_DELETE, "/api/v1/devices/{device}", ROLE_MAINTAINER, "Forget a device", NULL, NULL,
     "remove device", false, remove_device},
    {HTTP_POST, "/api/v1/devices/{device}/accept", ROLE_OPERATOR,
     "Accept it out of the queue, or again", NULL, NULL, "accept device", false, accept_device},
    {HTTP_POST, "/api/v1/devices/{device}/revoke", ROLE_OPERATOR, "Shut it out", NULL, NULL,
     "revoke device", false, revoke},
    {HTTP_POST, "/api/v1/devices/{device}/restart", ROLE_OPERATOR, "Restart its apps, or one",
     NULL, restart_fields, "restart device", false, restart},
    {HTTP_POST, "/api/v1/devices/{device}/inspect", ROLE_OPERATOR, "Ask it what runs", NULL, NULL,
     "inspect device", false, inspect},
    {HTTP_POST, "/api/v1/devices/{device}/logs", ROLE_OPERATOR, "Have it send its log, or stop",
     NULL, follow_fields, "follow log", false, follow_logs},
    {HTTP_GET, "/api/v1/devices/{device}/telemetry", ROLE_VIEWER, "Its readings", since_query,
     NULL, NULL, false, telemetry},
    {HTTP_GET, "/api/v1/devices/{device}/logs", ROLE_VIEWER, "Its newest log lines", after_query,
     NULL, NULL, false, logs},
    {HTTP_GET, "/api/v1/devices/{device}/activity", ROLE_VIEWER, "What happened to it", NULL, NULL,
     NULL, false, activity},
    {HTTP_GET, "/api/v1/enrolment-tokens", ROLE_MAINTAINER, "Tokens that devices enrol by", NULL,
     NULL, NULL, false, list_tokens},
    {HTTP_POST, "/api/v1/enrolment-tokens", ROLE_MAINTAINER,
     "Make such a token; its secret is told once", NULL, token_fields, "make enrolment token",
     false, add_token},
    {HTTP_DELETE, "/api/v1/enrolment-tokens/{token}", ROLE_MAINTAINER, "Remove such a token", NULL,
     NULL, "remove enrolment token", false, remove_token},
    {0},
};
