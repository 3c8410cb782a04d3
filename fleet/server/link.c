/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a link begins, lives and ends; what welcome devices say is report.c's.
 *
 * A device is who holds its key: the signature covers our challenge and this TLS session, so it is
 * worth nothing anywhere else.  One device has one link; the second is refused, and the first is
 * asked whether it is still there.
 */
#include "link.h"

#include "admit.h"
#include "report.h"

#include <abi/status.h>
#include <openssl/ssl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    HELLO_MS = 10000,
    PING_MS = 20000,
    PINGS_UNANSWERED_MAX = 2,
    PROBE_MS = 3000, /* for an old link when its device dials again */
    MESSAGE_MAX = 32768,
    UNSENT_MAX = 1 << 20,
    CREDITS = 16, /* of each channel, granted again when half are used */
    ACTIVITY_MAX = 200,
};

void device_note(struct server *server, int64_t device, const char *fmt, ...)
{
    struct statement *row;
    char text[240];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    row = db_prepare(server->db, "INSERT INTO activity (device, time, text) VALUES (?1, ?2, ?3)");
    put_int(row, device);
    put_int(row, (int64_t)clock_ms());
    put_text(row, text);
    db_run(row);
    row = db_prepare(server->db, "DELETE FROM activity WHERE device = ?1 AND id <="
                                 " (SELECT id FROM activity WHERE device = ?1"
                                 "  ORDER BY id DESC LIMIT 1 OFFSET ?2)");
    put_int(row, device);
    put_int(row, ACTIVITY_MAX);
    db_run(row);
}

static size_t place_of(int64_t device)
{
    return ((uint64_t)device * UINT64_C(0x9e3779b97f4a7c15) >> 32) % LINK_TABLE_SIZE;
}

struct link *link_find(const struct server *server, int64_t device)
{
    struct link *link = server->links[place_of(device)];

    while (link != NULL && link->device != device)
        link = link->next;
    return link;
}

static void table_add(struct link *link)
{
    struct link **place = &link->server->links[place_of(link->device)];

    link->next = *place;
    *place = link;
    link->server->link_count++;
}

static void table_remove(struct link *link)
{
    struct link **place = &link->server->links[place_of(link->device)];

    while (*place != link)
        place = &(*place)->next;
    *place = link->next;
    link->server->link_count--;
}

uint64_t link_command(struct link *link, const char *words)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        if (link->commands[i].id == 0) {
            link->commands[i].id = ++link->next_id;
            snprintf(link->commands[i].words, sizeof(link->commands[i].words), "%s", words);
            return link->commands[i].id;
        }
    }
    return 0;
}

void link_send(struct link *link, const struct fleet_message *message)
{
    static uint8_t bytes[MESSAGE_MAX];
    size_t size = wire_encode(&fleet_protocol, message, bytes, sizeof(bytes));

    if (size > 0 && stream_unsent(&link->http->stream) < UNSENT_MAX)
        socket_send(&link->socket, bytes, size);
    else
        socket_end(&link->socket, SOCKET_CLOSE_POLICY);
}

void link_refuse(struct link *link, unsigned reason, const char *text, uint64_t retry_after_ms)
{
    struct fleet_message message = {.type = FLEET_REFUSAL};

    link->server->counters.device_refusals++;
    message.refusal.reason = reason;
    message.refusal.text = wire_text(text);
    message.refusal.retry_after = retry_after_ms;
    link_send(link, &message);
    socket_end(&link->socket, SOCKET_CLOSE_POLICY);
    if (link->phase == LINK_CHALLENGED)
        link->phase = LINK_ENDING;
    timer_start(link->server->loop, &link->timer, PROBE_MS); /* if it does not go by itself */
}

static void ping(struct link *link)
{
    struct fleet_message message = {.type = FLEET_PING};

    message.ping.id = ++link->next_id;
    link->pings_unanswered++;
    link_send(link, &message);
}

static void timer_fired(struct timer *timer)
{
    struct link *link = container_of(timer, struct link, timer);
    uint64_t silence = loop_now_ms(link->server->loop) - link->heard_ms;

    if (link->phase != LINK_WELCOME || link->pings_unanswered > PINGS_UNANSWERED_MAX) {
        stream_close(&link->http->stream);
        return;
    }
    if (silence >= PING_MS || link->pings_unanswered > 0)
        ping(link);
    timer_start(link->server->loop, &link->timer, PING_MS);
}

