/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between a message in memory and one in registers and buffer; for client.c and service.c.
 */
#ifndef IPC_TRANSFER_H
#define IPC_TRANSFER_H

#include <base/memory.h>
#include <ipc/message.h>
#include <rt/process.h>

/* Spelt out: the compiler would make a call of a loop or of a struct. */
static inline void ipc_copy_registers(word_t *to, const word_t *from)
{
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
    to[4] = from[4];
    to[5] = from[5];
    to[6] = from[6];
    to[7] = from[7];
    static_assert(ABI_REGISTER_WORDS == 8, "all of them");
}

/* What is beyond the registers goes to the buffer, if there is any. */
static inline void ipc_load(const struct ipc_message *message, struct skr_message *registers)
{
    word_t length = word_min(skr_info_length(message->info), ABI_MESSAGE_WORDS);
    word_t caps = word_min(skr_info_caps(message->info), ABI_MESSAGE_CAPS);
    struct abi_buffer *buffer = rt_buffer();

    registers->info = message->info;
    ipc_copy_registers(registers->words, message->words);
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        buffer->words[i] = message->words[i];
    for (word_t i = 0; i < caps; i++)
        buffer->caps[i] = message->caps[i];
}

static inline void ipc_store(const struct skr_message *registers, struct ipc_message *message)
{
    word_t length = word_min(skr_info_length(registers->info), ABI_MESSAGE_WORDS);
    word_t caps = word_min(skr_info_caps(registers->info), ABI_MESSAGE_CAPS);
    const struct abi_buffer *buffer = rt_buffer();

    message->info = registers->info;
    message->badge = registers->badge;
    message->aux = registers->aux;
    ipc_copy_registers(message->words, registers->words);
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        message->words[i] = buffer->words[i];
    for (word_t i = 0; i < caps; i++)
        message->caps[i] = buffer->caps[i];
}

/* Names the slots for what may come along; those that are not 0 stand first. */
static inline void ipc_offer_slots(const struct ipc_message *message)
{
    struct abi_buffer *buffer = rt_buffer();

    buffer->receive_slots[0] = message->slots[0];
    buffer->receive_slots[1] = message->slots[1];
    buffer->receive_slots[2] = message->slots[2];
    buffer->receive_slots[3] = message->slots[3];
    static_assert(ABI_MESSAGE_CAPS == 4, "all of them");
}

#endif
