/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a manifest may say, and its writer probably did not mean.
 */
#include "manifest.h"

enum { PATH_BYTES = 256, WHY_BYTES = 256 };

static const char *group_of(const struct manifest_component *component)
{
    return component->is_message_server ? "msg_servers" : "apps";
}

static bool is_listed(const struct manifest_component *component, uint32_t index)
{
    for (uint32_t i = 0; i < component->dependant_count; i++) {
        if (component->dependants[i] == index)
            return true;
    }
    return false;
}

/* Lists are taken as they are written, so what a dependant takes down must be in its parent's. */
static void look_at_supervision(const struct manifest *manifest,
                                const struct manifest_component *component,
                                const struct manifest_listener *listener)
{
    char why[WHY_BYTES];

    for (uint32_t i = 0; i < component->dependant_count; i++) {
        const struct manifest_component *dependant =
            &manifest->components[component->dependants[i]];

        for (uint32_t n = 0; n < dependant->dependant_count; n++) {
            if (is_listed(component, dependant->dependants[n]))
                continue;
            snprintf(why, sizeof(why),
                     "does not list '%s', which '%s' takes down with it: add it behind '%s'",
                     manifest->components[dependant->dependants[n]].name, dependant->name,
                     dependant->name);
            listener->refuse(listener->state, "/supervision", component->name, why);
        }
    }
}

static void look_at_server(const struct manifest *manifest, uint32_t server,
                           const struct manifest_listener *listener)
{
    const struct manifest_component *component = &manifest->components[server];
    char path[PATH_BYTES];

    snprintf(path, sizeof(path), "/msg_servers/%s", component->name);
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if (manifest_is_client(&manifest->components[i], server))
            return;
    }
    listener->refuse(listener->state, path, NULL,
                     "has no clients: add it to some msg_servers, or remove it");
}

/* A client that no rule names can do nothing at its server. */
static void look_at_client(const struct manifest *manifest, uint32_t index, uint32_t server,
                           const struct manifest_listener *listener)
{
    const struct manifest_component *component = &manifest->components[index];
    const struct manifest_component *asked = &manifest->components[server];
    char path[PATH_BYTES], why[WHY_BYTES];

    for (uint32_t i = 0; i < asked->access_count; i++) {
        if (((asked->access[i].publish | asked->access[i].request) >> index & 1) != 0)
            return;
    }
    snprintf(path, sizeof(path), "/%s/%s", group_of(component), component->name);
    snprintf(why, sizeof(why), "'%s' lets it do nothing: name it in a protocol there, or remove it",
             asked->name);
    listener->refuse(listener->state, path, "msg_servers", why);
}

void manifest_look(const struct manifest *manifest, const struct manifest_listener *listener)
{
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        look_at_supervision(manifest, component, listener);
        if (component->is_message_server)
            look_at_server(manifest, i, listener);
        for (uint32_t n = 0; n < component->server_count; n++)
            look_at_client(manifest, i, component->servers[n], listener);
    }
}