/* The device dials while this link still stands: it has a moment to show that it lives. */
static void probe(struct link *link)
{
    link->pings_unanswered = PINGS_UNANSWERED_MAX;
    ping(link);
    timer_start(link->server->loop, &link->timer, PROBE_MS);
}

static void welcome(struct link *link)
{
    struct fleet_message message = {.type = FLEET_WELCOME};
    char secret[SECRET_SIZE];

    make_secret(secret);
    snprintf(link->ticket, sizeof(link->ticket), "%lld.%s", (long long)link->device, secret);
    link->telemetry_credits = CREDITS;
    link->logs_credits = CREDITS;
    message.welcome.device = (uint64_t)link->device;
    message.welcome.ticket = wire_text(link->ticket);
    message.welcome.ping_interval = PING_MS;
    message.welcome.telemetry_credits = CREDITS;
    message.welcome.logs_credits = CREDITS;
    link_send(link, &message);
    link->phase = LINK_WELCOME;
    link->server->counters.device_connects++;
    table_add(link);
    timer_start(link->server->loop, &link->timer, PING_MS);
}

/* The device's signature over what only this link knows. */
static bool signature_holds(struct link *link, const struct fleet_hello *hello)
{
    static const char purpose[] = "skerry fleet v1 challenge"; /* with its zero */
    static const char label[] = "EXPORTER-skerry-fleet-v1";
    uint8_t text[sizeof(purpose) + 32 + 32 + crypto_sign_PUBLICKEYBYTES];
    uint8_t *at = text + sizeof(purpose);

    if (hello->key.size != crypto_sign_PUBLICKEYBYTES ||
        hello->signature.size != crypto_sign_BYTES)
        return false;
    memcpy(text, purpose, sizeof(purpose));
    memcpy(at, link->nonce, 32);
    if (SSL_export_keying_material(link->http->stream.ssl, at + 32, 32, label, strlen(label),
                                   NULL, 0, 0) != 1)
        return false;
    memcpy(at + 64, hello->key.data, crypto_sign_PUBLICKEYBYTES);
    return crypto_sign_verify_detached(hello->signature.data, text, sizeof(text),
                                       hello->key.data) == 0;
}

static void handle_hello(struct link *link, const struct fleet_hello *hello)
{
    struct admission_answer answer;
    struct link *other;

    if (!signature_holds(link, hello)) {
        link_refuse(link, 1, "the signature does not fit key and connection", 60000);
        return;
    }
    if (admit_device(link, hello, &answer) != OK) {
        link_refuse(link, answer.reason, answer.text, answer.retry_after_ms);
        return;
    }
    other = link_find(link->server, link->device);
    if (other != NULL) {
        device_note(link->server, link->device, "a second connection was refused");
        link_refuse(link, 5, "the device is connected already", PROBE_MS + 1000);
        link->device = 0;
        probe(other);
        return;
    }
    welcome(link);
    admit_online(link, hello);
}

/* Messages on a channel cost credits; the device gets them back in halves. */
static bool takes_credit(struct link *link, enum fleet_channel channel)
{
    uint32_t *credits =
        channel == FLEET_CHANNEL_TELEMETRY ? &link->telemetry_credits : &link->logs_credits;
    struct fleet_message message = {.type = FLEET_CREDIT};

    if (channel == FLEET_CHANNEL_CONTROL)
        return true;
    if (*credits == 0)
        return false;
    if (--*credits <= CREDITS / 2) {
        message.credit.channel = channel;
        message.credit.count = CREDITS - *credits;
        *credits = CREDITS;
        link_send(link, &message);
    }
    return true;
}

