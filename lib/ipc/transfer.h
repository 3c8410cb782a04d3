/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between a message in memory and one in registers and buffer; for client.c and service.c.
 */
#ifndef IPC_TRANSFER_H
#define IPC_TRANSFER_H

#include <base/memory.h>
#include <ipc/message.h>
#include <rt/process.h>

/* What is beyond the registers goes to the buffer, if there is any. */
static inline void ipc_load(const struct ipc_message *message, struct skr_message *registers)
{
    word_t length = word_min(skr_info_length(message->info), ABI_MESSAGE_WORDS);
    word_t caps = word_min(skr_info_caps(message->info), ABI_MESSAGE_CAPS);

    registers->info = message->info;
    mem_copy(registers->words, message->words, sizeof(registers->words));
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        rt_buffer()->words[i] = message->words[i];
    for (word_t i = 0; i < caps; i++)
        rt_buffer()->caps[i] = message->caps[i];
}

static inline void ipc_store(const struct skr_message *registers, struct ipc_message *message)
{
    word_t length = word_min(skr_info_length(registers->info), ABI_MESSAGE_WORDS);
    word_t caps = word_min(skr_info_caps(registers->info), ABI_MESSAGE_CAPS);

    message->info = registers->info;
    message->badge = registers->badge;
    message->aux = registers->aux;
    mem_copy(message->words, registers->words, sizeof(registers->words));
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        message->words[i] = rt_buffer()->words[i];
    for (word_t i = 0; i < ABI_MESSAGE_CAPS; i++)
        message->caps[i] = i < caps ? rt_buffer()->caps[i] : 0;
}

/* Names the slots for what may come along; those that are not 0 stand first. */
static inline void ipc_offer_slots(const struct ipc_message *message)
{
    for (word_t i = 0; i < ABI_MESSAGE_CAPS; i++)
        rt_buffer()->receive_slots[i] = message->slots[i];
}

#endif
