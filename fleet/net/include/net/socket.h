/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WebSocket on a stream whose HTTP upgrade is done, either side of it.
 *
 * wslay reads and writes the frames.  Whole binary messages are pushed to the owner; a text
 * message, or anything the protocol forbids, ends the connection with the status that RFC 6455 has
 * for it.  Between messages there is no wslay context, which would be most of an idle socket.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <net/stream.h>
#include <wslay/wslay.h>

struct socket {
    struct stream *stream;
    wslay_event_context_ptr wslay; /* null between messages */
    size_t message_bytes_max;
    bool is_server;
    bool is_reading;      /* within socket_input */
    bool has_ended;       /* one of the sides said goodbye */
    bool is_in_message;   /* a fragment came, and not the last one */
    uint64_t bytes_read;  /* since the context was made */
    uint64_t bytes_known; /* that the frames which began account for */
    void (*message)(struct socket *socket, const uint8_t *data, size_t size); /* borrows */
    const uint8_t *input;                                                     /* being read now */
    size_t input_size;
};

enum { SOCKET_CLOSE_NORMAL = 1000, SOCKET_CLOSE_PROTOCOL = 1002, SOCKET_CLOSE_POLICY = 1008 };

enum { WEBSOCKET_ACCEPT_SIZE = 29 };

/* The answer to a client's Sec-WebSocket-Key, terminated. */
void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_SIZE]);

void socket_open(struct socket *socket, struct stream *stream, bool is_server,
                 size_t message_bytes_max);
void socket_close_now(struct socket *socket); /* frees; does not touch the stream */

/* What the stream brought.  Afterwards the stream may be ending. */
void socket_input(struct socket *socket, const uint8_t *data, size_t size);

void socket_send(struct socket *socket, const void *data, size_t size);
void socket_end(struct socket *socket, uint16_t status); /* says goodbye, then the stream ends */

#endif
