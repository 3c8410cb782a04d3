/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing buffers.  Whoever fills one bounds it; a process without memory for that ends.
 */
#include <net/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_LEAST = 512 };

uint8_t *buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t length = buffer_length(buffer);

    if (size <= buffer->size - buffer->end)
        return buffer->data + buffer->end;
    if (buffer->start > 0 && length > 0)
        memmove(buffer->data, buffer->data + buffer->start, length);
    buffer->start = 0;
    buffer->end = length;
    if (size > buffer->size - length) {
        size_t wanted = buffer->size == 0 ? SIZE_LEAST : buffer->size;
        while (wanted - length < size)
            wanted *= 2;
        buffer->data = realloc(buffer->data, wanted);
        buffer->size = wanted;
        if (buffer->data == NULL)
            abort();
    }
    return buffer->data + buffer->end;
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return;
    memcpy(buffer_reserve(buffer, size), data, size);
    buffer->end += size;
}

void buffer_print(struct buffer *buffer, const char *fmt, ...)
{
    va_list args;
    int length;

    va_start(args, fmt);
    length = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    va_start(args, fmt);
    vsnprintf((char *)buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, fmt, args);
    va_end(args);
    buffer->end += (size_t)length;
}

void buffer_take(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer_clear(buffer);
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
