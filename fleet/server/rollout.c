/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roll-outs, one step at a time.
 *
 * An offer belongs to a connection until the device restarts: when the connection goes before that,
 * the offer is taken back and its place under the cap is free.  A device that restarts keeps its
 * place until it reports or is given up.
 */
#include "rollout.h"

#include "admit.h"
#include "plan.h"

#include <abi/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNNING_MAX = 256, VERSION_SIZE = 64 };

struct rollout {
    int64_t id;
    int64_t release;
    char version[VERSION_SIZE];
    int64_t unseen_ms;
    struct plan_rules rules;
    struct plan_facts facts;
    int64_t last_rank; /* of the open stage */
};

static bool load(struct server *server, int64_t id, struct rollout *rollout)
{
    struct statement *row = db_prepare(
        server->db, "SELECT r.release, e.version, r.stages, r.stage, r.at_once,"
                    " r.failures_percent, r.fallbacks_max, r.unseen_ms, r.forgiven_failures,"
                    " r.forgiven_fallbacks FROM rollout r JOIN release e ON e.id = r.release"
                    " WHERE r.id = ?1");

    *rollout = (struct rollout){.id = id};
    put_int(row, id);
    if (!db_step(row))
        return false;
    rollout->release = get_int(row, 0);
    snprintf(rollout->version, sizeof(rollout->version), "%s", get_text(row, 1));
    rollout->facts.stage = (uint32_t)get_int(row, 3);
    rollout->rules.at_once = (uint32_t)get_int(row, 4);
    rollout->rules.failures_percent = (uint32_t)get_int(row, 5);
    rollout->rules.fallbacks_max = (uint32_t)get_int(row, 6);
    rollout->unseen_ms = get_int(row, 7);
    rollout->facts.forgiven_failures = (uint32_t)get_int(row, 8);
    rollout->facts.forgiven_fallbacks = (uint32_t)get_int(row, 9);
    return plan_read_stages(get_text(row, 2), &rollout->rules);
}

/* Where in the order of devices the open stage ends. */
static int64_t find_last_rank(struct server *server, const struct rollout *rollout)
{
    struct statement *row =
        db_prepare(server->db, "SELECT count(*) FROM rollout_device WHERE rollout = ?1");
    uint32_t size;

    put_int(row, rollout->id);
    size = plan_stage_size(&rollout->rules, rollout->facts.stage, (uint32_t)db_number(row, 0));
    if (size == 0)
        return -1;
    row = db_prepare(server->db, "SELECT rank FROM rollout_device WHERE rollout = ?1"
                                 " ORDER BY rank LIMIT 1 OFFSET ?2");
    put_int(row, rollout->id);
    put_int(row, size - 1);
    return db_number(row, -1);
}

static void gather_facts(struct server *server, struct rollout *rollout)
{
    struct plan_facts *facts = &rollout->facts;
    struct statement *row;

    rollout->last_rank = find_last_rank(server, rollout);
    row = db_prepare(server->db, "SELECT state, count(*), sum(rank <= ?2) FROM rollout_device"
                                 " WHERE rollout = ?1 GROUP BY state");
    put_int(row, rollout->id);
    put_int(row, rollout->last_rank);
    while (db_step(row)) {
        enum offer_state state = (enum offer_state)get_int(row, 0);
        uint32_t in_stage = (uint32_t)get_int(row, 2);

        facts->devices[state] = (uint32_t)get_int(row, 1);
        facts->stage_open += offer_is_open(state) ? in_stage : 0;
        facts->stage_succeeded += state == OFFER_BOOTED_WELL ? in_stage : 0;
    }
    row = db_prepare(server->db, "SELECT count(*) FROM rollout_device d JOIN device v"
                                 " ON v.id = d.device WHERE d.rollout = ?1 AND d.state = 0"
                                 " AND d.rank <= ?2 AND v.online = 1");
    put_int(row, rollout->id);
    put_int(row, rollout->last_rank);
    facts->stage_ready = (uint32_t)db_number(row, 0);
}

static void add_metadata(struct fleet_upgrade_offer *offer, const char *name, const uint8_t *hash,
                         uint64_t size)
{
    static char names[array_count(offer->metadata)][64];
    uint32_t index = offer->metadata_count;

    if (index == array_count(offer->metadata))
        return;
    snprintf(names[index], sizeof(names[index]), "%s", name);
    offer->metadata[index] = (struct fleet_metadata){
        .name = wire_text(names[index]), .hash = {hash, SHA256_BYTES}, .size = size};
    offer->metadata_count++;
}

