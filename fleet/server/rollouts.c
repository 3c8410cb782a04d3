/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roll-outs in the interface: start, look at, pause, resume, abort.
 */
#include "api.h"

#include "plan.h"
#include "rollout.h"
#include "structure.h"

#include <abi/status.h>

enum {
    AT_ONCE_DEFAULT = 100,
    FAILURES_DEFAULT = 20, /* percent */
    FALLBACKS_DEFAULT = 2,
    UNSEEN_MINUTES_DEFAULT = 10,
};

static int64_t given_or(const json_t *fields, const char *name, int64_t otherwise)
{
    return field_is_given(fields, name) ? field_int(fields, name) : otherwise;
}

/* Whether the release is of the deployment's project. */
static bool fits(struct api_request *request, int64_t deployment, int64_t release)
{
    struct statement *row = db_prepare(
        request->server->db, "SELECT e.version, d.name FROM deployment d JOIN release e"
                             " ON e.project = d.project AND e.org = d.org"
                             " WHERE d.org = ?1 AND d.id = ?2 AND e.id = ?3");

    put_int(row, request->actor.org);
    put_int(row, deployment);
    put_int(row, release);
    if (!db_step(row))
        return false;
    api_name(request, "release %s to deployment %s", get_text(row, 0), get_text(row, 1));
    return true;
}

