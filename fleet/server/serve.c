/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's turns: what came in is handled, roll-outs take a step, changes become durable, and
 * only then anything is answered.
 */
#include "serve.h"

#include "account.h"
#include "api.h"
#include "link.h"
#include "rollout.h"
#include "schema.h"
#include "tls.h"

#include <abi/status.h>
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WORKERS = 2,
    WORKER_QUEUE = 16,
    CONNECTIONS_MAX = 20000,
    ACCEPTS_A_TURN = 64,
    BACKLOG = 1024,
    COMMIT_MS = 250, /* changes that nobody waits for are collected for so long */
    STEP_MS = 50,    /* between steps of roll-outs */
    TICK_MS = 1000,
    TRIM_MS = 10000,
    SWEEP_MS = 3600000,
};
static const int64_t TELEMETRY_MS = INT64_C(30) * 24 * 3600 * 1000;

struct listener {
    struct watch watch;
    struct server *server;
    bool is_secure;
};

static struct server server;
static struct listener listeners[2];

/* Rows of which the time is over. */
static void sweep(void)
{
    int64_t now = (int64_t)clock_ms();
    struct statement *row = db_prepare(server.db, "DELETE FROM telemetry WHERE time < ?1");

    put_int(row, now - TELEMETRY_MS);
    db_run(row);
    row = db_prepare(server.db, "DELETE FROM token WHERE expires < ?1");
    put_int(row, now);
    db_run(row);
    row = db_prepare(server.db, "DELETE FROM login_link WHERE expires < ?1");
    put_int(row, now);
    db_run(row);
    row = db_prepare(server.db, "DELETE FROM session WHERE created < ?1");
    put_int(row, now - INT64_C(7) * 24 * 3600 * 1000);
    db_run(row);
    server.swept_ms = loop_now_ms(server.loop);
}

static void commit(void)
{
    status_t status = db_commit(server.db);

    server.changes_since_ms = 0;
    server.counters.commits++;
    db_status(server.db);
    if (status == OK) {
        links_committed(&server);
    } else {
        server.counters.commits_failed++;
        links_recover(&server);
    }
    api_settle(&server, status);
}

/* Whether `since`, 0 for never, is at least `delay` ago. */
static bool is_past(uint64_t since, uint64_t delay)
{
    return since != 0 && loop_now_ms(server.loop) - since >= delay;
}

static void settle(void *owner)
{
    static uint64_t stepped_ms = 1;
    uint64_t next = TICK_MS;

    (void)owner;
    if (server.rollouts_are_due && is_past(stepped_ms, STEP_MS)) {
        rollouts_run(&server);
        stepped_ms = loop_now_ms(server.loop);
    }
    if (db_has_changes(server.db) && server.changes_since_ms == 0)
        server.changes_since_ms = loop_now_ms(server.loop);
    if (server.waiting != NULL || is_past(server.changes_since_ms, COMMIT_MS))
        commit();
    net_flush(&server.net);

    if (server.changes_since_ms != 0 || db_has_changes(server.db))
        next = COMMIT_MS;
    if (server.rollouts_are_due)
        next = STEP_MS;
    if (server.tick.place == 0 || server.tick.due_ms > loop_now_ms(server.loop) + next)
        timer_start(server.loop, &server.tick, next);
}

/* Handshakes leave holes in the heap; when many are over, the system gets them back. */
static void return_memory(void)
{
    static uint64_t connects;
    static uint64_t looked_ms;

    if (loop_now_ms(server.loop) - looked_ms < TRIM_MS)
        return;
    looked_ms = loop_now_ms(server.loop);
    if (server.counters.device_connects != connects)
        malloc_trim(0);
    connects = server.counters.device_connects;
}

/* Time passing can itself be what a roll-out waits for. */
static void tick(struct timer *timer)
{
    static uint64_t looked_ms;

    (void)timer;
    if (loop_now_ms(server.loop) - looked_ms >= TICK_MS) {
        looked_ms = loop_now_ms(server.loop);
        server.rollouts_are_due = true;
    }
    return_memory();
    if (is_past(server.swept_ms, SWEEP_MS))
        sweep();
}

static void take_connection(struct listener *listener, int fd, const struct sockaddr_storage *from)
{
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;
    const void *address =
        from->ss_family == AF_INET6 ? (const void *)&six->sin6_addr : &four->sin_addr;
    char peer[INET6_ADDRSTRLEN] = "";
    int yes = 1;

    inet_ntop(from->ss_family, address, peer, sizeof(peer));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (http_open(&server.net, &api_http_owner, &server, fd,
                  listener->is_secure ? server.tls : NULL, peer) == OK)
        server.connection_count++;
}

static void listener_ready(struct watch *watch, uint32_t events)
{
    struct listener *listener = container_of(watch, struct listener, watch);

    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof(from);
        int fd = accept4(watch->fd, (struct sockaddr *)&from, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0)
            return;
        if (server.connection_count >= CONNECTIONS_MAX)
            close(fd);
        else
            take_connection(listener, fd, &from);
    }
}

