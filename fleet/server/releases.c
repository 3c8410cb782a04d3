/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases: uploaded, looked at, compared.
 */
#include "api.h"

#include "graph.h"
#include "import.h"
#include "signed.h"
#include "structure.h"

#include <abi/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An upload on a worker's thread. */
struct import_job {
    struct job job;
    struct api_request *request;
    struct blobs blobs;
    char path[320];
    char *root; /* the project's trusted one, or null */
    size_t root_size;
    struct import import;
    status_t status;
};

static void import_work(struct job *job)
{
    struct import_job *self = container_of(job, struct import_job, job);

    self->status = import_archive(&self->import, &self->blobs, self->path, self->root,
                                  self->root_size);
}

static status_t insert_release(struct api_request *request, int64_t id,
                               const struct import *import)
{
    char *graph = json_dumps(import->graph, JSON_COMPACT);
    const char *notes = field_text(request->query, "notes");
    struct statement *row = db_prepare(
        request->server->db, "INSERT INTO release (id, org, project, version, notes, architecture,"
                             " system, size, graph, created, author, signed)"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    put_int(row, id);
    put_int(row, request->actor.org);
    put_int(row, field_int(request->query, "project"));
    put_text(row, field_text(request->query, "version"));
    put_text(row, notes != NULL ? notes : "");
    put_text(row, import->architecture);
    put_text(row, json_string_value(json_object_get(import->graph, "system")));
    put_int(row, (int64_t)import->size);
    put_text(row, graph);
    put_int(row, (int64_t)clock_ms());
    put_text(row, request->actor.name);
    put_int(row, import_is_signed(import));
    free(graph);
    return db_run(row);
}

static status_t insert_file(struct api_request *request, int64_t release,
                            const struct import_file *file)
{
    struct statement *row =
        db_prepare(request->server->db, "INSERT INTO release_file (release, org, path, hash, size)"
                                        " VALUES (?1, ?2, ?3, ?4, ?5)");

    put_int(row, release);
    put_int(row, request->actor.org);
    put_text(row, file->path);
    put_blob(row, file->hash, SHA256_BYTES);
    put_int(row, (int64_t)file->size);
    return db_run(row);
}

static status_t keep_release(struct api_request *request, const struct import *import)
{
    int64_t id = random_id();
    status_t status;

    api_name(request, "release %s", field_text(request->query, "version"));
    status = insert_release(request, id, import);
    if (status == ERR_EXISTS)
        return api_refuse(request, status, "the project has a release of this version");
    for (uint32_t i = 0; status == OK && i < import->file_count; i++)
        status = insert_file(request, id, &import->files[i]);
    request->result = json_pack("{s:I, s:I, s:i, s:s}", "id", (json_int_t)id, "size",
                                (json_int_t)import->size, "files", (int)import->file_count,
                                "architecture", import->architecture);
    return status;
}

/* The request's connection may be gone; the release is kept all the same. */
static status_t upload_rest(struct api_request *request)
{
    struct import_job *self = container_of(request->job, struct import_job, job);

    if (self->status == OK)
        return keep_release(request, &self->import);
    return api_refuse(request, self->status, "%s", self->import.problem);
}

static void import_done(struct job *job)
{
    struct import_job *self = container_of(job, struct import_job, job);
    struct api_request *request = self->request;

    blob_abandon(&request->upload);
    request->has_upload = false;
    request->job = job;
    api_continue(request, upload_rest);
    json_decref(self->import.graph);
    free(self->root);
    free(self);
}

static void take_root(struct api_request *request, struct import_job *self)
{
    struct statement *row = db_prepare(
        request->server->db, "SELECT root FROM project WHERE org = ?1 AND id = ?2"
                             " AND root IS NOT NULL");
    const void *root;

    put_int(row, request->actor.org);
    put_int(row, field_int(request->query, "project"));
    if (!db_step(row))
        return;
    root = get_blob(row, 0, &self->root_size);
    self->root = malloc(self->root_size + 1);
    if (self->root == NULL)
        abort();
    memcpy(self->root, root, self->root_size);
}

static status_t upload(struct api_request *request)
{
    struct import_job *self;
    status_t status;

    if (!structure_has_project(request, field_int(request->query, "project")))
        return api_refuse(request, ERR_NOT_FOUND, "there is no such project");
    self = calloc(1, sizeof(*self));
    if (self == NULL)
        return ERR_NO_MEMORY;
    self->job = (struct job){.work = import_work, .done = import_done};
    self->request = request;
    self->blobs = request->server->blobs;
    snprintf(self->path, sizeof(self->path), "%s", request->upload.path);
    take_root(request, self);
    status = workers_add(request->server->workers, &self->job);
    if (status == OK)
        return REQUEST_LATER;
    free(self->root);
    free(self);
    return status;
}

static status_t list(struct api_request *request)
{
    struct statement *rows = db_prepare(
        request->server->db,
        "SELECT e.id AS id, e.project AS project, p.name AS project_name, e.version AS version,"
        " e.notes AS notes, e.architecture AS architecture, e.system AS system, e.size AS size,"
        " e.created AS created, e.author AS author, e.signed AS is_signed,"
        " (SELECT count(*) FROM release_file f WHERE f.release = e.id) AS files"
        " FROM release e JOIN project p ON p.id = e.project WHERE e.org = ?1"
        " ORDER BY e.created DESC LIMIT 200");

    put_int(rows, request->actor.org);
    return answer_rows(request, rows);
}

static json_t *files_of(struct api_request *request, int64_t release)
{
    struct statement *rows =
        db_prepare(request->server->db, "SELECT path, hash, size FROM release_file"
                                        " WHERE org = ?1 AND release = ?2 ORDER BY path");

    put_int(rows, request->actor.org);
    put_int(rows, release);
    return rows_to_json(rows);
}

/* The release with its graph and files, or null. */
static json_t *load(struct api_request *request, int64_t release)
{
    struct statement *row = db_prepare(
        request->server->db,
        "SELECT id, project, version, notes, architecture, system, size, created, author,"
        " signed AS is_signed, graph AS graph_json FROM release WHERE org = ?1 AND id = ?2");
    json_t *json;

    put_int(row, request->actor.org);
    put_int(row, release);
    if (!db_step(row))
        return NULL;
    json = row_to_json(row);
    json_object_set_new(json, "files", files_of(request, release));
    return json;
}

static status_t show(struct api_request *request)
{
    request->result = load(request, request->ids[0]);
    return request->result != NULL ? OK : ERR_NOT_FOUND;
}

static const json_t *find_by(const json_t *files, const char *key, const json_t *value)
{
    size_t i;
    json_t *file;

    json_array_foreach((json_t *)files, i, file)
        if (json_equal(json_object_get(file, key), value))
            return file;
    return NULL;
}

/* Files of `to` by what becomes of them, those that are gone, and what a device would fetch. */
static void add_file_difference(json_t *result, const json_t *from, const json_t *to)
{
    json_t *changes = json_array();
    json_int_t bytes = 0;
    size_t i;
    json_t *file;

    json_array_foreach((json_t *)to, i, file)
    {
        const json_t *before = find_by(from, "path", json_object_get(file, "path"));
        const char *change = before == NULL ? "added"
                             : json_equal(json_object_get(before, "hash"),
                                          json_object_get(file, "hash"))
                                 ? NULL
                                 : "changed";

        if (find_by(from, "hash", json_object_get(file, "hash")) == NULL)
            bytes += json_integer_value(json_object_get(file, "size"));
        if (change != NULL)
            json_array_append_new(changes,
                                  json_pack("{s:s, s:O, s:O, s:O?}", "change", change, "path",
                                            json_object_get(file, "path"), "size",
                                            json_object_get(file, "size"), "size_before",
                                            json_object_get(before, "size")));
    }
    json_array_foreach((json_t *)from, i, file)
        if (find_by(to, "path", json_object_get(file, "path")) == NULL)
            json_array_append_new(changes, json_pack("{s:s, s:O, s:O}", "change", "removed",
                                                     "path", json_object_get(file, "path"),
                                                     "size_before",
                                                     json_object_get(file, "size")));
    json_object_set_new(result, "files", changes);
    json_object_set_new(result, "bytes_to_send", json_integer(bytes));
}

static status_t difference(struct api_request *request)
{
    json_t *to = load(request, request->ids[0]);
    json_t *from = NULL;
    status_t status = to != NULL ? OK : ERR_NOT_FOUND;

    if (status == OK && field_is_given(request->query, "from")) {
        from = load(request, field_int(request->query, "from"));
        status = from != NULL ? OK : ERR_NOT_FOUND;
    }
    if (status == OK) {
        request->result =
            graph_difference(json_object_get(from, "graph"), json_object_get(to, "graph"));
        add_file_difference(request->result, json_object_get(from, "files"),
                            json_object_get(to, "files"));
    }
    json_decref(to);
    json_decref(from);
    return status;
}

static const struct field upload_query[] = {
    {"project", FIELD_INT, true, INT64_MAX, "whose release it is"},
    {"version", FIELD_TEXT, true, 40, "its name, unlike the project's others"},
    {"notes", FIELD_TEXT, false, 400, "what is new"},
    {0},
};
static const struct field difference_query[] = {
    {"from", FIELD_INT, false, INT64_MAX, "the release before; without it all is new"},
    {0},
};

const struct route release_routes[] = {
    {HTTP_GET, "/api/v1/releases", ROLE_VIEWER, "The newest releases", NULL, NULL, NULL, false,
     list},
    {HTTP_POST, "/api/v1/releases", ROLE_MAINTAINER,
     "Upload a release: a .tar or .tar.gz with manifest.dtb and apps/, or a signed repository",
     upload_query,
     NULL, "upload release", true, upload},
    {HTTP_GET, "/api/v1/releases/{release}", ROLE_VIEWER, "A release, its files and its graph",
     NULL, NULL, NULL, false, show},
    {HTTP_GET, "/api/v1/releases/{release}/difference", ROLE_VIEWER,
     "What changes from another release: files, bytes, who gains which connection or device",
     difference_query, NULL, NULL, false, difference},
    {0},
};