static status_t insert_rollout(struct api_request *request, int64_t id, const char *stages)
{
    const json_t *body = request->body;
    struct statement *row = db_prepare(
        request->server->db,
        "INSERT INTO rollout (id, org, deployment, release, phase, stages, at_once,"
        " failures_percent, fallbacks_max, unseen_ms, created, author)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    put_int(row, id);
    put_int(row, request->actor.org);
    put_int(row, field_int(body, "deployment"));
    put_int(row, field_int(body, "release"));
    put_int(row, ROLLOUT_RUNNING);
    put_text(row, stages);
    put_int(row, given_or(body, "at_once", AT_ONCE_DEFAULT));
    put_int(row, given_or(body, "failures_percent", FAILURES_DEFAULT));
    put_int(row, given_or(body, "fallbacks_max", FALLBACKS_DEFAULT));
    put_int(row, given_or(body, "unseen_minutes", UNSEEN_MINUTES_DEFAULT) * 60000);
    put_int(row, (int64_t)clock_ms());
    put_text(row, request->actor.name);
    return db_run(row);
}

/* Every device of the deployment takes part, in the stable order of its id; devices that run the
 * release and are well have nothing to do. */
static status_t insert_devices(struct api_request *request, int64_t id)
{
    struct statement *row = db_prepare(
        request->server->db,
        "INSERT INTO rollout_device (rollout, device, rank, changed, state)"
        " SELECT ?1, v.id, v.id, ?2, CASE WHEN v.booted_well = 1 AND v.version = e.version"
        " THEN 5 ELSE 0 END FROM device v, release e"
        " WHERE v.deployment = ?3 AND v.admission = 1 AND e.id = ?4");

    put_int(row, id);
    put_int(row, (int64_t)clock_ms());
    put_int(row, field_int(request->body, "deployment"));
    put_int(row, field_int(request->body, "release"));
    return db_run(row);
}

static status_t start(struct api_request *request)
{
    int64_t deployment = field_int(request->body, "deployment");
    const char *stages = field_text(request->body, "stages");
    struct plan_rules rules;
    int64_t id = random_id();
    status_t status;

    stages = stages != NULL ? stages : "100%";
    if (!plan_read_stages(stages, &rules))
        return api_refuse(request, ERR_BAD_ARGUMENT,
                          "stages ascend and end in 100%%, as in \"1,10%%,100%%\"");
    if (!fits(request, deployment, field_int(request->body, "release")))
        return api_refuse(request, ERR_NOT_FOUND,
                          "there is no such deployment, or no such release in its project");
    rollout_end(request->server, deployment, ROLLOUT_REPLACED);
    status = insert_rollout(request, id, stages);
    if (status == OK)
        status = insert_devices(request, id);
    request->server->rollouts_are_due = true;
    request->result = json_pack("{s:I}", "id", (json_int_t)id);
    return status;
}

static const char rollout_columns[] =
    "SELECT r.id AS id, r.deployment AS deployment, d.name AS deployment_name,"
    " r.release AS release, e.version AS version, CASE r.phase WHEN 1 THEN 'running'"
    " WHEN 2 THEN 'paused' WHEN 3 THEN 'aborted' ELSE 'replaced' END AS phase,"
    " r.reason AS reason, r.stages AS stages, r.stage AS stage, r.at_once AS at_once,"
    " r.failures_percent AS failures_percent, r.fallbacks_max AS fallbacks_max,"
    " r.unseen_ms / 60000 AS unseen_minutes, r.created AS created, r.author AS author,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id) AS devices,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state = 0) AS pending,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state BETWEEN 1 AND 4)"
    "  AS open,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state = 5)"
    "  AS booted_well,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state = 6) AS fell_back,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state IN (7, 8))"
    "  AS failed,"
    " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.state = 9) AS lost"
    " FROM rollout r JOIN deployment d ON d.id = r.deployment JOIN release e ON e.id = r.release"
    " WHERE r.org = ?1 AND (?2 = 0 OR r.id = ?2) ORDER BY r.created DESC LIMIT 100";

static status_t list(struct api_request *request)
{
    struct statement *rows = db_prepare(request->server->db, rollout_columns);

    put_int(rows, request->actor.org);
    put_int(rows, 0);
    return answer_rows(request, rows);
}

static status_t show(struct api_request *request)
{
    struct statement *row = db_prepare(request->server->db, rollout_columns);

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    return answer_row(request, row);
}

/* Finds the roll-out and names it; its phase is one of `phases`, a set of bits. */
static status_t find(struct api_request *request, unsigned phases)
{
    struct statement *row = db_prepare(
        request->server->db, "SELECT r.phase, e.version, d.name FROM rollout r JOIN release e"
                             " ON e.id = r.release JOIN deployment d ON d.id = r.deployment"
                             " WHERE r.org = ?1 AND r.id = ?2");
    int64_t phase;

    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    phase = get_int(row, 0);
    api_name(request, "roll-out of %s to %s", get_text(row, 1), get_text(row, 2));
    if ((phases >> phase & 1) == 0)
        return api_refuse(request, ERR_BAD_STATE, "the roll-out is %s",
                          phase == ROLLOUT_RUNNING  ? "running"
                          : phase == ROLLOUT_PAUSED ? "paused already"
                                                    : "over");
    return OK;
}

static status_t list_devices(struct api_request *request)
{
    status_t status = find(request, ~0u);
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT v.id AS id, v.name AS name, v.online AS is_online, v.simulated AS is_simulated,"
        " v.version AS version, CASE d.state WHEN 0 THEN 'pending' WHEN 1 THEN 'offered'"
        " WHEN 2 THEN 'fetching' WHEN 3 THEN 'verified' WHEN 4 THEN 'restarting'"
        " WHEN 5 THEN 'booted well' WHEN 6 THEN 'fell back' WHEN 7 THEN 'failed'"
        " WHEN 8 THEN 'refused' ELSE 'not seen since' END AS state,"
        " d.bytes_done AS bytes_done, d.bytes_total AS bytes_total, d.reason AS reason,"
        " d.changed AS changed FROM rollout_device d JOIN rollout r ON r.id = d.rollout"
        " JOIN device v ON v.id = d.device WHERE r.org = ?1 AND r.id = ?2"
        " ORDER BY d.state IN (0, 5), d.changed DESC LIMIT 200");

    if (status != OK)
        return status;
    put_int(rows, request->actor.org);
    put_int(rows, request->ids[0]);
    return answer_rows(request, rows);
}

static status_t set_phase(struct api_request *request, enum rollout_phase phase,
                          const char *reason)
{
    struct statement *row = db_prepare(request->server->db,
                                       "UPDATE rollout SET phase = ?1, reason = ?2 WHERE id = ?3");

    put_int(row, phase);
    put_text(row, reason);
    put_int(row, request->ids[0]);
    return db_run(row);
}

