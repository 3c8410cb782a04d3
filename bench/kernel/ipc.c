/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls and their replies, and the two kinds of trap that become calls.
 */
#include "bench.h"

enum {
    LAST_NUMBER = 2, /* the forwarded call that ends the series */
    GO_ON_AT = 1,    /* label of an answer to a page fault: word 0 is where */
};

static inline status_t call_0w(void)
{
    struct skr_message message;

    skr_message_leave_words(&message);
    message.info = skr_info(0, 0, 0);
    return skr_call(PEER_ENDPOINT, &message);
}

static inline status_t call_4w(void)
{
    struct skr_message message;

    skr_message_leave_words(&message);
    message.info = skr_info(0, 4, 0);
    for (word_t i = 0; i < 4; i++)
        message.words[i] = i;
    return skr_call(PEER_ENDPOINT, &message);
}

static inline status_t call_4w_fpu(void)
{
    fpu_use();
    return call_4w();
}

static inline status_t call_10w(void)
{
    struct abi_buffer *buffer = rt_buffer();
    struct skr_message message = {.info = skr_info(0, 10, 0)};

    for (word_t i = 0; i < ABI_REGISTER_WORDS; i++)
        message.words[i] = i;
    buffer->words[8] = 8;
    buffer->words[9] = 9;
    return skr_call(PEER_ENDPOINT, &message);
}

void call_0w_client(void *unused)
{
    (void)unused;
    measure(call_0w);
}

void call_4w_client(void *unused)
{
    (void)unused;
    measure(call_4w);
}

void call_4w_fpu_client(void *unused)
{
    (void)unused;
    measure(call_4w_fpu);
}

void call_10w_client(void *unused)
{
    (void)unused;
    measure(call_10w);
}

/* Answers with what it got, as long as it got it. */
ALWAYS_INLINE void echo(void (*work)(void))
{
    struct skr_message message;

    (void)skr_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    for (;;) {
        work();
        message.info = skr_info_length(message.info);
        (void)skr_reply_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    }
}

static inline void no_work(void)
{
}

void echo_server(void *unused)
{
    (void)unused;
    echo(no_work);
}

void echo_fpu_server(void *unused)
{
    (void)unused;
    echo(fpu_use);
}

static inline status_t fault(void)
{
    fault_here(WINDOW_ADDRESS);
    return OK;
}

void fault_client(void *unused)
{
    (void)unused;
    measure(fault);
}

/* Lets the client go on behind its fault. */
void fault_server(void *unused)
{
    struct skr_message message;

    (void)unused;
    (void)skr_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    for (;;) {
        message.words[0] = message.words[1] + FAULT_INSTRUCTION_BYTES;
        message.info = skr_info(GO_ON_AT, 1, 0);
        (void)skr_reply_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    }
}

/* The number goes where a foreign program would put it: x8 is also ours, a7 is the last word. */
ALWAYS_INLINE void foreign_call(word_t number)
{
    struct skr_message message;

    skr_message_leave_words(&message);
    message.info = skr_any();
    message.words[7] = number;
    (void)skr_trap_message(number, skr_any(), skr_any(), &message);
}

/* What comes back in the status register is up to the server. */
static inline status_t forwarded(void)
{
    foreign_call(1);
    return OK;
}

/* Its calls all go to the server, so it can't say itself that it is done. */
void forwarded_client(void *unused)
{
    (void)unused;
    measure(forwarded);
    foreign_call(LAST_NUMBER);
}

void forwarded_server(void *unused)
{
    struct skr_message message;

    (void)unused;
    (void)skr_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    while (message.aux != LAST_NUMBER) {
        message.words[0] = 0;
        message.info = 0;
        (void)skr_reply_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    }
}
