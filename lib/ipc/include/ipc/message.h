/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message in memory, and the few things that generated protocol code and the library that moves
 * messages (ipc.h) agree on.
 *
 * Protocol code only fills messages in and reads them; it makes no system call, so the same client
 * and server code runs in tests on the host, where a fake ipc_call joins them.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include <abi/message.h>
#include <abi/status.h>
#include <base/types.h>

typedef word_t cap_t; /* an index in the caller's captable; 0 is never one */

struct ipc_message {
    word_t info;                     /* length, number of caps, label: abi/message.h */
    word_t badge;                    /* received: whose session it came through */
    word_t aux;                      /* received: a fault's extra word */
    word_t words[ABI_MESSAGE_WORDS]; /* the first 8 always travel */
    cap_t caps[ABI_MESSAGE_CAPS];    /* to send along; received: see IPC_CAP_IS_BADGE */
    cap_t slots[ABI_MESSAGE_CAPS];   /* receiving: empty slots for capabilities, 0 takes none */
};

/*
 * A received capability is the slot where it is now; or, when it is one that the receiver's own
 * endpoint had given out, its badge with this bit: a token that came back.
 */
static const word_t IPC_CAP_IS_BADGE = (word_t)1 << (WORD_BITS - 1);

/* Memory that a client lets a server use during its session: pages of a frame. */
struct ipc_lend {
    cap_t frame;
    word_t first_page;
    word_t page_count;
};

/* What a handler answers when it kept the reply and somebody will send it later. */
enum { IPC_REPLY_LATER = 1 };

/*
 * Send `message` and wait for the reply, which replaces it.  The answer is the transport's: the
 * service's own status is in the reply's label.
 */
status_t ipc_call(cap_t endpoint, struct ipc_message *message);

#endif
