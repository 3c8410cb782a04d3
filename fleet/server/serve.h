/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the service.
 */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include <base/types.h>

struct serve_options {
    const char *data;        /* folder of everything that is kept */
    const char *http;        /* ADDRESS:PORT for people; NULL: none */
    const char *tls;         /* ADDRESS:PORT for devices, and for people who bring a certificate */
    const char *certificate; /* NULL: one of our own */
    const char *key;
    const char *host;  /* the name that our own certificate is for */
    const char *owner; /* when nobody is there yet: who shall be */
};

struct server;

/* Database and blobs of a data folder, brought to today's schema. */
status_t server_open_data(struct server *server, const char *data);

/* Until SIGINT or SIGTERM. */
status_t server_serve(const struct serve_options *options);

#endif
