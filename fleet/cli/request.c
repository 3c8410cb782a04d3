/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests over HTTP or TLS, one connection each; and the file that the account is kept in.
 */
#include "request.h"

#include <base/types.h>
#include <errno.h>
#include <fcntl.h>
#include <llhttp.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 << 20 };

/* An answer under way. */
struct reader {
    llhttp_t parser;
    struct answer *answer;
    char header[32];
    bool is_whole;
};

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "skerry fleet: %s: %s\n", what, why);
    return false;
}

static struct reader *reader_of(llhttp_t *parser)
{
    return container_of(parser, struct reader, parser);
}

static int got_header(llhttp_t *parser, const char *text, size_t length)
{
    struct reader *reader = reader_of(parser);

    snprintf(reader->header, sizeof(reader->header), "%.*s", (int)length, text);
    return 0;
}

static int got_value(llhttp_t *parser, const char *text, size_t length)
{
    struct reader *reader = reader_of(parser);

    if (strcasecmp(reader->header, "set-cookie") == 0)
        snprintf(reader->answer->cookie, sizeof(reader->answer->cookie), "%.*s",
                 (int)strcspn(text, ";\r"), text);
    (void)length;
    return 0;
}

static int got_body(llhttp_t *parser, const char *data, size_t length)
{
    struct reader *reader = reader_of(parser);

    if (buffer_length(&reader->answer->body) + length > ANSWER_MAX)
        return -1;
    buffer_add(&reader->answer->body, data, length);
    return 0;
}

static int ended(llhttp_t *parser)
{
    struct reader *reader = reader_of(parser);

    reader->answer->status = (unsigned)llhttp_get_status_code(parser);
    reader->is_whole = true;
    return 0;
}

static const llhttp_settings_t settings = {
    .on_header_field = got_header,
    .on_header_value = got_value,
    .on_body = got_body,
    .on_message_complete = ended,
};

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int fd = -1;

    if (getaddrinfo(host, port, &hints, &list) != 0)
        return -1;
    for (struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    return fd;
}

static SSL *shake_hands(const struct account *account, SSL_CTX *tls, const char *host, int fd)
{
    SSL *ssl = SSL_new(tls);

    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (account->trust[0] != '\0')
        SSL_CTX_load_verify_locations(tls, account->trust, NULL);
    else
        SSL_CTX_set_default_verify_paths(tls);
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1)
        SSL_set1_host(ssl, host);
    SSL_set_tlsext_host_name(ssl, host);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1)
        return ssl;
    ERR_print_errors_fp(stderr);
    SSL_free(ssl);
    return NULL;
}

static ssize_t put(SSL *ssl, int fd, const void *data, size_t size)
{
    if (ssl != NULL)
        return SSL_write(ssl, data, size < (1 << 20) ? (int)size : 1 << 20);
    return send(fd, data, size, MSG_NOSIGNAL);
}