static void add_blob(struct fleet_upgrade_offer *offer, const uint8_t *hash, uint64_t size)
{
    offer->blobs[offer->blobs_count++] =
        (struct fleet_blob){.hash = {hash, SHA256_BYTES}, .size = size};
}

/* The offer's files, the manifest first; signed metadata apart. */
static void fill_offer(struct server *server, const struct rollout *rollout,
                       struct fleet_upgrade_offer *offer)
{
    static uint8_t hashes[array_count(offer->blobs)][SHA256_BYTES];
    uint32_t index = 0;
    struct statement *row = db_prepare(
        server->db, "SELECT hash, size, path FROM release_file WHERE release = ?1"
                    " ORDER BY path <> 'manifest.dtb', path");

    put_int(row, rollout->release);
    offer->rollout = (uint64_t)rollout->id;
    offer->release = wire_text(rollout->version);
    for (; db_step(row) && index < array_count(hashes); index++) {
        const char *path = get_text(row, 2);
        size_t size;

        memcpy(hashes[index], get_blob(row, 0, &size), SHA256_BYTES);
        if (strncmp(path, "metadata/", 9) == 0)
            add_metadata(offer, path + 9, hashes[index], (uint64_t)get_int(row, 1));
        else
            add_blob(offer, hashes[index], (uint64_t)get_int(row, 1));
    }
}

static void set_state(struct server *server, int64_t rollout, int64_t device,
                      enum offer_state state, const char *reason)
{
    struct statement *row = db_prepare(
        server->db, "UPDATE rollout_device SET state = ?1, changed = ?2, reason = ?3"
                    " WHERE rollout = ?4 AND device = ?5");

    put_int(row, state);
    put_int(row, (int64_t)clock_ms());
    put_text(row, reason);
    put_int(row, rollout);
    put_int(row, device);
    db_run(row);
    server->rollouts_are_due = true;
}

static void make_offers(struct server *server, const struct rollout *rollout, uint32_t count)
{
    static struct fleet_message message;
    int64_t *devices = calloc(count, sizeof(*devices));
    uint32_t found = 0;
    struct statement *row = db_prepare(
        server->db, "SELECT d.device FROM rollout_device d JOIN device v ON v.id = d.device"
                    " WHERE d.rollout = ?1 AND d.state = 0 AND d.rank <= ?2 AND v.online = 1"
                    " ORDER BY d.rank LIMIT ?3");

    if (devices == NULL)
        return;
    put_int(row, rollout->id);
    put_int(row, rollout->last_rank);
    put_int(row, count);
    while (db_step(row) && found < count)
        devices[found++] = get_int(row, 0);
    message = (struct fleet_message){.type = FLEET_UPGRADE_OFFER};
    fill_offer(server, rollout, &message.upgrade_offer);
    for (uint32_t i = 0; i < found; i++) {
        struct link *link = link_find(server, devices[i]);

        if (link == NULL)
            continue;
        set_state(server, rollout->id, devices[i], OFFER_MADE, "");
        link_send(link, &message);
    }
    free(devices);
}

static void pause_rollout(struct server *server, const struct rollout *rollout, const char *reason)
{
    struct statement *row =
        db_prepare(server->db, "UPDATE rollout SET phase = ?1, reason = ?2 WHERE id = ?3");

    put_int(row, ROLLOUT_PAUSED);
    put_text(row, reason);
    put_int(row, rollout->id);
    db_run(row);
    rollout_withdraw(server, rollout->id);
}

static void open_next_stage(struct server *server, const struct rollout *rollout)
{
    struct statement *row =
        db_prepare(server->db, "UPDATE rollout SET stage = ?1 WHERE id = ?2");

    put_int(row, rollout->facts.stage + 1);
    put_int(row, rollout->id);
    db_run(row);
    server->rollouts_are_due = true;
}

/* Offers that stand still: the device was not seen after its restart, or does nothing. */
static void give_up_stale(struct server *server, const struct rollout *rollout)
{
    int64_t before = (int64_t)clock_ms() - rollout->unseen_ms;
    struct statement *row = db_prepare(
        server->db, "UPDATE rollout_device SET state = ?1, reason = 'not seen since it restarted'"
                    " WHERE rollout = ?2 AND state = ?3 AND changed < ?4");

    put_int(row, OFFER_LOST);
    put_int(row, rollout->id);
    put_int(row, OFFER_RESTARTING);
    put_int(row, before);
    db_run(row);
    row = db_prepare(server->db, "UPDATE rollout_device SET state = ?1,"
                                 " reason = 'made no progress' WHERE rollout = ?2"
                                 " AND state BETWEEN ?3 AND ?4 AND changed < ?5");
    put_int(row, OFFER_FAILED);
    put_int(row, rollout->id);
    put_int(row, OFFER_MADE);
    put_int(row, OFFER_VERIFIED);
    put_int(row, before);
    db_run(row);
}

