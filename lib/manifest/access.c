/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message server's directory says about apps: these must be its clients, and no rule stands
 * there for nobody.
 */
#include "read.h"

/* Everybody in the set must be able to talk to the server. */
static void check_set(struct manifest_reader *reader, const char *path, const char *property,
                      uint32_t server, manifest_set_t set)
{
    const struct manifest *manifest = reader->manifest;

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if ((set >> i & 1) != 0 && !manifest_is_client(&manifest->components[i], server))
            manifest_refuse_at(reader, path, property,
                               "'%s' does not talk to this server: add it to its msg_servers",
                               manifest->components[i].name);
    }
}

static void check_rules(struct manifest_reader *reader, uint32_t index)
{
    const struct manifest_component *server = &reader->manifest->components[index];
    char path[MANIFEST_WHERE_BYTES];

    for (uint32_t i = 0; i < server->access_count; i++) {
        const struct manifest_access *rule = &server->access[i];

        format(path, sizeof(path), "/msg_servers/%s/dir_access_control/%s", server->name,
               rule->protocol);
        check_set(reader, path, "publish", index, rule->publish);
        check_set(reader, path, "request", index, rule->request);
    }
}

static void check_quotas(struct manifest_reader *reader, uint32_t index)
{
    const struct manifest *manifest = reader->manifest;
    const struct manifest_component *server = &manifest->components[index];
    char path[MANIFEST_WHERE_BYTES];

    for (uint32_t i = 0; i < server->quota_count; i++) {
        const struct manifest_component *app = &manifest->components[server->quotas[i].component];

        format(path, sizeof(path), "/msg_servers/%s/limits/%s", server->name, app->name);
        if (!manifest_is_client(app, index))
            manifest_refuse_at(reader, path, NULL,
                               "does not talk to this server: add it to its msg_servers");
        for (uint32_t n = 0; n < i; n++) {
            if (server->quotas[n].component == server->quotas[i].component)
                manifest_refuse_at(reader, path, NULL, "stands there twice: remove one");
        }
    }
}

void manifest_check_access(struct manifest_reader *reader)
{
    for (uint32_t i = 0; i < reader->manifest->server_count; i++) {
        check_rules(reader, i);
        check_quotas(reader, i);
    }
}
