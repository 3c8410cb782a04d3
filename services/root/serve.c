/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root's protocol, its children's faults, and what supervision decides put into effect.
 *
 * A child's badge is its index and one, so a request says who asks.  Root calls nobody: what it has
 * to tell goes out as a signal.
 */
#include "root.h"

#include <base/format.h>
#include <base/memory.h>
#include <protocol/root_server.h>
#include <rt/print.h>
#include <rt/process.h>

enum { LINE_BYTES = 256, ACCESS_WRITE = 2, ACCESS_EXECUTE = 4 };

static void wake_log_readers(struct root *root)
{
    for (uint32_t i = 0; i < root->manifest.component_count; i++) {
        struct component *component = &root->components[i];

        if (component->entry->reads_log && component->memory.cap != 0)
            (void)skr_signal(component->slots + ROOT_SLOT_WAKE, ROOT_EVENT_LOG);
    }
}

void root_say(struct root *root, const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list args;
    size_t length;

    va_start(args, fmt);
    length = format_v(line, sizeof(line) - 1, fmt, args);
    va_end(args);
    length = word_min(length, sizeof(line) - 2);
    line[length] = '\n';
    line[length + 1] = '\0';
    rt_print(line);
    wake_log_readers(root);
}

static struct component *component_of(struct root *root, const struct ipc_request *request)
{
    word_t index = (request->message.badge & ~(word_t)ROOT_FAULT_BADGE) - 1;

    rt_assert(index < root->manifest.component_count);
    return &root->components[index];
}

static uint32_t index_of(const struct root *root, const struct component *component)
{
    return (uint32_t)(component - root->components);
}

/* ---- what a component asks ---- */

status_t root_on_ready(void *state, struct ipc_request *request)
{
    struct root *root = state;
    struct component *component = component_of(root, request);

    root_say(root, "root: %s ready", component->entry->name);
    supervisor_ready(&root->supervisor, index_of(root, component), rt_time_now_ns());
    root_arm_timer(root);
    return OK;
}

status_t root_on_heartbeat(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    return OK;
}

status_t root_on_exit(void *state, struct ipc_request *request, const struct root_exit_in *in)
{
    struct root *root = state;
    struct component *component = component_of(root, request);

    root_say(root, "root: %s ended with %d", component->entry->name, (int)in->code);
    supervisor_died(&root->supervisor, index_of(root, component), rt_time_now_ns());
    root_arm_timer(root);
    return OK;
}

status_t root_on_print(void *state, struct ipc_request *request, const struct root_print_in *in)
{
    struct root *root = state;
    size_t length = (size_t)in->text_size;

    while (length > 0 && in->text[length - 1] == '\n')
        length--;
    root_say(root, "%s: %.*s", component_of(root, request)->entry->name, (int)length,
             (const char *)in->text);
    return OK;
}

/* ---- introspection ---- */

status_t root_on_system(void *state, struct ipc_request *request, struct root_system_out *out)
{
    struct root *root = state;

    if (!component_of(root, request)->entry->may_inspect)
        return ERR_NOT_PERMITTED;
    retired_collect(root);
    out->apps = root->manifest.component_count;
    out->cores = root->boot->core_count;
    out->generation = 1;
    out->uptime = rt_time_now_ns();
    out->memory_free = rt_ranges_free_bytes(&root->offsets);
    out->slots_free = root->slots.free;
    return OK;
}

status_t root_on_app(void *state, struct ipc_request *request, const struct root_app_in *in,
                     struct root_app_out *out)
{
    struct root *root = state;
    const struct component *component;
    const struct supervised *child;

    if (!component_of(root, request)->entry->may_inspect)
        return ERR_NOT_PERMITTED;
    if (in->index >= root->manifest.component_count)
        return ERR_NOT_FOUND;
    component = &root->components[in->index];
    child = &root->supervisor.children[in->index];
    out->state = (word_t)child->state;
    out->restarts = child->starts > 0 ? child->starts - 1 : 0;
    out->priority = component->entry->priority;
    out->consumed = component_time_ns(component);
    out->memory = component->memory.cap != 0 ? component->entry->memory_bytes : 0;
    str_copy(out->name, sizeof(out->name), component->entry->name);
    return OK;
}

/* ---- control ---- */

static status_t find_for_control(struct root *root, const struct ipc_request *request,
                                 const char *name, uint32_t *index)
{
    if (!component_of(root, request)->entry->may_control)
        return ERR_NOT_PERMITTED;
    *index = manifest_find(&root->manifest, name);
    return *index == MANIFEST_NONE ? ERR_NOT_FOUND : OK;
}

