/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System call numbers.
 *
 * Generated from calls.abi by abigen; change the text, not this file.
 */
#ifndef ABI_CALLS_H
#define ABI_CALLS_H

enum abi_call {
    ABI_CALL_CALL = 1,
    ABI_CALL_SEND = 2,
    ABI_CALL_SEND_NOWAIT = 3,
    ABI_CALL_RECEIVE = 4,
    ABI_CALL_RECEIVE_NOWAIT = 5,
    ABI_CALL_REPLY = 6,
    ABI_CALL_REPLY_RECEIVE = 7,
    ABI_CALL_SIGNAL = 8,
    ABI_CALL_WAIT = 9,
    ABI_CALL_POLL = 10,
    ABI_CALL_YIELD = 11,
    ABI_CALL_INVOKE = 12,
};

#endif
