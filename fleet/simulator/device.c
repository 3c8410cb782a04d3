/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated device's link.
 */
#include "device.h"

#include <abi/status.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BACK_OFF_MS = 1000, BACK_OFF_MOST_MS = 60000, MESSAGE_MAX = 32768 };

static struct loop *loop_of(const struct device *device)
{
    return device->simulation->service.net->loop;
}

static struct device *device_of_link(struct client *client)
{
    return container_of(client, struct device, link);
}

void device_send(struct device *device, const struct fleet_message *message)
{
    static uint8_t bytes[MESSAGE_MAX];
    size_t size = wire_encode(&fleet_protocol, message, bytes, sizeof(bytes));

    if (size > 0)
        socket_send(&device->socket, bytes, size);
}

static struct wire_bytes bytes_of(const uint8_t *data, uint32_t size)
{
    return (struct wire_bytes){data, size};
}

static void sign(struct device *device, const struct fleet_challenge *challenge,
                 uint8_t signature[crypto_sign_BYTES])
{
    static const char purpose[] = "skerry fleet v1 challenge"; /* with its zero */
    static const char label[] = "EXPORTER-skerry-fleet-v1";
    uint8_t text[sizeof(purpose) + 32 + 32 + crypto_sign_PUBLICKEYBYTES];
    uint8_t *at = text + sizeof(purpose);

    memcpy(text, purpose, sizeof(purpose));
    memcpy(at, challenge->nonce.data, 32);
    SSL_export_keying_material(device->link.stream.ssl, at + 32, 32, label, strlen(label), NULL, 0,
                               0);
    memcpy(at + 64, device->public_key, crypto_sign_PUBLICKEYBYTES);
    crypto_sign_detached(signature, NULL, text, sizeof(text), device->secret_key);
}

static void say_hello(struct device *device, const struct fleet_challenge *challenge)
{
    struct fleet_message message = {.type = FLEET_HELLO};
    struct fleet_hello *hello = &message.hello;
    uint8_t signature[crypto_sign_BYTES];
    char name[64];

    if (challenge->nonce.size != 32)
        return;
    sign(device, challenge, signature);
    snprintf(name, sizeof(name), "%s-%04u", device->simulation->name, device->number);
    hello->key = bytes_of(device->public_key, sizeof(device->public_key));
    hello->signature = bytes_of(signature, sizeof(signature));
    hello->architecture = wire_text(device->simulation->architecture);
    hello->system = wire_text("simulated");
    hello->release = wire_text(device->release);
    hello->generation = device->generation;
    hello->booted_well = true;
    hello->simulated = true;
    hello->token = wire_text(device->simulation->token);
    hello->name = wire_text(name);
    hello->boot = device->boot;
    hello->uptime = loop_now_ms(loop_of(device)) - device->booted_ms;
    device_send(device, &message);
    device->phase = DEVICE_CHALLENGED;
}

static void take_welcome(struct device *device, const struct fleet_welcome *welcome)
{
    device->phase = DEVICE_WELCOME;
    device->failures = 0;
    device->wait_ms = 0;
    device->simulation->connected++;
    device->simulation->connects++;
    device->telemetry_credits = (uint32_t)welcome->telemetry_credits;
    wire_text_copy(device->ticket, sizeof(device->ticket), welcome->ticket);
    upgrade_report(device);
    if (device->simulation->telemetry_ms > 0)
        timer_start(loop_of(device), &device->timer,
                    randombytes_uniform((uint32_t)device->simulation->telemetry_ms));
}

static void send_done(struct device *device, uint64_t id)
{
    struct fleet_message message = {.type = FLEET_DONE};

    message.done.id = id;
    device_send(device, &message);
}

