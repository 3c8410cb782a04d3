/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams.  TLS 1.3 never needs to write in order to read, so readiness means what it says once the
 * handshake is done.
 */
#include <abi/status.h>
#include <errno.h>
#include <limits.h>
#include <net/stream.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READS_A_TURN = 8 };

void net_init(struct net *net, struct loop *loop)
{
    net->loop = loop;
    net->first_dirty = NULL;
}

static void mark_dirty(struct stream *stream)
{
    if (stream->is_dirty || stream->is_closed)
        return;
    stream->is_dirty = true;
    stream->next_dirty = stream->net->first_dirty;
    stream->net->first_dirty = stream;
}

/* Closed streams stay in the list until it is emptied, which is before the turn's memory goes. */
static void unmark_dirty(struct stream *stream)
{
    struct stream **link = &stream->net->first_dirty;

    if (!stream->is_dirty)
        return;
    while (*link != stream)
        link = &(*link)->next_dirty;
    *link = stream->next_dirty;
    stream->is_dirty = false;
}

static void watch_for(struct stream *stream, bool write)
{
    if (stream->waits_to_write == write)
        return;
    stream->waits_to_write = write;
    loop_rewatch(stream->net->loop, &stream->watch, EPOLLIN | (write ? EPOLLOUT : 0u));
}

void stream_close(struct stream *stream)
{
    int fd = stream->watch.fd;

    if (stream->is_closed)
        return;
    stream->is_closed = true;
    unmark_dirty(stream);
    loop_forget(stream->net->loop, &stream->watch);
    if (stream->ssl != NULL) {
        if (!stream->is_shaking_hands)
            SSL_shutdown(stream->ssl); /* a polite goodbye if there is room for it */
        SSL_free(stream->ssl);
        stream->ssl = NULL;
        ERR_clear_error();
    }
    close(fd);
    buffer_clear(&stream->out);
    stream->owner->closed(stream);
}

enum transfer { TRANSFER_NONE = 0, TRANSFER_FAILED = -1 }; /* else the number of bytes */

static int tls_result(struct stream *stream, int result)
{
    int error;

    if (result > 0)
        return result;
    error = SSL_get_error(stream->ssl, result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? TRANSFER_NONE
                                                                         : TRANSFER_FAILED;
}

static int plain_result(ssize_t result)
{
    if (result > 0)
        return (int)result;
    return result < 0 && (errno == EAGAIN || errno == EINTR) ? TRANSFER_NONE : TRANSFER_FAILED;
}

static int receive(struct stream *stream, uint8_t *to)
{
    if (stream->ssl != NULL)
        return tls_result(stream, SSL_read(stream->ssl, to, STREAM_READ_BYTES));
    return plain_result(recv(stream->watch.fd, to, STREAM_READ_BYTES, 0));
}

static int transmit(struct stream *stream, const uint8_t *data, size_t size)
{
    int most = size < INT_MAX ? (int)size : INT_MAX;

    if (stream->ssl != NULL)
        return tls_result(stream, SSL_write(stream->ssl, data, most));
    return plain_result(send(stream->watch.fd, data, (size_t)most, MSG_NOSIGNAL));
}

static void flush(struct stream *stream)
{
    while (buffer_length(&stream->out) > 0) {
        int sent = transmit(stream, buffer_bytes(&stream->out), buffer_length(&stream->out));

        if (sent == TRANSFER_FAILED) {
            stream_close(stream);
            return;
        }
        if (sent == TRANSFER_NONE) {
            watch_for(stream, true);
            return;
        }
        buffer_take(&stream->out, (size_t)sent);
    }
    watch_for(stream, false);
    if (stream->owner->drained != NULL)
        stream->owner->drained(stream);
    if (!stream->is_closed && buffer_length(&stream->out) == 0 && stream->ends_when_sent)
        stream_close(stream);
}

void net_flush(struct net *net)
{
    while (net->first_dirty != NULL) {
        struct stream *stream = net->first_dirty;

        net->first_dirty = stream->next_dirty;
        stream->is_dirty = false;
        if (!stream->is_shaking_hands && !stream->waits_to_write)
            flush(stream);
    }
}

/* Whether the handshake is done. */
static bool shake_hands(struct stream *stream)
{
    int result = SSL_do_handshake(stream->ssl);

    if (result == 1) {
        stream->is_shaking_hands = false;
        stream->waits_to_write = true; /* as far as we know: lets watch_for act */
        watch_for(stream, false);
        if (buffer_length(&stream->out) > 0 || stream->ends_when_sent)
            mark_dirty(stream);
        return true;
    }
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_WANT_READ: watch_for(stream, false); break;
    case SSL_ERROR_WANT_WRITE: watch_for(stream, true); break;
    default: stream_close(stream); break;
    }
    ERR_clear_error();
    return false;
}

/* Decrypted already, so that no readiness will tell of it. */
static bool has_more(const struct stream *stream)
{
    return stream->ssl != NULL && SSL_pending(stream->ssl) > 0;
}

static void read_input(struct stream *stream)
{
    uint8_t *bytes = stream->net->read_buffer;

    for (int i = 0; i < READS_A_TURN || has_more(stream); i++) {
        int size = receive(stream, bytes);

        if (size == TRANSFER_FAILED)
            stream_close(stream);
        if (size <= 0)
            return;
        stream->owner->input(stream, bytes, (size_t)size);
        if (stream->is_closed)
            return;
    }
}

static void stream_ready(struct watch *watch, uint32_t events)
{
    struct stream *stream = container_of(watch, struct stream, watch);

    if (stream->is_shaking_hands && !shake_hands(stream))
        return;
    if ((events & EPOLLOUT) != 0)
        flush(stream);
    if (!stream->is_closed && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        read_input(stream);
}

status_t stream_open(struct stream *stream, struct net *net, const struct stream_owner *owner,
                     int fd, SSL_CTX *tls, bool is_server)
{
    *stream = (struct stream){
        .watch = {fd, stream_ready}, .net = net, .owner = owner, .is_shaking_hands = tls != NULL};
    if (tls != NULL) {
        stream->ssl = SSL_new(tls);
        if (stream->ssl == NULL || SSL_set_fd(stream->ssl, fd) != 1)
            goto failed;
        if (is_server)
            SSL_set_accept_state(stream->ssl);
        else
            SSL_set_connect_state(stream->ssl);
    }
    stream->waits_to_write = !is_server; /* a client first learns that it is connected */
    if (loop_watch(net->loop, &stream->watch,
                   EPOLLIN | (stream->waits_to_write ? EPOLLOUT : 0u)) == OK)
        return OK;

failed:
    SSL_free(stream->ssl);
    close(fd);
    stream->is_closed = true;
    return ERR_OVER_LIMIT;
}

struct buffer *stream_output(struct stream *stream)
{
    mark_dirty(stream);
    return &stream->out;
}

void stream_write(struct stream *stream, const void *data, size_t size)
{
    if (!stream->is_closed)
        buffer_add(stream_output(stream), data, size);
}

size_t stream_unsent(const struct stream *stream)
{
    return buffer_length(&stream->out);
}

void stream_end(struct stream *stream)
{
    stream->ends_when_sent = true;
    mark_dirty(stream);
}
