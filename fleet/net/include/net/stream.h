/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's bytes, over TCP or over TLS, non-blocking.
 *
 * Input is pushed to the owner out of one buffer that all streams share, so an idle connection
 * holds none.  Output is collected and sent when the loop settles: what is written in one turn
 * leaves together, and after what the turn stored.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <net/buffer.h>
#include <net/loop.h>
#include <openssl/ssl.h>

enum { STREAM_READ_BYTES = 16384 };

struct stream;

/* What all streams of a loop share. */
struct net {
    struct loop *loop;
    struct stream *first_dirty; /* has output that is not sent yet */
    uint8_t read_buffer[STREAM_READ_BYTES];
};

struct stream_owner {
    void (*input)(struct stream *stream, const uint8_t *data, size_t size); /* borrows */
    void (*drained)(struct stream *stream); /* all output is sent; may be null */
    void (*closed)(struct stream *stream);  /* once, and the last: the owner frees, later */
};

struct stream {
    struct watch watch;
    struct net *net;
    const struct stream_owner *owner;
    SSL *ssl; /* null for plain TCP */
    struct buffer out;
    struct stream *next_dirty;
    bool is_dirty;
    bool is_shaking_hands;
    bool waits_to_write;
    bool ends_when_sent;
    bool is_closed;
};

void net_init(struct net *net, struct loop *loop);

/* Sends what was written; for the loop's settling. */
void net_flush(struct net *net);

/*
 * Takes over a connected, or connecting, descriptor; with `tls`, as the server's or the client's
 * side.  On failure the descriptor is closed.
 */
status_t stream_open(struct stream *stream, struct net *net, const struct stream_owner *owner,
                     int fd, SSL_CTX *tls, bool is_server);

void stream_write(struct stream *stream, const void *data, size_t size);
struct buffer *stream_output(struct stream *stream); /* the same, for who writes in place */
size_t stream_unsent(const struct stream *stream);
void stream_end(struct stream *stream);   /* close when all is sent */
void stream_close(struct stream *stream); /* now; calls closed */

#endif
