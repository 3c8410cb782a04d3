/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: what apps have to say, kept for whoever may read it.
 *
 * Whose line it is follows from the session it comes through, so nobody writes under another's
 * name.  Readers are told of new lines by a signal; the service never wakes by itself.
 */
#include "store.h"

#include <base/memory.h>
#include <component/server.h>
#include <protocol/log_server.h>
#include <rt/process.h>

struct session {
    uint32_t app; /* whose lines it writes; STORE_NONE: there was no room, so none */
    bool may_read;
    cap_t wake; /* of a reader that follows, or 0 */
};

struct log {
    struct component self;
    struct component_server server;
    struct store store;
    struct session sessions[COMPONENT_SESSIONS_MAX];
};

static struct log the_log;

static struct log *log_of(void *state)
{
    return ((struct component_server *)state)->state;
}

static struct session *session_of(void *state, const struct ipc_request *request)
{
    return &log_of(state)->sessions[component_session(request)];
}

static void wake_readers(const struct log *log)
{
    for (uint32_t i = 0; i < COMPONENT_SESSIONS_MAX; i++) {
        if (log->sessions[i].wake != 0)
            (void)skr_signal(log->sessions[i].wake, LOG_EVENT_GROWN);
    }
}

/* ---- writing ---- */

status_t log_on_write(void *state, struct ipc_request *request, const struct log_write_in *in,
                      struct log_write_out *out)
{
    struct log *log = log_of(state);
    uint32_t app = session_of(state, request)->app;
    bool is_kept;
    status_t status;

    if (app == STORE_NONE)
        return ERR_OVER_LIMIT;
    status = store_write(&log->store, app, in->level, (const char *)in->text,
                         (uint32_t)in->text_size, rt_time_now_ns(), &is_kept);
    if (is_kept)
        wake_readers(log);
    out->wanted = log->store.apps[app].level;
    return status;
}

/* ---- reading ---- */

status_t log_on_app(void *state, struct ipc_request *request, const struct log_app_in *in,
                    struct log_app_out *out)
{
    const struct store_app *app;

    if (!session_of(state, request)->may_read)
        return ERR_NOT_PERMITTED;
    if (in->index >= STORE_APPS_MAX || log_of(state)->store.apps[in->index].name[0] == '\0')
        return ERR_NOT_FOUND;
    app = &log_of(state)->store.apps[in->index];
    out->level = app->level;
    out->written = app->written;
    out->dropped = app->dropped;
    out->lost = app->lost;
    str_copy(out->name, sizeof(out->name), app->name);
    return OK;
}

status_t log_on_read(void *state, struct ipc_request *request, const struct log_read_in *in,
                     struct log_read_out *out)
{
    const struct store *store = &log_of(state)->store;
    uint32_t app = store_find(store, in->of);
    struct store_line line;

    if (!session_of(state, request)->may_read)
        return ERR_NOT_PERMITTED;
    if (app == STORE_NONE && in->of[0] != '\0')
        return ERR_NOT_FOUND;
    if (!store_read(store, app, in->after, &line))
        return ERR_WOULD_BLOCK;
    out->number = line.number;
    out->time = line.time_ns;
    out->level = line.level;
    out->text_size = line.size;
    mem_copy(out->text, line.text, line.size);
    str_copy(out->app, sizeof(out->app), store->apps[line.app].name);
    return OK;
}

status_t log_on_follow(void *state, struct ipc_request *request, const struct log_follow_in *in)
{
    struct session *session = session_of(state, request);

    if (!session->may_read)
        return ERR_NOT_PERMITTED;
    component_drop(&log_of(state)->self, session->wake);
    ipc_take_cap(request, in->wake);
    session->wake = in->wake;
    return OK;
}

status_t log_on_set_level(void *state, struct ipc_request *request,
                          const struct log_set_level_in *in)
{
    struct log *log = log_of(state);
    uint32_t app = store_find(&log->store, in->app);

    if (!session_of(state, request)->may_read)
        return ERR_NOT_PERMITTED;
    if (app == STORE_NONE)
        return ERR_NOT_FOUND;
    if (in->level >= STORE_LEVELS)
        return ERR_BAD_ARGUMENT;
    log->store.apps[app].level = in->level;
    return OK;
}

/* ---- sessions ---- */

static void on_opened(void *state, uint32_t session, const char *name, const char *client)
{
    struct log *log = state;
    bool may_read = str_equal(name, "log_reader");

    log->sessions[session] = (struct session){
        .app = may_read ? STORE_NONE : store_enter(&log->store, client, rt_time_now_ns()),
        .may_read = may_read,
    };
}

static void on_closed(void *state, uint32_t session)
{
    struct log *log = state;

    component_drop(&log->self, log->sessions[session].wake);
    log->sessions[session] = (struct session){.app = STORE_NONE};
}

/* What the manifest's environment says, or else. */
static uint32_t number_of(const struct log *log, const char *name, uint32_t otherwise)
{
    const char *text = rt_startup_environment(log->self.startup, name);
    uint32_t number = 0;

    if (text == NULL)
        return otherwise;
    for (; *text >= '0' && *text <= '9' && number < 100000; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number > 0 ? number : otherwise;
}

int component_main(const struct rt_startup *startup)
{
    struct log *log = &the_log;
    struct store_rate rate;
    status_t status;

    component_init(&log->self, startup);
    rate.burst = number_of(log, "LOG_BURST", 64);
    rate.per_second = number_of(log, "LOG_PER_SECOND", 16);
    store_init(&log->store, &rate, STORE_INFO);
    log->server.on_opened = on_opened;
    log->server.on_closed = on_closed;
    log->server.state = log;
    status = component_server_init(&log->server, &log->self, &log_protocol, "main");
    if (status != OK)
        return status;
    (void)component_publish(&log->server, "log_reader"); /* where the manifest has it */
    component_serve(&log->server);
}