status_t root_on_kill(void *state, struct ipc_request *request, const struct root_kill_in *in)
{
    struct root *root = state;
    uint32_t index;
    status_t status = find_for_control(root, request, in->name, &index);

    if (status != OK)
        return status;
    if (root->components[index].memory.cap == 0)
        return ERR_BAD_STATE;
    root_say(root, "root: %s killed by %s", root->components[index].entry->name,
             component_of(root, request)->entry->name);
    supervisor_died(&root->supervisor, index, rt_time_now_ns());
    root_arm_timer(root);
    return OK;
}

status_t root_on_stop(void *state, struct ipc_request *request, const struct root_stop_in *in)
{
    struct root *root = state;
    uint32_t index;
    status_t status = find_for_control(root, request, in->name, &index);

    if (status == OK)
        status = supervisor_stop(&root->supervisor, index, rt_time_now_ns());
    root_arm_timer(root);
    return status;
}

status_t root_on_start(void *state, struct ipc_request *request, const struct root_start_in *in)
{
    struct root *root = state;
    uint32_t index;
    status_t status = find_for_control(root, request, in->name, &index);

    if (status == OK)
        status = supervisor_start(&root->supervisor, index, rt_time_now_ns());
    root_arm_timer(root);
    return status;
}

static status_t end_system(struct root *root, const struct ipc_request *request)
{
    if (!component_of(root, request)->entry->may_control)
        return ERR_NOT_PERMITTED;
    supervisor_stop_all(&root->supervisor);
    return OK;
}

status_t root_on_power_off(void *state, struct ipc_request *request)
{
    status_t status = end_system(state, request);

    return status == OK ? skr_power_control_off(ABI_ROOT_POWER) : status;
}

status_t root_on_reboot(void *state, struct ipc_request *request)
{
    status_t status = end_system(state, request);

    return status == OK ? skr_power_control_reboot(ABI_ROOT_POWER) : status;
}

/* ---- faults and signals ---- */

static const char *access_text(word_t access)
{
    switch (access) {
    case ACCESS_WRITE: return "write to";
    case ACCESS_EXECUTE: return "execution at";
    default: return "read from";
    }
}

static void say_fault(struct root *root, const char *name, const struct ipc_message *message)
{
    const word_t *words = message->words;
    word_t kind = message->info >> ABI_INFO_LABEL_SHIFT;

    if (kind == FAULT_PAGE)
        root_say(root, "root: %s faulted: %s 0x%lx at pc 0x%lx", name, access_text(words[2]),
                 (unsigned long)words[0], (unsigned long)words[1]);
    else if (kind == FAULT_UNKNOWN_CALL && message->aux == RT_CALL_EXIT)
        root_say(root, "root: %s ended with %d", name, (int)words[0]);
    else if (kind == FAULT_UNKNOWN_CALL && message->aux == RT_CALL_PANIC)
        root_say(root, "root: %s found itself broken", name);
    else
        root_say(root, "root: %s faulted: kind %u, 0x%lx 0x%lx", name, (unsigned)kind,
                 (unsigned long)words[0], (unsigned long)words[1]);
}

/* The thread is gone when this returns, so what the loop answers reaches nobody. */
static status_t on_fault(void *state, struct ipc_request *request)
{
    struct root *root = state;
    struct component *component = component_of(root, request);

    say_fault(root, component->entry->name, &request->message);
    supervisor_died(&root->supervisor, index_of(root, component), rt_time_now_ns());
    root_arm_timer(root);
    return ERR_PEER_GONE;
}

static void on_signal(void *state, word_t bits)
{
    struct root *root = state;

    if ((bits & ROOT_BIT_LOST_FAULT) != 0)
        root_say(root, "root: a fault could not be delivered");
    retired_collect(root);
    supervisor_tick(&root->supervisor, rt_time_now_ns());
    root_arm_timer(root);
}

void root_arm_timer(struct root *root)
{
    uint64_t deadline = supervisor_deadline(&root->supervisor);

    if (deadline != 0)
        (void)skr_timer_set(root->timer.cap, deadline, root->notification.cap, ROOT_BIT_TIMER);
}

noreturn void root_serve(struct root *root)
{
    root->service.protocol = &root_protocol;
    root->service.state = root;
    root->service.endpoint = root->endpoint.cap;
    root->service.captable = ABI_ROOT_CAPTABLE;
    root->service.on_fault = on_fault;
    root->service.on_signal = on_signal;
    ipc_serve(&root->service);
}
