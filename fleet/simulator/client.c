/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request over TLS.
 */
#include "client.h"

#include <abi/status.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

static struct client *client_of(llhttp_t *parser)
{
    return container_of(parser, struct client, parser);
}

static int head_ended(llhttp_t *parser)
{
    struct client *client = client_of(parser);

    client->owner->head(client, (unsigned)llhttp_get_status_code(parser));
    return HPE_OK;
}

static int got_body(llhttp_t *parser, const char *data, size_t size)
{
    struct client *client = client_of(parser);

    client->owner->body(client, (const uint8_t *)data, size);
    return HPE_OK;
}

static int answer_ended(llhttp_t *parser)
{
    struct client *client = client_of(parser);

    if (llhttp_get_upgrade(parser))
        client->is_upgraded = true;
    else
        client->owner->complete(client);
    return HPE_OK;
}

static const llhttp_settings_t settings = {
    .on_headers_complete = head_ended,
    .on_body = got_body,
    .on_message_complete = answer_ended,
};

static void stream_input(struct stream *stream, const uint8_t *data, size_t size)
{
    struct client *client = container_of(stream, struct client, stream);
    const uint8_t *rest = data;
    llhttp_errno_t error;

    if (!client->is_upgraded) {
        error = llhttp_execute(&client->parser, (const char *)data, size);
        if (error == HPE_OK)
            return;
        if (error != HPE_PAUSED_UPGRADE) {
            stream_end(stream);
            return;
        }
        rest = (const uint8_t *)llhttp_get_error_pos(&client->parser);
    }
    size -= (size_t)(rest - data);
    if (size > 0)
        client->owner->body(client, rest, size);
}

static void stream_closed(struct stream *stream)
{
    struct client *client = container_of(stream, struct client, stream);

    client->owner->closed(client);
}

static const struct stream_owner stream_owner = {stream_input, NULL, stream_closed};

SSL_CTX *client_tls(const char *trusted_certificate)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

    if (tls == NULL)
        return NULL;
    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_load_verify_locations(tls, trusted_certificate, NULL) == 1)
        return tls;
    ERR_print_errors_fp(stderr);
    SSL_CTX_free(tls);
    return NULL;
}

static void expect_host(SSL *ssl, const char *host)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1)
        SSL_set1_host(ssl, host);
}

status_t client_open(struct client *client, const struct service *service,
                     const struct client_owner *owner, const char *request)
{
    int fd = socket(service->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    status_t status;

    if (fd < 0)
        return ERR_OVER_LIMIT;
    if (connect(fd, (const struct sockaddr *)&service->address, service->address_size) != 0 &&
        errno != EINPROGRESS) {
        close(fd);
        return ERR_PEER_GONE;
    }
    client->owner = owner;
    client->is_upgraded = false;
    llhttp_init(&client->parser, HTTP_RESPONSE, &settings);
    status = stream_open(&client->stream, service->net, &stream_owner, fd, service->tls, false);
    if (status != OK)
        return status;
    expect_host(client->stream.ssl, service->host);
    stream_write(&client->stream, request, strlen(request));
    return OK;
}
