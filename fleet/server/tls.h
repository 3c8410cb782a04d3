/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's TLS: version 1.3, no resumption, small idle connections.
 */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include <base/types.h>
#include <openssl/ssl.h>

/* Makes a key and a certificate of its own where the files are not there yet. */
status_t tls_make_certificate(const char *certificate, const char *key, const char *host);

/* Null, with the reason on stderr. */
SSL_CTX *tls_create(const char *certificate, const char *key);

#endif