static void run_one(struct server *server, int64_t id)
{
    struct plan_verdict verdict;
    struct rollout rollout;

    if (!load(server, id, &rollout))
        return;
    give_up_stale(server, &rollout);
    gather_facts(server, &rollout);
    plan_decide(&rollout.rules, &rollout.facts, &verdict);
    if (verdict.shall_pause)
        pause_rollout(server, &rollout, verdict.reason);
    else if (verdict.opens_stage)
        open_next_stage(server, &rollout);
    else if (verdict.offers > 0)
        make_offers(server, &rollout, verdict.offers);
}

void rollouts_run(struct server *server)
{
    int64_t ids[RUNNING_MAX];
    size_t count = 0;
    struct statement *row =
        db_prepare(server->db, "SELECT id FROM rollout WHERE phase = ?1 ORDER BY created");

    server->rollouts_are_due = false;
    put_int(row, ROLLOUT_RUNNING);
    while (count < RUNNING_MAX && db_step(row))
        ids[count++] = get_int(row, 0);
    for (size_t i = 0; i < count; i++)
        run_one(server, ids[i]);
}

void rollouts_recover(struct server *server)
{
    struct statement *row =
        db_prepare(server->db, "UPDATE rollout_device SET state = 0 WHERE state BETWEEN ?1 AND ?2");

    put_int(row, OFFER_MADE);
    put_int(row, OFFER_VERIFIED);
    db_run(row);
    db_run(db_prepare(server->db, "UPDATE device SET online = 0 WHERE online = 1"));
}

static void send_cancel(struct server *server, int64_t rollout, int64_t device)
{
    struct fleet_message message = {.type = FLEET_UPGRADE_CANCEL};
    struct link *link = link_find(server, device);

    message.upgrade_cancel.rollout = (uint64_t)rollout;
    if (link != NULL)
        link_send(link, &message);
}

void rollout_withdraw(struct server *server, int64_t rollout)
{
    struct statement *row = db_prepare(
        server->db, "UPDATE rollout_device SET state = 0 WHERE rollout = ?1"
                    " AND state BETWEEN ?2 AND ?3 RETURNING device");

    put_int(row, rollout);
    put_int(row, OFFER_MADE);
    put_int(row, OFFER_VERIFIED);
    while (db_step(row))
        send_cancel(server, rollout, get_int(row, 0));
}

void rollout_end(struct server *server, int64_t deployment, enum rollout_phase phase)
{
    struct statement *row = db_prepare(
        server->db, "SELECT id FROM rollout WHERE deployment = ?1 AND phase IN (1, 2)");
    int64_t id;

    put_int(row, deployment);
    id = db_number(row, 0);
    if (id == 0)
        return;
    row = db_prepare(server->db, "UPDATE rollout SET phase = ?1 WHERE id = ?2");
    put_int(row, phase);
    put_int(row, id);
    db_run(row);
    rollout_withdraw(server, id);
}

/* A device that came to the deployment after the roll-out began takes part all the same. */
static void join(struct link *link, int64_t rollout)
{
    struct statement *row = db_prepare(
        link->server->db, "INSERT INTO rollout_device (rollout, device, rank, changed)"
                          " VALUES (?1, ?2, ?2, ?3) ON CONFLICT DO NOTHING");

    put_int(row, rollout);
    put_int(row, link->device);
    put_int(row, (int64_t)clock_ms());
    db_run(row);
}

void rollout_device_connected(struct link *link, const char *version, bool booted_well)
{
    struct statement *row = db_prepare(
        link->server->db, "SELECT r.id, e.version FROM rollout r JOIN release e ON e.id = r.release"
                          " WHERE r.deployment = ?1 AND r.phase IN (1, 2)");
    int64_t rollout;
    bool runs_it;

    put_int(row, link->deployment);
    if (!db_step(row))
        return;
    rollout = get_int(row, 0);
    runs_it = booted_well && strcmp(get_text(row, 1), version) == 0;
    join(link, rollout);
    if (runs_it) {
        row = db_prepare(link->server->db,
                         "UPDATE rollout_device SET state = ?1, changed = ?2"
                         " WHERE rollout = ?3 AND device = ?4 AND state = 0");
        put_int(row, OFFER_BOOTED_WELL);
        put_int(row, (int64_t)clock_ms());
        put_int(row, rollout);
        put_int(row, link->device);
        db_run(row);
    }
    link->server->rollouts_are_due = true;
}

