/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An organisation's structure: its projects, their deployments, and how they fare as a whole.
 */
#include "structure.h"

#include "signed.h"

#include <abi/status.h>
#include <string.h>

bool structure_has_deployment(struct api_request *request, int64_t deployment)
{
    struct statement *row =
        db_prepare(request->server->db, "SELECT 1 FROM deployment WHERE org = ?1 AND id = ?2");

    put_int(row, request->actor.org);
    put_int(row, deployment);
    return db_number(row, 0) == 1;
}

bool structure_has_project(struct api_request *request, int64_t project)
{
    struct statement *row =
        db_prepare(request->server->db, "SELECT 1 FROM project WHERE org = ?1 AND id = ?2");

    put_int(row, request->actor.org);
    put_int(row, project);
    return db_number(row, 0) == 1;
}

static status_t list_projects(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db, "SELECT id, name, created, root IS NOT NULL AS is_signed"
                             " FROM project WHERE org = ?1 ORDER BY name");

    put_int(rows, request->actor.org);
    return answer_rows(request, rows);
}

static status_t add_project(struct api_request *request)
{
    int64_t id = random_id();
    struct statement *row =
        db_prepare(request->server->db,
                   "INSERT INTO project (id, org, name, created) VALUES (?1, ?2, ?3, ?4)");

    put_int(row, id);
    put_int(row, request->actor.org);
    put_text(row, field_text(request->body, "name"));
    put_int(row, (int64_t)clock_ms());
    api_name(request, "project %s", field_text(request->body, "name"));
    request->result = json_pack("{s:I}", "id", (json_int_t)id);
    return db_run(row);
}

/* From now on the project takes only releases whose signatures go back to this root. */
static status_t set_root(struct api_request *request)
{
    const char *root = field_text(request->body, "root");
    struct statement *row = db_prepare(
        request->server->db,
        "UPDATE project SET root = ?1 WHERE org = ?2 AND id = ?3 RETURNING name");
    int64_t version;

    put_blob(row, root, strlen(root));
    put_int(row, request->actor.org);
    put_int(row, request->ids[0]);
    if (!db_step(row))
        return ERR_NOT_FOUND;
    if (!root_version(root, strlen(root), &version))
        return api_refuse(request, ERR_BAD_ARGUMENT, "this is no root metadata");
    api_name(request, "root %lld of project %s", (long long)version, get_text(row, 0));
    return db_run(row);
}

static status_t list_deployments(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT d.id AS id, d.name AS name, d.project AS project, p.name AS project_name,"
        " (SELECT count(*) FROM device v WHERE v.deployment = d.id) AS devices,"
        " (SELECT count(*) FROM device v WHERE v.deployment = d.id AND v.online = 1) AS online,"
        " (SELECT r.id FROM rollout r WHERE r.deployment = d.id AND r.phase IN (1, 2)) AS rollout,"
        " (SELECT e.version FROM rollout r JOIN release e ON e.id = r.release"
        "  WHERE r.deployment = d.id AND r.phase IN (1, 2)) AS version"
        " FROM deployment d JOIN project p ON p.id = d.project"
        " WHERE d.org = ?1 ORDER BY p.name, d.name");

    put_int(rows, request->actor.org);
    return answer_rows(request, rows);
}

static status_t add_deployment(struct api_request *request)
{
    int64_t project = field_int(request->body, "project");
    int64_t id = random_id();
    struct statement *row;

    if (!structure_has_project(request, project))
        return api_refuse(request, ERR_NOT_FOUND, "there is no such project");
    row = db_prepare(request->server->db, "INSERT INTO deployment (id, org, project, name, created)"
                                          " VALUES (?1, ?2, ?3, ?4, ?5)");
    put_int(row, id);
    put_int(row, request->actor.org);
    put_int(row, project);
    put_text(row, field_text(request->body, "name"));
    put_int(row, (int64_t)clock_ms());
    api_name(request, "deployment %s", field_text(request->body, "name"));
    request->result = json_pack("{s:I}", "id", (json_int_t)id);
    return db_run(row);
}

static status_t overview(struct api_request *request)
{
    struct statement *row = db_prepare(
        request->server->db,
        "SELECT (SELECT count(*) FROM device WHERE org = ?1) AS devices,"
        " (SELECT count(*) FROM device WHERE org = ?1 AND online = 1) AS online,"
        " (SELECT count(*) FROM device WHERE org = ?1 AND admission = 0) AS waiting,"
        " (SELECT count(*) FROM device WHERE org = ?1 AND simulated = 1) AS simulated,"
        " (SELECT count(*) FROM release WHERE org = ?1) AS releases,"
        " (SELECT count(*) FROM rollout WHERE org = ?1 AND phase = 1) AS rollouts_running,"
        " (SELECT count(*) FROM rollout WHERE org = ?1 AND phase = 2) AS rollouts_paused");

    put_int(row, request->actor.org);
    return answer_row(request, row);
}

static const struct field project_fields[] = {
    {"name", FIELD_TEXT, true, 60, "its name, unlike the others'"},
    {0},
};
static const struct field root_fields[] = {
    {"root", FIELD_TEXT, true, 60000, "the text of TUF root metadata, metadata/1.root.json"},
    {0},
};
static const struct field deployment_fields[] = {
    {"project", FIELD_INT, true, INT64_MAX, "the project's id"},
    {"name", FIELD_TEXT, true, 60, "its name, unlike the project's others"},
    {0},
};

const struct route structure_routes[] = {
    {HTTP_GET, "/api/v1/overview", ROLE_VIEWER, "Counts of everything", NULL, NULL, NULL, false,
     overview},
    {HTTP_GET, "/api/v1/projects", ROLE_VIEWER, "The projects", NULL, NULL, NULL, false,
     list_projects},
    {HTTP_POST, "/api/v1/projects", ROLE_MAINTAINER, "Add a project", NULL, project_fields,
     "add project", false, add_project},
    {HTTP_POST, "/api/v1/projects/{project}/root", ROLE_OWNER,
     "Give a project its trusted root; it then takes signed releases only", NULL, root_fields,
     "set trusted root", false, set_root},
    {HTTP_GET, "/api/v1/deployments", ROLE_VIEWER, "The deployments of all projects", NULL, NULL,
     NULL, false, list_deployments},
    {HTTP_POST, "/api/v1/deployments", ROLE_MAINTAINER, "Add a deployment", NULL,
     deployment_fields, "add deployment", false, add_deployment},
    {0},
};