static bool put_all(SSL *ssl, int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = put(ssl, fd, data, size);

        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool read_answer(SSL *ssl, int fd, struct answer *answer)
{
    struct reader reader = {.answer = answer};
    char bytes[16384];

    llhttp_init(&reader.parser, HTTP_RESPONSE, &settings);
    while (!reader.is_whole) {
        ssize_t size = ssl != NULL ? SSL_read(ssl, bytes, sizeof(bytes))
                                   : recv(fd, bytes, sizeof(bytes), 0);

        if (size <= 0 || llhttp_execute(&reader.parser, bytes, (size_t)size) != HPE_OK)
            return false;
    }
    return true;
}

/* http://HOST:PORT and https://HOST:PORT, taken apart. */
static bool read_url(const char *url, bool *is_secure, char host[128], char port[8])
{
    const char *at = strstr(url, "://");
    size_t length;

    *is_secure = strncmp(url, "https://", 8) == 0;
    if (at == NULL || (!*is_secure && strncmp(url, "http://", 7) != 0))
        return false;
    at += 3;
    length = strcspn(at, ":/");
    snprintf(host, 128, "%.*s", (int)length, at);
    snprintf(port, 8, "%s", *is_secure ? "443" : "80");
    if (at[length] == ':')
        snprintf(port, 8, "%.*s", (int)strcspn(at + length + 1, "/"), at + length + 1);
    return length > 0 && length < 128;
}

static bool exchange(const struct account *account, const char *host, int fd, bool is_secure,
                     const struct buffer *request, struct answer *answer)
{
    SSL_CTX *tls = is_secure ? SSL_CTX_new(TLS_client_method()) : NULL;
    SSL *ssl = is_secure ? shake_hands(account, tls, host, fd) : NULL;
    bool is_good = (!is_secure || ssl != NULL) &&
                   put_all(ssl, fd, buffer_bytes(request), buffer_length(request)) &&
                   read_answer(ssl, fd, answer);

    SSL_free(ssl);
    SSL_CTX_free(tls);
    return is_good;
}

bool request_send(const struct account *account, const char *method, const char *path,
                  const void *body, size_t size, struct answer *answer)
{
    struct buffer request = {0};
    char host[128];
    char port[8];
    bool is_secure;
    bool is_good;
    int fd;

    *answer = (struct answer){0};
    if (!read_url(account->url, &is_secure, host, port))
        return complain(account->url, "not http://HOST:PORT or https://HOST:PORT");
    fd = dial(host, port);
    if (fd < 0)
        return complain(account->url, "nobody answers there");
    buffer_print(&request, "%s /api/v1/%s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n"
                           "Content-Length: %zu\r\n", method, path, host, port, size);
    if (account->cookie[0] != '\0')
        buffer_print(&request, "Cookie: %s\r\nX-CSRF-Token: %s\r\n", account->cookie,
                     account->csrf);
    else if (account->token[0] != '\0')
        buffer_print(&request, "Authorization: Bearer %s\r\n", account->token);
    buffer_add(&request, "\r\n", 2);
    buffer_add(&request, body, size);
    is_good = exchange(account, host, fd, is_secure, &request, answer);
    buffer_clear(&request);
    close(fd);
    return is_good || complain(account->url, "the service broke the answer off");
}

static void account_path(char *path, size_t size, const char *file)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (config != NULL && config[0] != '\0')
        snprintf(path, size, "%s/skerry%s", config, file);
    else
        snprintf(path, size, "%s/.config/skerry%s", home != NULL ? home : ".", file);
}

bool account_load(struct account *account)
{
    const char *url, *token, *trust;
    char path[512];
    json_t *json;

    account_path(path, sizeof(path), "/fleet.json");
    json = json_load_file(path, 0, NULL);
    if (json_unpack(json, "{s:s, s:s, s:s}", "url", &url, "token", &token, "trust", &trust) != 0) {
        json_decref(json);
        return complain(path, "log in first: skerry fleet login URL");
    }
    snprintf(account->url, sizeof(account->url), "%s", url);
    snprintf(account->token, sizeof(account->token), "%s", token);
    snprintf(account->trust, sizeof(account->trust), "%s", trust);
    json_decref(json);
    return true;
}

/* The folder may be the first of its kind; so may the one above. */
static void make_folders(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
}

bool account_save(const struct account *account)
{
    char path[512];
    json_t *json = json_pack("{s:s, s:s, s:s}", "url", account->url, "token", account->token,
                             "trust", account->trust);
    bool is_good;
    int fd;

    account_path(path, sizeof(path), "/fleet.json");
    make_folders(path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    is_good = fd >= 0 && json_dumpfd(json, fd, JSON_INDENT(4)) == 0;
    if (fd >= 0)
        is_good = close(fd) == 0 && is_good;
    json_decref(json);
    return is_good || complain(path, strerror(errno));
}