void rollout_device_gone(struct link *link)
{
    struct statement *row = db_prepare(
        link->server->db, "UPDATE rollout_device SET state = 0 WHERE device = ?1"
                          " AND state BETWEEN ?2 AND ?3");

    put_int(row, link->device);
    put_int(row, OFFER_MADE);
    put_int(row, OFFER_VERIFIED);
    db_run(row);
    link->server->rollouts_are_due = true;
}

/* How the offer to this device stands; false when there never was one. */
static bool find_offer(struct link *link, uint64_t rollout, enum offer_state *state,
                       char version[VERSION_SIZE])
{
    struct statement *row = db_prepare(
        link->server->db, "SELECT d.state, e.version FROM rollout_device d JOIN rollout r"
                          " ON r.id = d.rollout JOIN release e ON e.id = r.release"
                          " WHERE d.rollout = ?1 AND d.device = ?2");

    if (rollout > INT64_MAX)
        return false;
    put_int(row, (int64_t)rollout);
    put_int(row, link->device);
    if (!db_step(row))
        return false;
    *state = (enum offer_state)get_int(row, 0);
    snprintf(version, VERSION_SIZE, "%s", get_text(row, 1));
    return true;
}

void rollout_progress(struct link *link, const struct fleet_upgrade_progress *progress)
{
    static const enum offer_state states[] = {OFFER_MADE, OFFER_FETCHING, OFFER_VERIFIED,
                                              OFFER_RESTARTING};
    enum offer_state now = OFFER_PENDING;
    char version[VERSION_SIZE];
    struct statement *row;

    if (progress->state >= array_count(states) ||
        !find_offer(link, progress->rollout, &now, version) || !offer_is_open(now))
        return;
    if (offer_may_become(now, states[progress->state]))
        now = states[progress->state];
    row = db_prepare(link->server->db,
                     "UPDATE rollout_device SET state = ?1, changed = ?2, bytes_done = ?3,"
                     " bytes_total = ?4 WHERE rollout = ?5 AND device = ?6");
    put_int(row, now);
    put_int(row, (int64_t)clock_ms());
    put_int(row, (int64_t)(progress->bytes_done & INT64_MAX));
    put_int(row, (int64_t)(progress->bytes_total & INT64_MAX));
    put_int(row, (int64_t)progress->rollout);
    put_int(row, link->device);
    db_run(row);
}

/* Success is what runs, not what is said. */
static enum offer_state judge(const struct fleet_upgrade_result *result, const char *version,
                              char *reason, size_t size)
{
    static const enum offer_state ends[] = {OFFER_FAILED,  OFFER_BOOTED_WELL, OFFER_FELL_BACK,
                                            OFFER_FAILED, OFFER_REFUSED,     OFFER_BOOTED_WELL};
    enum offer_state end =
        result->outcome < array_count(ends) ? ends[result->outcome] : OFFER_FAILED;
    char running[VERSION_SIZE];

    clean_text(reason, size, result->reason);
    clean_text(running, sizeof(running), result->release);
    if (end != OFFER_BOOTED_WELL || strcmp(running, version) == 0)
        return end;
    snprintf(reason, size, "it says that it booted well, but runs %s",
             running[0] != '\0' ? running : "no release");
    return OFFER_FAILED;
}

static void keep_running_version(struct link *link, const struct fleet_upgrade_result *result)
{
    struct statement *row = db_prepare(
        link->server->db, "UPDATE device SET version = ?1, generation = ?2, booted_well = 1"
                          " WHERE id = ?3");
    char running[VERSION_SIZE];

    clean_text(running, sizeof(running), result->release);
    put_text(row, running);
    put_int(row, (int64_t)(result->generation & INT64_MAX));
    put_int(row, link->device);
    db_run(row);
}

void rollout_result(struct link *link, const struct fleet_upgrade_result *result)
{
    enum offer_state now = OFFER_PENDING;
    enum offer_state end;
    char version[VERSION_SIZE];
    char reason[241];

    link->result_of = result->rollout; /* confirmed in any case, so that it is said no more */
    if (!find_offer(link, result->rollout, &now, version))
        return;
    end = judge(result, version, reason, sizeof(reason));
    if (end == OFFER_BOOTED_WELL)
        keep_running_version(link, result);
    if (!offer_may_become(now, end))
        return;
    set_state(link->server, (int64_t)result->rollout, link->device, end, reason);
    device_note(link->server, link->device, "upgrade to %s %s%s%s", version,
                end == OFFER_BOOTED_WELL ? "booted well"
                : end == OFFER_FELL_BACK ? "fell back"
                                         : "failed",
                reason[0] != '\0' ? ": " : "", reason);
}
