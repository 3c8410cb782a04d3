/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What root hears: its children's calls and faults, and its timer.
 *
 * A session's badge says whose it is and which protocol it speaks.  Root calls nobody: what it has
 * to tell goes out as a signal.
 */
#include "root.h"

#include <base/format.h>
#include <base/memory.h>
#include <protocol/control_server.h>
#include <protocol/inspect_server.h>
#include <protocol/root_server.h>
#include <rt/print.h>
#include <rt/process.h>

enum { LINE_BYTES = 256 };

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

void root_note(struct root *root, const struct component *component, enum abi_journal kind,
               uint32_t detail)
{
    const struct journal_record record = {
        .when_ns = rt_time_now_ns(),
        .component = component_index(root, component),
        .kind = (uint16_t)kind,
        .detail = detail,
    };

    journal_add(&root->journal, &record);
}

uint32_t component_index(const struct root *root, const struct component *component)
{
    return (uint32_t)(component - root->components);
}

struct component *component_of(struct root *root, const struct ipc_request *request)
{
    word_t index = (request->message.badge & ROOT_INDEX_MASK) - 1;

    rt_assert(index < root->manifest.component_count);
    return &root->components[index];
}

/* ---- what a component says of itself ---- */

status_t root_on_ready(void *state, struct ipc_request *request)
{
    struct root *root = state;
    struct component *component = component_of(root, request);
    uint32_t index = component_index(root, component);

    if (root->supervisor.children[index].state != ABI_COMPONENT_STARTING)
        return OK;
    root_say(root, "root: %s ready", component->entry->name);
    root_note(root, component, ABI_JOURNAL_READY, 0);
    for (uint32_t i = 0; i < MANIFEST_HEARTBEATS_MAX; i++)
        component->answered_ns[i] = component_time_ns(component);
    health_watch(&root->health, index, rt_time_now_ns());
    supervisor_ready(&root->supervisor, index, rt_time_now_ns());
    root_arm_timer(root);
    return OK;
}

status_t root_on_heartbeat(void *state, struct ipc_request *request,
                           const struct root_heartbeat_in *in)
{
    struct root *root = state;
    struct component *component = component_of(root, request);

    uint32_t which;
    status_t status =
        health_beat(&root->health, component_index(root, component), in->name, &which);

    if (status == OK)
        component->answered_ns[which] = component_time_ns(component);
    return status;
}

/* The thread is stopped when this returns, so what the loop answers reaches nobody. */
status_t root_on_exit(void *state, struct ipc_request *request, const struct root_exit_in *in)
{
    const struct death death = {.reason = ABI_DEATH_EXIT, .access = in->code};

    component_died(state, component_of(state, request), &death);
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

/* ---- events ---- */

static status_t on_fault(void *state, struct ipc_request *request)
{
    struct root *root = state;
    struct component *component = component_of(root, request);
    const struct death death = death_of_fault(component, &request->message);

    component_died(root, component, &death);
    return ERR_PEER_GONE;
}

static void on_signal(void *state, word_t bits)
{
    struct root *root = state;

    if ((bits & ROOT_BIT_LOST_FAULT) != 0)
        root_say(root, "root: a fault could not be delivered");
    retired_collect(root);
    root_check_health(root);
    supervisor_tick(&root->supervisor, rt_time_now_ns());
    root_arm_timer(root);
}

void root_arm_timer(struct root *root)
{
    uint64_t deadline = supervisor_deadline(&root->supervisor);
    uint64_t health = health_deadline(&root->health);

    if (health != 0 && (deadline == 0 || health < deadline))
        deadline = health;
    if (deadline != 0)
        (void)skr_timer_set(root->timer.cap, deadline, root->notification.cap, ROOT_BIT_TIMER);
}

static const struct ipc_protocol *protocol_of(void *state, word_t badge)
{
    (void)state;
    if ((badge & ROOT_INSPECT_BADGE) != 0)
        return &inspect_protocol;
    return (badge & ROOT_CONTROL_BADGE) != 0 ? &control_protocol : &root_protocol;
}

noreturn void root_serve(struct root *root)
{
    root->service.protocol = &root_protocol;
    root->service.protocol_of = protocol_of;
    root->service.state = root;
    root->service.endpoint = root->endpoint.cap;
    root->service.captable = ABI_ROOT_CAPTABLE;
    root->service.generation = 1;
    root->service.on_fault = on_fault;
    root->service.on_signal = on_signal;
    ipc_serve(&root->service);
}
