/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something dies: faults and silence get the name that a person would give them.
 */
#include "root.h"

#include <base/memory.h>
#include <ipc/pack.h>
#include <protocol/root.h>
#include <rt/process.h>

enum { ACCESS_WRITE = 2, ACCESS_EXECUTE = 4, US_PER_MS = 1000, NS_PER_US = 1000 };

/* States of thread.info. */
enum { THREAD_SENDING = 3, THREAD_RECEIVING, THREAD_WAITING_REPLY, THREAD_WAITING_SIGNAL };

static const char *access_text(word_t access)
{
    switch (access) {
    case ACCESS_WRITE: return "write to";
    case ACCESS_EXECUTE: return "execution at";
    default: return "read from";
    }
}

static struct death death_of_page_fault(const struct component *component, const word_t *words)
{
    vaddr_t stack = component->layout.stack_address;
    struct death death = {
        .reason = ABI_DEATH_PAGE_FAULT, .address = words[0], .pc = words[1], .access = words[2]};

    if (words[0] < stack && words[0] >= stack - ABI_PAGE_SIZE)
        death.reason = ABI_DEATH_STACK_OVERFLOW;
    return death;
}

static struct death death_of_call(const struct ipc_message *message)
{
    switch (message->aux) {
    case RT_CALL_EXIT: return (struct death){.reason = ABI_DEATH_EXIT, .access = message->words[0]};
    case RT_CALL_PANIC: return (struct death){.reason = ABI_DEATH_ABORT};
    default: return (struct death){.reason = ABI_DEATH_BAD_CALL, .access = message->aux};
    }
}

struct death death_of_fault(const struct component *component, const struct ipc_message *message)
{
    const word_t *words = message->words;
    word_t kind = ipc_label(message);

    switch (kind) {
    case FAULT_PAGE: return death_of_page_fault(component, words);
    case FAULT_UNKNOWN_CALL: return death_of_call(message);
    case FAULT_EXCEPTION:
        return (struct death){.reason = ABI_DEATH_EXCEPTION, .address = words[0], .pc = words[1]};
    default: return (struct death){.reason = ABI_DEATH_OTHER_FAULT, .pc = words[1], .access = kind};
    }
}

static bool is_first_thread_blocked(const struct component *component)
{
    word_t state = 0;

    (void)skr_thread_info(component->slots + ROOT_SLOT_THREAD, &state, NULL, NULL);
    return state >= THREAD_SENDING && state <= THREAD_WAITING_SIGNAL;
}

/* Most of what its budget gave it since the heartbeat's latest answer. */
static bool has_used_its_time(const struct component *component, uint32_t which, uint64_t used_ns)
{
    const struct manifest_heartbeat *heartbeat = &component->entry->heartbeats[which];
    uint64_t silent_us = (uint64_t)heartbeat->period_ms * heartbeat->limit * US_PER_MS;
    uint64_t given_us = silent_us / component->entry->period_us * component->entry->budget_us;

    return used_ns / NS_PER_US > given_us / 2;
}

/*
 * Blocked, it waits for what does not come; running, it does not come to an end.  Root knows the
 * state of the first thread alone; others are judged by the time that the component used.
 */
static struct death death_of_silence(const struct component *component, uint32_t which)
{
    bool is_own = component->entry->heartbeats[which].name[0] == '\0';
    uint64_t used_ns = component_time_ns(component) - component->answered_ns[which];

    if (is_own ? is_first_thread_blocked(component) : !has_used_its_time(component, which, used_ns))
        return (struct death){.reason = ABI_DEATH_DEADLOCK};
    return (struct death){.reason = used_ns == 0 ? ABI_DEATH_STARVED : ABI_DEATH_ENDLESS_LOOP};
}

/* Root's log says each death in one line, which begins with the same words for each reason. */
static void say(struct root *root, const struct component *component, const struct death *death)
{
    const char *name = component->entry->name;

    switch (death->reason) {
    case ABI_DEATH_PAGE_FAULT:
        root_say(root, "root: %s died: page fault: %s 0x%llx at pc 0x%llx", name,
                 access_text(death->access), (unsigned long long)death->address,
                 (unsigned long long)death->pc);
        break;
    case ABI_DEATH_STACK_OVERFLOW:
        root_say(root, "root: %s died: stack overflow at pc 0x%llx", name,
                 (unsigned long long)death->pc);
        break;
    case ABI_DEATH_EXCEPTION:
        root_say(root, "root: %s died: exception 0x%llx at pc 0x%llx", name,
                 (unsigned long long)death->address, (unsigned long long)death->pc);
        break;
    case ABI_DEATH_ABORT: root_say(root, "root: %s died: abort", name); break;
    case ABI_DEATH_EXIT:
        root_say(root, "root: %s died: exit with %d", name, (int)death->access);
        break;
    case ABI_DEATH_BAD_CALL:
        root_say(root, "root: %s died: bad call %u", name, (unsigned)death->access);
        break;
    case ABI_DEATH_DEADLOCK: root_say(root, "root: %s died: deadlock", name); break;
    case ABI_DEATH_ENDLESS_LOOP: root_say(root, "root: %s died: endless loop", name); break;
    case ABI_DEATH_STARVED: root_say(root, "root: %s died: starved", name); break;
    case ABI_DEATH_KILLED: root_say(root, "root: %s died: killed", name); break;
    default:
        root_say(root, "root: %s died: fault %u at pc 0x%llx", name, (unsigned)death->access,
                 (unsigned long long)death->pc);
        break;
    }
}

void component_died(struct root *root, struct component *component, const struct death *death)
{
    uint32_t index = component_index(root, component);

    if (!supervisor_is_up(&root->supervisor, index))
        return;
    component->death = *death;
    component->death.when_ns = rt_time_now_ns();
    component->death.instance = root->supervisor.children[index].starts;
    say(root, component, death);
    root_note(root, component, ABI_JOURNAL_DEATH, death->reason);
    supervisor_died(&root->supervisor, index, rt_time_now_ns());
    root_arm_timer(root);
}

static void act_on_heartbeat(struct root *root, struct component *component, uint32_t which)
{
    const char *name = component->entry->heartbeats[which].name;
    uint32_t index = component_index(root, component);
    struct death death;

    switch (health_tick(&root->health, index, which, rt_time_now_ns())) {
    case HEALTH_NOTHING: return;
    case HEALTH_SKIPPED:
        root_say(root, "root: %s: heartbeat%s%s is missing, %u in a row", component->entry->name,
                 name[0] != '\0' ? " of " : "", name,
                 (unsigned)health_skipped(&root->health, index, which));
        root_note(root, component, ABI_JOURNAL_SKIPPED,
                  health_skipped(&root->health, index, which));
        break;
    case HEALTH_SILENT:
        death = death_of_silence(component, which);
        component_died(root, component, &death);
        return;
    case HEALTH_ASK: break;
    }
    if (name[0] == '\0')
        (void)skr_signal(component->slots + ROOT_SLOT_WAKE, ROOT_EVENT_HEARTBEAT);
}

void root_check_health(struct root *root)
{
    for (uint32_t i = 0; i < root->manifest.component_count; i++) {
        for (uint32_t which = 0; which < root->components[i].entry->heartbeat_count; which++)
            act_on_heartbeat(root, &root->components[i], which);
    }
}
