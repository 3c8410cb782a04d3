/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow at one end and are taken from the other.  Empty, it holds no memory.
 */
#ifndef NET_BUFFER_H
#define NET_BUFFER_H

#include <base/compiler.h>
#include <base/types.h>

struct buffer {
    uint8_t *data; /* the bytes are data[start] to data[end - 1] */
    size_t start;
    size_t end;
    size_t size;
};

static inline size_t buffer_length(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline const uint8_t *buffer_bytes(const struct buffer *buffer)
{
    return buffer->data + buffer->start;
}

/* Room for `size` bytes behind the last; there is no way on without memory, so it cannot fail. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t size);
void buffer_add(struct buffer *buffer, const void *data, size_t size);
PRINTF_LIKE(2, 3) void buffer_print(struct buffer *buffer, const char *fmt, ...);

/* Gives up the first `size` bytes, and the memory with the last of them. */
void buffer_take(struct buffer *buffer, size_t size);
void buffer_clear(struct buffer *buffer);

#endif
