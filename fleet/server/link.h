/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links: connections of devices, from the challenge to the goodbye.
 */
#ifndef SERVER_LINK_H
#define SERVER_LINK_H

#include "http.h"
#include "server.h"

#include <net/socket.h>
#include <wire/fleet.h>

enum { COMMANDS_MAX = 4 };

enum link_phase { LINK_CHALLENGED, LINK_WELCOME, LINK_ENDING };

struct link {
    struct socket socket;
    struct http *http;
    struct server *server;
    struct timer timer; /* hello is due, or a ping */
    struct link *next;  /* in the table of those that are welcome */
    enum link_phase phase;
    uint8_t nonce[32];
    int64_t device;
    int64_t org;
    int64_t deployment;
    char ticket[64]; /* the device's number and a secret */
    uint64_t heard_ms; /* when it last said something */
    uint32_t pings_unanswered;
    uint32_t next_id; /* of commands */
    uint32_t telemetry_credits;
    uint32_t logs_credits;
    struct {
        uint64_t id; /* 0: free */
        char words[48];
    } commands[COMMANDS_MAX]; /* that wait for their answers */
    uint64_t result_of;  /* roll-out whose result is to be confirmed when it is durable */
    bool is_uncommitted; /* its enrolment is among the changes not yet durable */
    bool is_simulated;
};

/* A finished request to /device/...: the upgrade to a link, or a blob. */
void link_request(struct http *http);

/* What an upgraded connection brought; null: it is gone. */
void link_input(struct http *http, const uint8_t *data, size_t size);

struct link *link_find(const struct server *server, int64_t device);

void link_send(struct link *link, const struct fleet_message *message);

/* A new command's id, remembered with what it asks for; 0: too many wait for their answers. */
uint64_t link_command(struct link *link, const char *words);

/* Says why, and ends. */
void link_refuse(struct link *link, unsigned reason, const char *text, uint64_t retry_after_ms);

/* After a commit failed: ends links whose enrolment was lost, marks the others' as online again. */
void links_recover(struct server *server);

/* After a commit that did not: confirms results. */
void links_committed(struct server *server);

/* A line in a device's activity, of which the newest are kept. */
PRINTF_LIKE(3, 4) void device_note(struct server *server, int64_t device, const char *fmt, ...);

#endif