/* The apps of a small weather station, made up. */
static void send_inspection(struct device *device, uint64_t id)
{
    static const char *const apps[] = {"main", "uart", "network", "station", "monitor", "admin"};
    static const char *const links[][3] = {{"station", "uart", "uart"},
                                           {"monitor", "station", "sensor"},
                                           {"admin", "network", "tcp"},
                                           {"monitor", "network", "tcp"}};
    struct fleet_message message = {.type = FLEET_INSPECTION};
    struct fleet_inspection *inspection = &message.inspection;

    inspection->id = id;
    inspection->system = wire_text("simulated");
    inspection->release = wire_text(device->release);
    inspection->generation = device->generation;
    inspection->booted_well = true;
    inspection->uptime = loop_now_ms(loop_of(device)) - device->booted_ms;
    inspection->memory_free = 48 << 20;
    for (uint32_t i = 0; i < array_count(apps); i++) {
        inspection->apps[i].name = wire_text(apps[i]);
        inspection->apps[i].state = 2;
        inspection->apps[i].memory = (uint64_t)(i + 1) * 131072;
        inspection->apps[i].message_server = i == 0;
    }
    inspection->apps_count = array_count(apps);
    for (uint32_t i = 0; i < array_count(links); i++) {
        inspection->connections[i].client = wire_text(links[i][0]);
        inspection->connections[i].server = wire_text(links[i][1]);
        inspection->connections[i].protocol = wire_text(links[i][2]);
    }
    inspection->connections_count = array_count(links);
    device_send(device, &message);
}

static void send_log(struct device *device)
{
    struct fleet_message message = {.type = FLEET_LOGS};
    char text[64];

    snprintf(text, sizeof(text), "simulated device %u, up %llu s", device->number,
             (unsigned long long)((loop_now_ms(loop_of(device)) - device->booted_ms) / 1000));
    message.logs.lines_count = 1;
    message.logs.lines[0].sequence = 1;
    message.logs.lines[0].time = clock_ms();
    message.logs.lines[0].app = wire_text("station");
    message.logs.lines[0].text = wire_text(text);
    device_send(device, &message);
}

static void take_message(struct device *device, const struct fleet_message *message)
{
    switch (message->type) {
    case FLEET_CHALLENGE: say_hello(device, &message->challenge); break;
    case FLEET_WELCOME: take_welcome(device, &message->welcome); break;
    case FLEET_REFUSAL:
        device->simulation->refusals++;
        device->wait_ms = message->refusal.retry_after;
        break;
    case FLEET_CREDIT:
        if (message->credit.channel == FLEET_CHANNEL_TELEMETRY)
            device->telemetry_credits += (uint32_t)message->credit.count;
        break;
    case FLEET_PING: send_done(device, message->ping.id); break;
    case FLEET_RESTART:
        send_done(device, message->restart.id);
        device->booted_ms = loop_now_ms(loop_of(device));
        break;
    case FLEET_INSPECT: send_inspection(device, message->inspect.id); break;
    case FLEET_FOLLOW_LOGS:
        send_done(device, message->follow_logs.id);
        if (!message->follow_logs.stop)
            send_log(device);
        break;
    case FLEET_UPGRADE_OFFER: upgrade_offered(device, &message->upgrade_offer); break;
    case FLEET_UPGRADE_CANCEL: upgrade_cancelled(device, message->upgrade_cancel.rollout); break;
    case FLEET_RESULT_SEEN:
        if (device->outcome.rollout == message->result_seen.rollout)
            device->outcome = (struct outcome){0};
        break;
    default: break;
    }
}

static void got_message(struct socket *socket, const uint8_t *data, size_t size)
{
    static struct fleet_message message;

    if (wire_decode(&fleet_protocol, WIRE_FROM_SERVICE, data, size, &message))
        take_message(container_of(socket, struct device, socket), &message);
    else
        socket_end(socket, SOCKET_CLOSE_PROTOCOL);
}

static void link_head(struct client *client, unsigned status)
{
    if (status != 101)
        stream_end(&client->stream);
}

static void link_body(struct client *client, const uint8_t *data, size_t size)
{
    struct device *device = device_of_link(client);

    if (client->is_upgraded)
        socket_input(&device->socket, data, size);
}

static void link_complete(struct client *client)
{
    stream_end(&client->stream);
}

