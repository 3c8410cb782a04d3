/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol's table looked up: the check that stands before every handler, on the target and in
 * tests that join a client and a server without a kernel.
 */
#include <ipc/pack.h>
#include <ipc/service.h>

const struct ipc_operation *ipc_operation_find(const struct ipc_protocol *protocol,
                                               const struct ipc_message *message, status_t *status)
{
    word_t label = ipc_label(message);
    word_t number = label & IPC_OPERATION_MASK;

    *status = ERR_NOT_SUPPORTED;
    if (label >> IPC_OPERATION_BITS != protocol->version)
        return NULL;
    *status = ERR_BAD_REQUEST;
    for (uint32_t i = 0; i < protocol->operation_count; i++) {
        const struct ipc_operation *operation = &protocol->operations[i];

        if (operation->number == number)
            return ipc_fits(message, operation->words_min, operation->words_max, operation->caps)
                       ? operation
                       : NULL;
    }
    return NULL;
}