static void got_message(struct socket *socket, const uint8_t *data, size_t size)
{
    static struct fleet_message message; /* too large for a stack; one at a time */
    struct link *link = container_of(socket, struct link, socket);
    bool is_good = wire_decode(&fleet_protocol, WIRE_FROM_DEVICE, data, size, &message);

    link->server->counters.device_messages++;
    link->heard_ms = loop_now_ms(link->server->loop);
    link->pings_unanswered = 0;
    if (link->phase == LINK_ENDING)
        return;
    if (!is_good || (link->phase == LINK_CHALLENGED) != (message.type == FLEET_HELLO) ||
        !takes_credit(link, wire_find(&fleet_protocol, message.type)->channel)) {
        link_refuse(link, 6, "the message breaks the protocol", 60000);
        return;
    }
    if (message.type == FLEET_HELLO)
        handle_hello(link, &message.hello);
    else
        report_message(link, &message);
}

static void challenge(struct link *link)
{
    struct fleet_message message = {.type = FLEET_CHALLENGE};

    randombytes_buf(link->nonce, sizeof(link->nonce));
    message.challenge.nonce = (struct wire_bytes){link->nonce, sizeof(link->nonce)};
    message.challenge.time = clock_ms();
    link_send(link, &message);
}

static void open_link(struct http *http)
{
    const struct http_request *request = http->request;
    struct server *server = http->context;
    struct link *link = calloc(1, sizeof(*link));
    char accept[WEBSOCKET_ACCEPT_SIZE];
    char headers[160];

    if (link == NULL) {
        stream_end(&http->stream);
        return;
    }
    socket_open(&link->socket, &http->stream, true, MESSAGE_MAX);
    link->http = http;
    link->server = server;
    link->socket.message = got_message;
    link->timer.fire = timer_fired;
    link->heard_ms = loop_now_ms(server->loop);
    websocket_accept(request->headers[HEADER_SOCKET_KEY], accept);
    snprintf(headers, sizeof(headers),
             "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: skerry-fleet-v1\r\n", accept);
    http_upgrade(http, headers);
    http->state = link;
    timer_start(server->loop, &link->timer, HELLO_MS);
    challenge(link);
}

static bool is_header(const struct http_request *request, enum http_header header,
                      const char *value)
{
    return request->headers[header] != NULL && strcasecmp(request->headers[header], value) == 0;
}

void link_request(struct http *http)
{
    const struct http_request *request = http->request;

    if (strncmp(request->path, "/device/v1/blobs/", 17) == 0) {
        report_blob(http, request->path + 17);
    } else if (strcmp(request->path, "/device/v1") != 0 || !http->is_secure ||
               !is_header(request, HEADER_UPGRADE, "websocket") ||
               !is_header(request, HEADER_SOCKET_VERSION, "13") ||
               !is_header(request, HEADER_SOCKET_PROTOCOL, "skerry-fleet-v1") ||
               request->headers[HEADER_SOCKET_KEY] == NULL) {
        static const char why[] = "devices speak skerry-fleet-v1 over TLS WebSockets here\n";
        http_answer(http, 400, "Connection: close\r\n", "text/plain", why, strlen(why));
        stream_end(&http->stream);
    } else {
        open_link(http);
    }
}

static void link_gone(struct link *link)
{
    timer_stop(link->server->loop, &link->timer);
    if (link->phase == LINK_WELCOME) {
        table_remove(link);
        report_gone(link);
    }
    socket_close_now(&link->socket);
    loop_free_later(link->server->loop, link);
}

void link_input(struct http *http, const uint8_t *data, size_t size)
{
    struct link *link = http->state;

    if (data == NULL)
        link_gone(link);
    else
        socket_input(&link->socket, data, size);
}

void links_recover(struct server *server)
{
    for (size_t place = 0; place < LINK_TABLE_SIZE; place++) {
        struct link *next;

        for (struct link *link = server->links[place]; link != NULL; link = next) {
            next = link->next;
            if (link->is_uncommitted)
                stream_close(&link->http->stream);
            else
                admit_mark_online(server, link->device, true);
        }
    }
}

static void confirm_result(struct link *link)
{
    struct fleet_message message = {.type = FLEET_RESULT_SEEN};

    message.result_seen.rollout = link->result_of;
    link->result_of = 0;
    link_send(link, &message);
}

void links_committed(struct server *server)
{
    for (size_t place = 0; place < LINK_TABLE_SIZE; place++) {
        for (struct link *link = server->links[place]; link != NULL; link = link->next) {
            link->is_uncommitted = false;
            if (link->result_of != 0)
                confirm_result(link);
        }
    }
}
