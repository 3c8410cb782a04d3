/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How typed arguments stand in a message; only generated protocol code calls these.
 *
 * A request's label is version << 8 | operation, a reply's is the negated status.  A string or a
 * run of bytes is a word with its size in bytes, then the bytes, padded with zeros to whole words.
 * What is read may come from anyone: sizes are checked before anything is copied.
 */
#ifndef IPC_PACK_H
#define IPC_PACK_H

#include <base/memory.h>
#include <ipc/message.h>

enum { IPC_OPERATION_BITS = 8, IPC_OPERATION_MASK = 0xff, IPC_STATUS_MAX = 63 };

static inline word_t ipc_info(word_t label, word_t length, word_t caps)
{
    return length | caps << ABI_INFO_CAPS_SHIFT | label << ABI_INFO_LABEL_SHIFT;
}

static inline word_t ipc_length(const struct ipc_message *message)
{
    return message->info & ABI_INFO_LENGTH_MASK;
}

static inline word_t ipc_cap_count(const struct ipc_message *message)
{
    return message->info >> ABI_INFO_CAPS_SHIFT & ABI_INFO_CAPS_MASK;
}

static inline word_t ipc_label(const struct ipc_message *message)
{
    return message->info >> ABI_INFO_LABEL_SHIFT;
}

/* Whether the message has between `min` and `max` words and exactly `caps` capabilities. */
static inline bool ipc_fits(const struct ipc_message *message, word_t min, word_t max, word_t caps)
{
    word_t length = ipc_length(message);

    return length >= min && length <= max && ipc_cap_count(message) == caps;
}

/* Forgets what the message held: the words that always travel, and all capabilities. */
static inline void ipc_begin(struct ipc_message *message)
{
    for (int i = 0; i < ABI_REGISTER_WORDS; i++)
        message->words[i] = 0;
    for (int i = 0; i < ABI_MESSAGE_CAPS; i++)
        message->caps[i] = message->slots[i] = 0;
}

/* Makes the message a reply of its status alone; returns the status. */
static inline status_t ipc_answer(struct ipc_message *message, status_t status)
{
    ipc_begin(message);
    message->info = ipc_info((word_t)-status, 0, 0);
    return status;
}

/* The status in a reply; a label that is none can only come from a broken server. */
static inline status_t ipc_reply_status(const struct ipc_message *message)
{
    word_t label = ipc_label(message);

    return label > IPC_STATUS_MAX ? ERR_PEER_GONE : -(status_t)label;
}

/*
 * Sends a request that is filled in but for its info.  The answer is the transport's status if it
 * failed, else the service's.
 */
static inline status_t ipc_exchange(cap_t endpoint, struct ipc_message *message, word_t label,
                                    word_t length, word_t caps)
{
    status_t status;

    message->info = ipc_info(label, length, caps);
    status = ipc_call(endpoint, message);
    return status != OK ? status : ipc_reply_status(message);
}

/* Words that `size` bytes take, without the word for their size. */
static inline word_t ipc_words(word_t size)
{
    return (size + WORD_BYTES - 1) / WORD_BYTES;
}

static inline void ipc_put_u64(struct ipc_message *message, word_t at, uint64_t value)
{
    mem_copy(&message->words[at], &value, sizeof(value));
}

static inline uint64_t ipc_get_u64(const struct ipc_message *message, word_t at)
{
    uint64_t value;

    mem_copy(&value, &message->words[at], sizeof(value));
    return value;
}

/* At most `max` bytes; the whole field is written, so nothing old travels along. */
static inline status_t ipc_put_bytes(struct ipc_message *message, word_t at, const void *data,
                                     word_t size, word_t max)
{
    if (size > max)
        return ERR_BAD_ARGUMENT;
    message->words[at] = size;
    mem_zero(&message->words[at + 1], ipc_words(max) * WORD_BYTES);
    mem_copy(&message->words[at + 1], data, size);
    return OK;
}

static inline status_t ipc_get_bytes(const struct ipc_message *message, word_t at, void *data,
                                     word_t *size, word_t max)
{
    word_t count = message->words[at];

    if (count > max || at + 1 + ipc_words(count) > ipc_length(message))
        return ERR_BAD_REQUEST;
    mem_copy(data, &message->words[at + 1], count);
    *size = count;
    return OK;
}

/* A terminated text of at most `max` bytes; the zero does not travel. */
static inline status_t ipc_put_string(struct ipc_message *message, word_t at, const char *text,
                                      word_t max)
{
    return ipc_put_bytes(message, at, text, str_length_bounded(text, max + 1), max);
}

/* `text` has room for max + 1 bytes, and is terminated. */
static inline status_t ipc_get_string(const struct ipc_message *message, word_t at, char *text,
                                      word_t max)
{
    word_t size = 0;
    status_t status = ipc_get_bytes(message, at, text, &size, max);

    if (status != OK)
        return status;
    text[size] = '\0';
    return str_length_bounded(text, size + 1) == size ? OK : ERR_BAD_REQUEST;
}

#endif
