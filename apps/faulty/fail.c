/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures of the first thread.  What must not be seen through by the compiler is volatile.
 */
#include "faulty.h"

#include <protocol/fault_server.h>
#include <rt/print.h>
#include <rt/process.h>

enum { FRAME_BYTES = 256, BAD_CALL = 0x1234 };

static volatile vaddr_t nowhere = 8;

status_t fault_on_write_nowhere(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    *(volatile word_t *)nowhere = 1;
    return OK;
}

status_t fault_on_jump_nowhere(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    ((void (*)(void))nowhere)();
    return OK;
}

static word_t recurse(word_t depth)
{
    volatile uint8_t frame[FRAME_BYTES];

    frame[depth % FRAME_BYTES] = (uint8_t)depth;
    if (nowhere == 0)
        return frame[0];
    return recurse(depth + 1) + frame[depth % FRAME_BYTES];
}

status_t fault_on_overflow_stack(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    return recurse(0) == 0 ? OK : ERR_IO_FAILED;
}

status_t fault_on_panic(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    rt_panic("as it was told");
}

status_t fault_on_end(void *state, struct ipc_request *request, const struct fault_end_in *in)
{
    (void)state;
    (void)request;
    rt_exit((int)in->code);
}

status_t fault_on_call_nowhere(void *state, struct ipc_request *request)
{
    word_t word = 0;

    (void)state;
    (void)request;
    return skr_trap_word(BAD_CALL, 0, &word);
}

status_t fault_on_loop(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    while (nowhere != 0) {
        /* for ever */
    }
    return OK;
}

status_t fault_on_deadlock(void *state, struct ipc_request *request)
{
    struct faulty *faulty = faulty_of(state);
    struct rt_object silent;
    word_t bits;
    status_t status = rt_make(&faulty->self.maker, TYPE_NOTIFICATION, 0, 1, &silent);

    (void)request;
    return status == OK ? skr_wait(silent.cap, &bits) : status;
}
