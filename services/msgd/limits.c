/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest says it for the message server, and for apps with limits of their own.
 */
#include "limits.h"

struct limits limits_of(const struct directory *directory, uint32_t client)
{
    const struct manifest_component *server = directory->server;

    for (uint32_t i = 0; i < server->quota_count; i++) {
        const struct manifest_quota *quota = &server->quotas[i];

        if (quota->component == client)
            return (struct limits){quota->publish_limit, quota->request_limit, quota->token_limit};
    }
    return (struct limits){server->publish_limit, server->request_limit, server->token_limit};
}