/* Dials again after a while that grows and is never the same for all. */
static void link_closed(struct client *client)
{
    struct device *device = device_of_link(client);
    uint64_t wait = device->wait_ms;

    if (device->phase == DEVICE_WELCOME)
        device->simulation->connected--;
    device->phase = DEVICE_AWAY;
    socket_close_now(&device->socket);
    upgrade_link_gone(device);
    if (device->restarter.place != 0)
        return; /* it dials when it is back */
    if (wait == 0) {
        uint32_t shift = device->failures < 6 ? device->failures : 6;
        wait = u64_min((uint64_t)BACK_OFF_MS << shift, BACK_OFF_MOST_MS);
        device->failures++;
    }
    device_start(device, wait / 2 + randombytes_uniform((uint32_t)wait + 1));
}

static const struct client_owner link_owner = {link_head, link_body, link_complete, link_closed};

static void dial(struct device *device)
{
    char request[512];
    uint8_t nonce[16];
    char key[32];

    randombytes_buf(nonce, sizeof(nonce));
    sodium_bin2base64(key, sizeof(key), nonce, sizeof(nonce), sodium_base64_VARIANT_ORIGINAL);
    snprintf(request, sizeof(request),
             "GET /device/v1 HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Protocol: skerry-fleet-v1\r\n\r\n",
             device->simulation->host_header, key);
    socket_open(&device->socket, &device->link.stream, false, MESSAGE_MAX);
    device->socket.message = got_message;
    device->phase = DEVICE_DIALLING;
    if (client_open(&device->link, &device->simulation->service, &link_owner, request) != OK)
        link_closed(&device->link);
}

static void send_reading(struct device *device)
{
    struct fleet_message message = {.type = FLEET_TELEMETRY};
    struct fleet_sample *sample = message.telemetry.samples;
    uint64_t now = clock_ms();

    message.telemetry.samples_count = 1;
    sample->app = wire_text("station");
    sample->name = wire_text("temperature");
    sample->time = now;
    sample->value = 15 + 8 * sin((double)now / 60000 + device->number);
    device->telemetry_credits--;
    device_send(device, &message);
}

static void timer_fired(struct timer *timer)
{
    struct device *device = container_of(timer, struct device, timer);

    if (device->phase == DEVICE_AWAY) {
        dial(device);
        return;
    }
    if (device->phase != DEVICE_WELCOME)
        return;
    if (device->telemetry_credits > 0)
        send_reading(device);
    timer_start(loop_of(device), timer, device->simulation->telemetry_ms);
}

static void restarted(struct timer *timer)
{
    struct device *device = container_of(timer, struct device, restarter);

    randombytes_buf(&device->boot, sizeof(device->boot));
    device->booted_ms = loop_now_ms(loop_of(device));
    device_start(device, 0);
}

void device_reboot(struct device *device)
{
    uint32_t spread = (uint32_t)device->simulation->restart_ms;

    timer_stop(loop_of(device), &device->timer); /* or a due reading would dial meanwhile */
    timer_start(loop_of(device), &device->restarter, spread / 2 + randombytes_uniform(spread + 1));
    socket_end(&device->socket, SOCKET_CLOSE_NORMAL);
}

void device_start(struct device *device, uint64_t delay_ms)
{
    timer_start(loop_of(device), &device->timer, delay_ms);
}

void device_init(struct device *device, struct simulation *simulation, const char *seed,
                 uint32_t number, const char *release)
{
    uint8_t bytes[crypto_sign_SEEDBYTES];
    char text[128];

    *device = (struct device){.simulation = simulation, .number = number, .generation = 1};
    snprintf(text, sizeof(text), "simulated device %u of %s", number, seed);
    crypto_generichash(bytes, sizeof(bytes), (const uint8_t *)text, strlen(text), NULL, 0);
    crypto_sign_seed_keypair(device->public_key, device->secret_key, bytes);
    randombytes_buf(&device->boot, sizeof(device->boot));
    device->booted_ms = loop_now_ms(loop_of(device));
    device->timer.fire = timer_fired;
    device->restarter.fire = restarted;
    snprintf(device->release, sizeof(device->release), "%s", release);
}
