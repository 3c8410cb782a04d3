/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's call.
 */
#include "transfer.h"

#include <ipc/client.h>
#include <ipc/pack.h>

status_t ipc_call(cap_t endpoint, struct ipc_message *message)
{
    struct skr_message registers;
    status_t status;

    ipc_load(message, &registers);
    ipc_offer_slots(message);
    status = skr_call(endpoint, &registers);
    if (status == OK)
        ipc_store(&registers, message);
    return status;
}

status_t ipc_ask_version(cap_t endpoint, word_t *version, word_t *generation)
{
    struct ipc_message message = {.info = ipc_info(IPC_OPERATION_VERSION, 0, 0)};
    status_t status = ipc_call(endpoint, &message);

    if (status == OK)
        status = ipc_reply_status(&message);
    if (status == OK && !ipc_fits(&message, 2, 2, 0))
        status = ERR_BAD_REQUEST;
    *version = message.words[0];
    *generation = message.words[1];
    return status;
}
