/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSockets: wslay between a stream's bytes and whole messages.
 */
#include <abi/status.h>
#include <net/socket.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static ssize_t take_input(wslay_event_context_ptr wslay, uint8_t *to, size_t size, int flags,
                          void *owner)
{
    struct socket *socket = owner;

    (void)flags;
    if (socket->input_size == 0) {
        wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (size > socket->input_size)
        size = socket->input_size;
    memcpy(to, socket->input, size);
    socket->input += size;
    socket->input_size -= size;
    return (ssize_t)size;
}

static ssize_t put_output(wslay_event_context_ptr wslay, const uint8_t *data, size_t size,
                          int flags, void *owner)
{
    struct socket *socket = owner;

    (void)wslay;
    (void)flags;
    stream_write(socket->stream, data, size);
    return (ssize_t)size;
}

static int make_mask(wslay_event_context_ptr wslay, uint8_t *mask, size_t size, void *owner)
{
    (void)wslay;
    (void)owner;
    return RAND_bytes(mask, (int)size) == 1 ? 0 : -1;
}

static void got_message(wslay_event_context_ptr wslay,
                        const struct wslay_event_on_msg_recv_arg *arg, void *owner)
{
    struct socket *socket = owner;

    (void)wslay;
    if (arg->opcode == WSLAY_BINARY_FRAME)
        socket->message(socket, arg->msg, arg->msg_length);
    else if (arg->opcode == WSLAY_TEXT_FRAME)
        socket_end(socket, SOCKET_CLOSE_PROTOCOL);
}

/* Keeps count of the bytes, so that it shows when no frame is half read. */
static void began_frame(wslay_event_context_ptr wslay,
                        const struct wslay_event_on_frame_recv_start_arg *arg, void *owner)
{
    struct socket *socket = owner;
    unsigned length_bytes = arg->payload_length < 126 ? 0 : arg->payload_length < 65536 ? 2 : 8;

    (void)wslay;
    socket->bytes_known += 2 + length_bytes + (socket->is_server ? 4 : 0) + arg->payload_length;
    if (!wslay_is_ctrl_frame(arg->opcode))
        socket->is_in_message = !arg->fin;
}

static const struct wslay_event_callbacks callbacks = {
    .recv_callback = take_input,
    .send_callback = put_output,
    .genmask_callback = make_mask,
    .on_frame_recv_start_callback = began_frame,
    .on_msg_recv_callback = got_message,
};

void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_SIZE])
{
    static const char *const fixed = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455, 1.3 */
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    EVP_DigestInit_ex(hash, EVP_sha1(), NULL);
    EVP_DigestUpdate(hash, key, strlen(key));
    EVP_DigestUpdate(hash, fixed, strlen(fixed));
    EVP_DigestFinal_ex(hash, digest, NULL);
    EVP_MD_CTX_free(hash);
    EVP_EncodeBlock((unsigned char *)accept, digest, 20);
}

void socket_open(struct socket *socket, struct stream *stream, bool is_server,
                 size_t message_bytes_max)
{
    socket->stream = stream;
    socket->wslay = NULL;
    socket->message_bytes_max = message_bytes_max;
    socket->is_server = is_server;
    socket->has_ended = false;
    socket->is_in_message = false;
}

/* Whether there is a context to work with; without memory for one the stream ends. */
static bool wake(struct socket *socket)
{
    int result;

    if (socket->wslay != NULL)
        return true;
    socket->bytes_read = 0;
    socket->bytes_known = 0;
    result = socket->is_server
                 ? wslay_event_context_server_init(&socket->wslay, &callbacks, socket)
                 : wslay_event_context_client_init(&socket->wslay, &callbacks, socket);
    if (result != 0) {
        stream_end(socket->stream);
        return false;
    }
    wslay_event_config_set_max_recv_msg_length(socket->wslay, socket->message_bytes_max);
    return true;
}

void socket_close_now(struct socket *socket)
{
    if (socket->wslay != NULL)
        wslay_event_context_free(socket->wslay);
    socket->wslay = NULL;
}

/* Gives the context up when nothing is half said on either side. */
static void rest(struct socket *socket)
{
    if (!socket->has_ended && !socket->is_in_message && !wslay_event_want_write(socket->wslay) &&
        socket->bytes_read == socket->bytes_known)
        socket_close_now(socket);
}

/* Sends what wslay has queued; ends the stream when both have said goodbye, or one cannot. */
static void push(struct socket *socket)
{
    bool has_failed = wslay_event_send(socket->wslay) != 0;

    socket->has_ended = socket->has_ended || has_failed ||
                        wslay_event_get_close_sent(socket->wslay) ||
                        wslay_event_get_close_received(socket->wslay);
    if (has_failed || wslay_event_get_close_sent(socket->wslay))
        stream_end(socket->stream);
}

void socket_input(struct socket *socket, const uint8_t *data, size_t size)
{
    if (!wake(socket))
        return;
    socket->input = data;
    socket->input_size = size;
    socket->is_reading = true;
    socket->bytes_read += size;
    if (wslay_event_recv(socket->wslay) != 0) {
        socket->has_ended = true;
        stream_end(socket->stream);
    } else {
        push(socket);
    }
    socket->is_reading = false;
    rest(socket);
}

void socket_send(struct socket *socket, const void *data, size_t size)
{
    struct wslay_event_msg message = {WSLAY_BINARY_FRAME, data, size};

    if (!wake(socket))
        return;
    if (wslay_event_queue_msg(socket->wslay, &message) == 0)
        push(socket);
    if (!socket->is_reading)
        rest(socket);
}

void socket_end(struct socket *socket, uint16_t status)
{
    if (!wake(socket))
        return;
    wslay_event_queue_close(socket->wslay, status, NULL, 0);
    push(socket);
}
