/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a simulated device upgrades: it fetches the blobs it lacks, checks each, restarts, and tells
 * how it went.
 */
#include "device.h"

#include <abi/status.h>
#include <stdio.h>
#include <string.h>

static bool has_blob(const struct device *device, const uint8_t *hash)
{
    for (uint32_t i = 0; i < device->kept_count; i++)
        if (memcmp(device->kept[i], hash, crypto_hash_sha256_BYTES) == 0)
            return true;
    return false;
}

/* The oldest goes when there is no room. */
static void keep_blob(struct device *device, const uint8_t *hash)
{
    if (device->kept_count == BLOBS_KEPT)
        memmove(device->kept[0], device->kept[1], sizeof(device->kept[0]) * --device->kept_count);
    memcpy(device->kept[device->kept_count++], hash, crypto_hash_sha256_BYTES);
}

static void send_progress(struct device *device, unsigned state)
{
    struct fleet_message message = {.type = FLEET_UPGRADE_PROGRESS};

    message.upgrade_progress.rollout = device->upgrade.rollout;
    message.upgrade_progress.state = state;
    message.upgrade_progress.bytes_done = device->upgrade.bytes_done;
    message.upgrade_progress.bytes_total = device->upgrade.bytes_total;
    device_send(device, &message);
}

static void set_outcome(struct device *device, uint64_t code, const char *reason)
{
    device->outcome = (struct outcome){device->upgrade.rollout, code, reason};
    device->upgrade.rollout = 0;
}

void upgrade_report(struct device *device)
{
    struct fleet_message message = {.type = FLEET_UPGRADE_RESULT};

    if (device->outcome.rollout == 0)
        return;
    message.upgrade_result.rollout = device->outcome.rollout;
    message.upgrade_result.outcome = device->outcome.code;
    message.upgrade_result.reason = wire_text(device->outcome.reason);
    message.upgrade_result.generation = device->generation;
    message.upgrade_result.release = wire_text(device->release);
    device_send(device, &message);
}

static void restart_into_it(struct device *device)
{
    bool falls_back = randombytes_uniform(100) < device->simulation->fall_back_percent;

    send_progress(device, 2);
    send_progress(device, 3);
    if (falls_back) {
        device->simulation->fallbacks++;
        set_outcome(device, 2, "simulated: an app did not become ready");
    } else {
        device->simulation->upgrades++;
        snprintf(device->release, sizeof(device->release), "%s", device->upgrade.release);
        device->generation++;
        set_outcome(device, 1, "");
    }
    device_reboot(device);
}

static void fetch_next(struct device *device);

static void fetch_head(struct client *client, unsigned status)
{
    struct device *device = container_of(client, struct device, fetch);

    device->fetch_is_good = status == 200 || status == 206;
}

static void fetch_body(struct client *client, const uint8_t *data, size_t size)
{
    struct device *device = container_of(client, struct device, fetch);
    const struct blob_name *blob = &device->upgrade.lacking[device->upgrade.next];

    device->fetched += size;
    device->simulation->bytes_fetched += size;
    if (device->fetch_is_good && device->fetched <= blob->size)
        crypto_hash_sha256_update(&device->fetch_hash, data, size);
    else
        device->fetch_is_good = false;
}

/* What came is kept only if it is what was named. */
static void fetch_complete(struct client *client)
{
    struct device *device = container_of(client, struct device, fetch);
    const struct blob_name *blob = &device->upgrade.lacking[device->upgrade.next];
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&device->fetch_hash, hash);
    device->fetch_is_good = device->fetch_is_good && device->fetched == blob->size &&
                            memcmp(hash, blob->hash, sizeof(hash)) == 0;
    stream_end(&client->stream);
}

static void fetch_closed(struct client *client)
{
    struct device *device = container_of(client, struct device, fetch);

    device->is_fetching = false;
    if (device->upgrade.rollout == 0 || device->phase != DEVICE_WELCOME)
        return;
    if (!device->fetch_is_good) {
        set_outcome(device, 3, "a blob could not be fetched, or is not what was named");
        upgrade_report(device);
        return;
    }
    keep_blob(device, device->upgrade.lacking[device->upgrade.next].hash);
    device->upgrade.bytes_done += device->upgrade.lacking[device->upgrade.next].size;
    device->upgrade.next++;
    send_progress(device, 1);
    fetch_next(device);
}

static const struct client_owner fetch_owner = {fetch_head, fetch_body, fetch_complete,
                                                fetch_closed};

static void fetch_next(struct device *device)
{
    const struct blob_name *blob = &device->upgrade.lacking[device->upgrade.next];
    char name[2 * crypto_hash_sha256_BYTES + 1];
    char request[400];

    if (device->upgrade.next == device->upgrade.lacking_count) {
        restart_into_it(device);
        return;
    }
    sodium_bin2hex(name, sizeof(name), blob->hash, sizeof(blob->hash));
    snprintf(request, sizeof(request),
             "GET /device/v1/blobs/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n",
             name, device->simulation->host_header, device->ticket);
    crypto_hash_sha256_init(&device->fetch_hash);
    device->fetched = 0;
    device->fetch_is_good = false;
    device->is_fetching = true;
    if (client_open(&device->fetch, &device->simulation->service, &fetch_owner, request) != OK)
        fetch_closed(&device->fetch);
}

static void add_lacking(struct device *device, struct wire_bytes hash, uint64_t size)
{
    struct upgrade *upgrade = &device->upgrade;

    if (hash.size != crypto_hash_sha256_BYTES || has_blob(device, hash.data) ||
        upgrade->lacking_count == array_count(upgrade->lacking))
        return;
    memcpy(upgrade->lacking[upgrade->lacking_count].hash, hash.data, hash.size);
    upgrade->lacking[upgrade->lacking_count++].size = size;
    upgrade->bytes_total += size;
}

static void take_lacking(struct device *device, const struct fleet_upgrade_offer *offer)
{
    for (uint32_t i = 0; i < offer->metadata_count; i++)
        add_lacking(device, offer->metadata[i].hash, offer->metadata[i].size);
    for (uint32_t i = 0; i < offer->blobs_count; i++)
        add_lacking(device, offer->blobs[i].hash, offer->blobs[i].size);
}

void upgrade_offered(struct device *device, const struct fleet_upgrade_offer *offer)
{
    if (device->is_fetching || device->restarter.place != 0)
        return; /* the service takes the offer back when it gets no answer */
    device->upgrade = (struct upgrade){.rollout = offer->rollout};
    wire_text_copy(device->upgrade.release, sizeof(device->upgrade.release), offer->release);
    if (strcmp(device->upgrade.release, device->release) == 0) {
        set_outcome(device, 5, "");
        upgrade_report(device);
        return;
    }
    take_lacking(device, offer);
    send_progress(device, 1);
    fetch_next(device);
}

void upgrade_cancelled(struct device *device, uint64_t rollout)
{
    if (device->upgrade.rollout == rollout)
        device->upgrade.rollout = 0; /* what is being fetched may end; nothing follows it */
}

void upgrade_link_gone(struct device *device)
{
    device->upgrade.rollout = 0;
}