/* "127.0.0.1:8080", "[::1]:8080". */
static bool parse_address(const char *text, struct sockaddr_storage *address, socklen_t *size)
{
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    const char *colon = strrchr(text, ':');
    char host[64];
    char *end;
    unsigned long port;

    if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
        return false;
    port = strtoul(colon + 1, &end, 10);
    snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
    memset(address, 0, sizeof(*address));
    if (*end != '\0' || port > UINT16_MAX)
        return false;
    if (host[0] == '[' && host[strlen(host) - 1] == ']') {
        host[strlen(host) - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *size = sizeof(*six);
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1;
    }
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *size = sizeof(*four);
    return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    /* The port is in the same place in both kinds of addresses. */
    return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
}

static status_t listen_on(struct listener *listener, const char *text, bool is_secure)
{
    struct sockaddr_storage address;
    socklen_t size;
    int yes = 1;
    int fd;

    if (!parse_address(text, &address, &size)) {
        fprintf(stderr, "skerryvore: '%s' is not ADDRESS:PORT\n", text);
        return ERR_BAD_ARGUMENT;
    }
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, BACKLOG) != 0) {
        fprintf(stderr, "skerryvore: cannot listen on %s: %s\n", text, strerror(errno));
        return ERR_IN_USE;
    }
    *listener = (struct listener){{fd, listener_ready}, &server, is_secure};
    printf("skerryvore: %s on %.*s:%u\n", is_secure ? "devices (TLS)" : "people (HTTP)",
           (int)(strrchr(text, ':') - text), text, port_of(fd));
    return loop_watch(server.loop, &listener->watch, EPOLLIN);
}

status_t server_open_data(struct server *opened, const char *data)
{
    char path[320];
    status_t status;

    if (mkdir(data, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "skerryvore: cannot make %s: %s\n", data, strerror(errno));
        return ERR_IO_FAILED;
    }
    snprintf(path, sizeof(path), "%s/fleet.db", data);
    status = db_open(path, &opened->db);
    if (status == OK)
        status = schema_migrate(opened->db, schema_newest);
    snprintf(path, sizeof(path), "%s/blobs", data);
    return status == OK ? blobs_open(&opened->blobs, path) : status;
}

static status_t open_tls(const struct serve_options *options)
{
    char certificate[320];
    char key[320];
    status_t status = OK;

    snprintf(certificate, sizeof(certificate), "%s/certificate.pem", options->data);
    snprintf(key, sizeof(key), "%s/key.pem", options->data);
    if (options->certificate == NULL)
        status = tls_make_certificate(certificate, key, options->host);
    if (status != OK)
        return status;
    server.tls = tls_create(options->certificate != NULL ? options->certificate : certificate,
                            options->certificate != NULL ? options->key : key);
    return server.tls != NULL ? OK : ERR_BAD_ARGUMENT;
}

/* The first person gets a password that is told once, and a link that works once. */
static status_t welcome_owner(const struct serve_options *options)
{
    char password[SECRET_SIZE];
    char link[SECRET_SIZE];
    status_t status;

    if (options->owner == NULL || account_is_any(server.db))
        return OK;
    make_secret(password);
    password[20] = '\0';
    status = account_found(server.db, "My organisation", options->owner, password);
    if (status == OK)
        status = account_make_link(server.db, options->owner, link);
    if (status == OK)
        status = db_commit(server.db);
    if (status == OK)
        printf("skerryvore: owner %s, password %s\n"
               "skerryvore: or log in once by http://127.0.0.1:%u/#link=%s\n",
               options->owner, password,
               options->http != NULL ? port_of(listeners[1].watch.fd) : 0, link);
    return status;
}

static void stop(int signal_number)
{
    (void)signal_number;
    loop_stop(server.loop);
}

static void prepare_process(void)
{
    struct sigaction action = {.sa_handler = stop};
    struct rlimit files;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static status_t start(const struct serve_options *options)
{
    status_t status = server_open_data(&server, options->data);

    server.loop = loop_create();
    if (server.loop == NULL)
        return ERR_NO_MEMORY;
    net_init(&server.net, server.loop);
    server.tick.fire = tick;
    server.started_ms = loop_now_ms(server.loop);
    server.workers = workers_create(server.loop, WORKERS, WORKER_QUEUE);
    if (status == OK && server.workers == NULL)
        status = ERR_NO_MEMORY;
    if (status == OK)
        status = open_tls(options);
    if (status == OK && options->tls != NULL)
        status = listen_on(&listeners[0], options->tls, true);
    if (status == OK && options->http != NULL)
        status = listen_on(&listeners[1], options->http, false);
    if (status == OK)
        status = welcome_owner(options);
    return status;
}

status_t server_serve(const struct serve_options *options)
{
    status_t status;

    prepare_process();
    status = start(options);
    if (status != OK)
        return status;
    rollouts_recover(&server);
    sweep();
    loop_on_settle(server.loop, settle, NULL);
    loop_run(server.loop);

    status = db_commit(server.db);
    workers_destroy(server.workers);
    db_close(server.db);
    SSL_CTX_free(server.tls);
    return status;
}
