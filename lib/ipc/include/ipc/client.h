/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client may want beside the functions generated from a protocol.
 */
#ifndef IPC_CLIENT_H
#define IPC_CLIENT_H

#include <base/compiler.h>
#include <ipc/message.h>

/* Every protocol's operation 0. */
enum { IPC_OPERATION_VERSION = 0 };

/*
 * The version that the server speaks, and its generation: another one than before means that it was
 * restarted and knows nothing of earlier requests.
 */
MUST_CHECK status_t ipc_ask_version(cap_t endpoint, word_t *version, word_t *generation);

#endif