static status_t pause(struct api_request *request)
{
    status_t status = find(request, 1 << ROLLOUT_RUNNING);

    if (status == OK)
        status = set_phase(request, ROLLOUT_PAUSED, "somebody paused it");
    if (status == OK)
        rollout_withdraw(request->server, request->ids[0]);
    return status;
}

static status_t abort_rollout(struct api_request *request)
{
    status_t status = find(request, 1 << ROLLOUT_RUNNING | 1 << ROLLOUT_PAUSED);

    if (status == OK)
        status = set_phase(request, ROLLOUT_ABORTED, "");
    if (status == OK)
        rollout_withdraw(request->server, request->ids[0]);
    return status;
}

/* What failed so far is forgiven: whoever resumes has seen it.  Or it is tried again. */
static status_t resume(struct api_request *request)
{
    status_t status = find(request, 1 << ROLLOUT_PAUSED);
    struct statement *row;

    if (status != OK)
        return status;
    if (field_bool(request->body, "retry")) {
        row = db_prepare(request->server->db, "UPDATE rollout_device SET state = 0, reason = ''"
                                              " WHERE rollout = ?1 AND state BETWEEN 6 AND 9");
        put_int(row, request->ids[0]);
        db_run(row);
    }
    row = db_prepare(request->server->db,
                     "UPDATE rollout SET forgiven_failures = (SELECT count(*) FROM rollout_device"
                     " WHERE rollout = ?1 AND state BETWEEN 6 AND 9), forgiven_fallbacks ="
                     " (SELECT count(*) FROM rollout_device WHERE rollout = ?1 AND state = 6)"
                     " WHERE id = ?1");
    put_int(row, request->ids[0]);
    db_run(row);
    request->server->rollouts_are_due = true;
    return set_phase(request, ROLLOUT_RUNNING, "");
}

static const struct field start_fields[] = {
    {"deployment", FIELD_INT, true, INT64_MAX, "where to"},
    {"release", FIELD_INT, true, INT64_MAX, "what, of the deployment's project"},
    {"stages", FIELD_TEXT, false, 60, "numbers or shares of devices, as \"1,10%,100%\""},
    {"at_once", FIELD_INT, false, 1000000, "most devices that upgrade at a time; 0: no cap"},
    {"failures_percent", FIELD_INT, false, 100, "pause when more than these failed"},
    {"fallbacks_max", FIELD_INT, false, 1000000, "pause when more devices than these fell back"},
    {"unseen_minutes", FIELD_INT, false, 10080, "a device silent for so long has failed"},
    {0},
};
static const struct field resume_fields[] = {
    {"retry", FIELD_BOOL, false, 0, "try again where it failed"},
    {0},
};

const struct route rollout_routes[] = {
    {HTTP_GET, "/api/v1/rollouts", ROLE_VIEWER, "The newest roll-outs", NULL, NULL, NULL, false,
     list},
    {HTTP_POST, "/api/v1/rollouts", ROLE_OPERATOR,
     "Attach a release to a deployment and roll it out; replaces the one before", NULL,
     start_fields, "start roll-out", false, start},
    {HTTP_GET, "/api/v1/rollouts/{rollout}", ROLE_VIEWER, "A roll-out and its counts", NULL, NULL,
     NULL, false, show},
    {HTTP_GET, "/api/v1/rollouts/{rollout}/devices", ROLE_VIEWER,
     "Its devices, those with something to see first", NULL, NULL, NULL, false, list_devices},
    {HTTP_POST, "/api/v1/rollouts/{rollout}/pause", ROLE_OPERATOR,
     "Pause; offers not yet acted on are withdrawn", NULL, NULL, "pause roll-out", false, pause},
    {HTTP_POST, "/api/v1/rollouts/{rollout}/resume", ROLE_OPERATOR,
     "Go on, with the failures so far forgiven", NULL, resume_fields, "resume roll-out", false,
     resume},
    {HTTP_POST, "/api/v1/rollouts/{rollout}/abort", ROLE_OPERATOR, "End it for good", NULL, NULL,
     "abort roll-out", false, abort_rollout},
    {0},
};
