/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One simulated device: dials, proves its key, reports, and upgrades.
 *
 * It speaks the real protocol and really fetches what it lacks; only what runs on it is made up,
 * and it says so.
 */
#ifndef SIMULATOR_DEVICE_H
#define SIMULATOR_DEVICE_H

#include "client.h"

#include <net/socket.h>
#include <sodium.h>
#include <wire/fleet.h>

enum { BLOBS_KEPT = 192 };

/* What all devices of the run share. */
struct simulation {
    struct service service;
    char host_header[128];
    const char *token;
    const char *name;             /* devices are called NAME-0001 and so on */
    const char *architecture;
    unsigned fall_back_percent;   /* of upgrades that do not boot well */
    uint64_t telemetry_ms;        /* between readings; 0: none */
    uint64_t restart_ms;          /* a restart takes so long */

    uint32_t connected;
    uint64_t connects;
    uint64_t refusals;
    uint64_t bytes_fetched;
    uint64_t upgrades;
    uint64_t fallbacks;
};

enum device_phase { DEVICE_AWAY, DEVICE_DIALLING, DEVICE_CHALLENGED, DEVICE_WELCOME };

struct blob_name {
    uint8_t hash[crypto_hash_sha256_BYTES];
    uint64_t size;
};

/* An upgrade on its way. */
struct upgrade {
    uint64_t rollout; /* 0: none */
    char release[64];
    struct blob_name lacking[96];
    uint32_t lacking_count;
    uint32_t next; /* to fetch */
    uint64_t bytes_done;
    uint64_t bytes_total;
};

/* What is to be reported until the service has seen it. */
struct outcome {
    uint64_t rollout; /* 0: nothing */
    uint64_t code;
    const char *reason;
};

struct device {
    struct simulation *simulation;
    struct client link;
    struct socket socket;
    struct timer timer;     /* dial, or send the next reading */
    struct timer restarter; /* the restart into an upgrade */
    enum device_phase phase;
    uint32_t number;
    uint32_t failures; /* to connect, in a row */
    uint64_t wait_ms;  /* told by the service; 0: by ourselves */
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    char ticket[64];
    uint32_t telemetry_credits;

    char release[64];
    uint64_t generation;
    uint64_t boot;
    uint64_t booted_ms;
    uint8_t kept[BLOBS_KEPT][crypto_hash_sha256_BYTES];
    uint32_t kept_count;
    struct upgrade upgrade;
    struct outcome outcome;

    struct client fetch;
    bool is_fetching;
    bool fetch_is_good;
    crypto_hash_sha256_state fetch_hash;
    uint64_t fetched;
};

/* The key comes from the seed and the number, so the same device is there in the next run. */
void device_init(struct device *device, struct simulation *simulation, const char *seed,
                 uint32_t number, const char *release);

/* Dials after so long. */
void device_start(struct device *device, uint64_t delay_ms);

/* upgrade.c */
void upgrade_offered(struct device *device, const struct fleet_upgrade_offer *offer);
void upgrade_cancelled(struct device *device, uint64_t rollout);
void upgrade_link_gone(struct device *device);
void upgrade_report(struct device *device); /* the outcome, if there is one to tell */

void device_send(struct device *device, const struct fleet_message *message);
void device_reboot(struct device *device); /* away for a while, then back as another boot */

#endif
