/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of one HTTP request over TLS: a blob's bytes, or an upgrade to a WebSocket.
 */
#ifndef SIMULATOR_CLIENT_H
#define SIMULATOR_CLIENT_H

#include <llhttp.h>
#include <net/stream.h>
#include <netinet/in.h>

struct client;

struct client_owner {
    void (*head)(struct client *client, unsigned status);
    void (*body)(struct client *client, const uint8_t *data, size_t size); /* or of the upgrade */
    void (*complete)(struct client *client); /* the answer is whole; not for an upgrade */
    void (*closed)(struct client *client);   /* the last; its memory may go at the turn's end */
};

struct client {
    struct stream stream;
    llhttp_t parser;
    const struct client_owner *owner;
    bool is_upgraded;
};

/* What all clients share: where the service is and how to know it. */
struct service {
    struct net *net;
    SSL_CTX *tls;
    const char *host; /* that its certificate must be for */
    struct sockaddr_storage address;
    socklen_t address_size;
};

/* Null, with the reason on stderr. */
SSL_CTX *client_tls(const char *trusted_certificate);

/* Dials, and queues the request's text. */
status_t client_open(struct client *client, const struct service *service,
                     const struct client_owner *owner, const char *request);

#endif
