/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls as functions.
 *
 * All are inlined down to the trap instruction and touch no memory of their own: a message whose
 * words are constants, or are left alone, costs what loading those registers costs.  What each
 * call needs and answers is in abi/calls.abi; operations on objects are in skr/objects.h, which
 * this header completes with its one primitive.
 */
#ifndef RT_CALL_H
#define RT_CALL_H

#include <abi/calls.h>
#include <abi/message.h>
#include <base/compiler.h>
#include <base/types.h>
#include <rt/trap.h>

typedef word_t cap_t; /* an index in the caller's captable; 0 is never one */

/*
 * A message in the making, or as it came.  Words 8 and up, and the capabilities that go along,
 * stand in the message buffer (rt/thread.h).
 */
struct skr_message {
    word_t info;  /* abi/message.h; made and read with the functions below */
    word_t badge; /* received: whose capability it came through */
    word_t aux;   /* received: a fault's extra word */
    word_t words[ABI_REGISTER_WORDS];
};

ALWAYS_INLINE word_t skr_info(word_t label, word_t length, word_t caps)
{
    return length | caps << ABI_INFO_CAPS_SHIFT | label << ABI_INFO_LABEL_SHIFT;
}

ALWAYS_INLINE word_t skr_info_length(word_t info)
{
    return info & ABI_INFO_LENGTH_MASK;
}

ALWAYS_INLINE word_t skr_info_caps(word_t info)
{
    return info >> ABI_INFO_CAPS_SHIFT & ABI_INFO_CAPS_MASK;
}

/* enum event of abi/objects.h. */
ALWAYS_INLINE word_t skr_info_event(word_t info)
{
    return info >> ABI_INFO_EVENT_SHIFT & ABI_INFO_EVENT_MASK;
}

ALWAYS_INLINE word_t skr_info_label(word_t info)
{
    return info >> ABI_INFO_LABEL_SHIFT;
}

/*
 * Gives all words a value at no cost: what the registers happen to hold.  The receiver sees it, so
 * this is only for messages to those who may; set the words that matter afterwards.
 */
ALWAYS_INLINE void skr_message_leave_words(struct skr_message *message)
{
    message->words[0] = skr_any();
    message->words[1] = skr_any();
    message->words[2] = skr_any();
    message->words[3] = skr_any();
    message->words[4] = skr_any();
    message->words[5] = skr_any();
    message->words[6] = skr_any();
    message->words[7] = skr_any();
}

ALWAYS_INLINE status_t skr_trap_message(word_t call, cap_t cap, cap_t reply,
                                        struct skr_message *message)
{
    message->badge = cap;
    message->aux = reply;
    return skr_trap(call, &message->badge, &message->info, &message->aux, message->words);
}

/* Sends the message and becomes its reply. */
ALWAYS_INLINE status_t skr_call(cap_t endpoint, struct skr_message *message)
{
    return skr_trap_message(ABI_CALL_CALL, endpoint, skr_any(), message);
}

ALWAYS_INLINE status_t skr_send(cap_t endpoint, const struct skr_message *message)
{
    struct skr_message copy = *message;

    return skr_trap_message(ABI_CALL_SEND, endpoint, skr_any(), &copy);
}

ALWAYS_INLINE status_t skr_send_nowait(cap_t endpoint, const struct skr_message *message)
{
    struct skr_message copy = *message;

    return skr_trap_message(ABI_CALL_SEND_NOWAIT, endpoint, skr_any(), &copy);
}

/* `reply` is a free reply object, or 0 to leave calls queued. */
ALWAYS_INLINE status_t skr_receive(cap_t endpoint, cap_t reply, struct skr_message *message)
{
    skr_message_leave_words(message);
    message->info = skr_any();
    return skr_trap_message(ABI_CALL_RECEIVE, endpoint, reply, message);
}

ALWAYS_INLINE status_t skr_receive_nowait(cap_t endpoint, cap_t reply, struct skr_message *message)
{
    skr_message_leave_words(message);
    message->info = skr_any();
    return skr_trap_message(ABI_CALL_RECEIVE_NOWAIT, endpoint, reply, message);
}

ALWAYS_INLINE status_t skr_reply(cap_t reply, const struct skr_message *message)
{
    struct skr_message copy = *message;

    return skr_trap_message(ABI_CALL_REPLY, skr_any(), reply, &copy);
}

/* Sends the message as the reply and becomes the next one received. */
ALWAYS_INLINE status_t skr_reply_receive(cap_t endpoint, cap_t reply, struct skr_message *message)
{
    return skr_trap_message(ABI_CALL_REPLY_RECEIVE, endpoint, reply, message);
}

/* For calls that use no message: `word` travels in w0 both ways. */
ALWAYS_INLINE status_t skr_trap_word(word_t call, cap_t cap, word_t *word)
{
    struct skr_message message;
    status_t status;

    skr_message_leave_words(&message);
    message.info = skr_any();
    message.words[0] = *word;
    status = skr_trap_message(call, cap, skr_any(), &message);
    *word = message.words[0];
    return status;
}

ALWAYS_INLINE status_t skr_signal(cap_t notification, word_t bits)
{
    return skr_trap_word(ABI_CALL_SIGNAL, notification, &bits);
}

/* `bits` becomes all bits that were set; they are cleared. */
ALWAYS_INLINE status_t skr_wait(cap_t notification, word_t *bits)
{
    *bits = skr_any();
    return skr_trap_word(ABI_CALL_WAIT, notification, bits);
}

ALWAYS_INLINE status_t skr_poll(cap_t notification, word_t *bits)
{
    *bits = skr_any();
    return skr_trap_word(ABI_CALL_POLL, notification, bits);
}

ALWAYS_INLINE void skr_yield(void)
{
    word_t unused = skr_any();

    (void)skr_trap_word(ABI_CALL_YIELD, skr_any(), &unused);
}

/*
 * Does the operation that `info`'s label names.  `words` are its arguments, then its results;
 * `culprit`, unless null, becomes the number of the argument at fault (0 is `cap` itself).
 */
ALWAYS_INLINE status_t skr_invoke(cap_t cap, word_t info, word_t words[ABI_REGISTER_WORDS],
                                  word_t *culprit)
{
    word_t aux = skr_any();
    status_t status = skr_trap(ABI_CALL_INVOKE, &cap, &info, &aux, words);

    if (culprit)
        *culprit = aux;
    return status;
}

#include <skr/objects.h>

#endif
