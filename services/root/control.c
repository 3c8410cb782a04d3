/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol `control`: what runs, changed on demand.
 */
#include "install.h"

#include <protocol/control_server.h>
#include <rt/process.h>

static status_t find(struct root *root, const char *name, struct component **component)
{
    uint32_t index = manifest_find(&root->manifest, name);

    if (index == MANIFEST_NONE)
        return ERR_NOT_FOUND;
    *component = &root->components[index];
    return OK;
}

typedef status_t supervise_fn(struct supervisor *supervisor, uint32_t index, uint64_t now_ns);

static status_t change(struct root *root, const struct ipc_request *request, const char *name,
                       const char *what, supervise_fn *supervise)
{
    struct component *component;
    status_t status = find(root, name, &component);

    if (status != OK)
        return status;
    root_say(root, "root: %s asks to %s %s", component_of(root, request)->entry->name, what, name);
    status = supervise(&root->supervisor, component_index(root, component), rt_time_now_ns());
    root_arm_timer(root);
    return status;
}

status_t control_on_restart(void *state, struct ipc_request *request,
                            const struct control_restart_in *in)
{
    return change(state, request, in->name, "restart", supervisor_restart);
}

status_t control_on_stop(void *state, struct ipc_request *request, const struct control_stop_in *in)
{
    return change(state, request, in->name, "stop", supervisor_stop);
}

status_t control_on_start(void *state, struct ipc_request *request,
                          const struct control_start_in *in)
{
    return change(state, request, in->name, "start", supervisor_start);
}

status_t control_on_kill(void *state, struct ipc_request *request, const struct control_kill_in *in)
{
    static const struct death death = {.reason = ABI_DEATH_KILLED};
    struct root *root = state;
    struct component *component;
    status_t status = find(root, in->name, &component);

    if (status != OK)
        return status;
    if (!supervisor_is_up(&root->supervisor, component_index(root, component)))
        return ERR_BAD_STATE;
    root_say(root, "root: %s asks to kill %s", component_of(root, request)->entry->name, in->name);
    component_died(root, component, &death);
    return OK;
}

/* ---- images that come at run time ---- */

static status_t find_installed(struct root *root, const struct ipc_request *request,
                               const char *name, struct component **component)
{
    status_t status = find(root, name, component);

    if (status != OK)
        return status;
    if ((*component)->entry->installer != component_index(root, component_of(root, request)))
        return ERR_NOT_PERMITTED;
    return supervisor_is_present(&root->supervisor, component_index(root, *component))
               ? ERR_BAD_STATE
               : OK;
}

status_t control_on_install(void *state, struct ipc_request *request,
                            const struct control_install_in *in)
{
    struct root *root = state;
    struct component *component;
    uint32_t index;
    status_t status = find_installed(root, request, in->name, &component);

    if (status != OK)
        return status;
    index = component_index(root, component);
    status = supervisor_set_image(&root->supervisor, index, false);
    if (status == OK)
        status = install_image(root, component_of(root, request), component, in->offset, in->size);
    if (status == OK)
        status = supervisor_set_image(&root->supervisor, index, true);
    if (status == OK)
        root_say(root, "root: %s is installed, %llu bytes", in->name, (unsigned long long)in->size);
    return status;
}

status_t control_on_uninstall(void *state, struct ipc_request *request,
                              const struct control_uninstall_in *in)
{
    struct root *root = state;
    struct component *component;
    status_t status = find_installed(root, request, in->name, &component);

    if (status == OK && component->installed.cap == 0)
        status = ERR_BAD_STATE;
    if (status == OK)
        status = supervisor_set_image(&root->supervisor, component_index(root, component), false);
    if (status == OK)
        install_forget(root, component);
    return status;
}

/* ---- the machine ---- */

status_t control_on_power_off(void *state, struct ipc_request *request)
{
    struct root *root = state;

    (void)request;
    supervisor_stop_all(&root->supervisor);
    return skr_power_control_off(ABI_ROOT_POWER);
}

status_t control_on_reboot(void *state, struct ipc_request *request)
{
    struct root *root = state;

    (void)request;
    supervisor_stop_all(&root->supervisor);
    return skr_power_control_reboot(ABI_ROOT_POWER);
}
