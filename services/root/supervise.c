/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event ends in `advance`, which starts what can be started; so the queue is the whole state
 * of a recovery, and a second fault in the middle of one needs no case of its own.
 */
#include "supervise.h"

enum { NS_PER_MS = 1000000 };

struct group {
    uint32_t list[MANIFEST_COMPONENTS_MAX]; /* in start order */
    uint32_t count;
};

static bool is_up(const struct supervised *child)
{
    return child->state == SUPERVISE_STARTING || child->state == SUPERVISE_READY;
}

static bool lists(const uint32_t *list, uint32_t count, uint32_t index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == index)
            return true;
    }
    return false;
}

static bool is_queued(const struct supervisor *supervisor, uint32_t index)
{
    return lists(supervisor->queue, supervisor->queue_count, index);
}

static void enqueue(struct supervisor *supervisor, uint32_t index)
{
    if (!is_queued(supervisor, index))
        supervisor->queue[supervisor->queue_count++] = index;
}

static void dequeue(struct supervisor *supervisor, uint32_t index)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < supervisor->queue_count; i++) {
        if (supervisor->queue[i] != index)
            supervisor->queue[kept++] = supervisor->queue[i];
    }
    supervisor->queue_count = kept;
}

static void group_add(struct group *group, uint32_t index)
{
    if (!lists(group->list, group->count, index))
        group->list[group->count++] = index;
}

static void group_add_dependants(const struct supervisor *supervisor, uint32_t index,
                                 struct group *group)
{
    const struct manifest_component *component = &supervisor->manifest->components[index];

    for (uint32_t i = 0; i < component->dependant_count; i++)
        group_add(group, component->dependants[i]);
}

static void stop_group(struct supervisor *supervisor, const struct group *group)
{
    for (uint32_t i = group->count; i-- > 0;) {
        struct supervised *child = &supervisor->children[group->list[i]];

        if (!is_up(child))
            continue;
        child->state = SUPERVISE_DOWN;
        supervisor->actions->stop(supervisor->state, group->list[i]);
    }
}

static void give_up(struct supervisor *supervisor, uint32_t index)
{
    supervisor->children[index].state = SUPERVISE_GIVEN_UP;
    dequeue(supervisor, index);
    supervisor->actions->note(supervisor->state, index, SUPERVISE_NOTE_GIVEN_UP);
}

static uint64_t earliest_start(const struct supervised *child)
{
    return child->starts == 0 ? 0 : child->started_ns + SUPERVISE_RUN_TIME_MIN_NS;
}

static uint64_t ready_deadline(const struct supervisor *supervisor, uint32_t index)
{
    return supervisor->children[index].started_ns +
           (uint64_t)supervisor->manifest->components[index].ready_timeout_ms * NS_PER_MS;
}

static void start(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct supervised *child = &supervisor->children[index];
    status_t status = supervisor->actions->start(supervisor->state, index);

    if (status != OK) {
        give_up(supervisor, index);
        return;
    }
    child->state = supervisor->manifest->components[index].is_ready_when_started
                       ? SUPERVISE_READY
                       : SUPERVISE_STARTING;
    child->is_late = false;
    child->starts++;
    child->started_ns = now_ns;
}

/* The first of the queue that the others wait for, or the count. */
static uint32_t find_blocking(const struct supervisor *supervisor)
{
    uint32_t i;

    for (i = 0; i < supervisor->queue_count; i++) {
        const struct supervised *child = &supervisor->children[supervisor->queue[i]];

        if (child->state == SUPERVISE_DOWN ||
            (child->state == SUPERVISE_STARTING && !child->is_late))
            break;
    }
    return i;
}

/* Bounded: each pass starts, skips or gives up one of the queue, or ends. */
static void advance(struct supervisor *supervisor, uint64_t now_ns)
{
    for (;;) {
        uint32_t at = find_blocking(supervisor);
        struct supervised *child;
        uint32_t index;

        if (at == supervisor->queue_count)
            break;
        index = supervisor->queue[at];
        child = &supervisor->children[index];
        if (child->state == SUPERVISE_STARTING) {
            if (now_ns < ready_deadline(supervisor, index))
                return;
            child->is_late = true;
            supervisor->actions->note(supervisor->state, index, SUPERVISE_NOTE_LATE);
        } else {
            if (now_ns < earliest_start(child))
                return;
            start(supervisor, index, now_ns);
        }
    }
    supervisor->queue_count = 0;
    supervisor->is_recovery = false;
}

void supervisor_init(struct supervisor *supervisor, const struct manifest *manifest,
                     const struct supervise_actions *actions, void *state)
{
    *supervisor = (struct supervisor){.manifest = manifest, .actions = actions, .state = state};
}

void supervisor_boot(struct supervisor *supervisor, uint64_t now_ns)
{
    for (uint32_t i = 0; i < supervisor->manifest->component_count; i++)
        enqueue(supervisor, i);
    advance(supervisor, now_ns);
}

void supervisor_ready(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    if (supervisor->children[index].state != SUPERVISE_STARTING)
        return;
    supervisor->children[index].state = SUPERVISE_READY;
    advance(supervisor, now_ns);
}

/* One more restart in the window; false when that is too often. */
static bool may_restart(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    const struct manifest_component *component = &supervisor->manifest->components[index];
    struct supervised *child = &supervisor->children[index];

    if (now_ns - child->window_ns >= (uint64_t)component->restart_window_ms * NS_PER_MS) {
        child->window_ns = now_ns;
        child->window_count = 0;
    }
    return ++child->window_count <= component->restart_limit;
}

/* What goes down with it: of a recovery under way, all; else it and its dependants that are up. */
static void find_group(const struct supervisor *supervisor, uint32_t index, struct group *group)
{
    struct group candidates = {.count = 0};

    if (supervisor->is_recovery && is_queued(supervisor, index)) {
        for (uint32_t i = 0; i < supervisor->queue_count; i++)
            group_add(&candidates, supervisor->queue[i]);
    }
    group_add(&candidates, index);
    group_add_dependants(supervisor, index, &candidates);

    group->count = 0;
    for (uint32_t i = 0; i < candidates.count; i++) {
        uint32_t candidate = candidates.list[i];

        if (is_up(&supervisor->children[candidate]) || is_queued(supervisor, candidate))
            group_add(group, candidate);
    }
}

void supervisor_died(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct group group;
    bool is_hopeless;

    if (!is_up(&supervisor->children[index]))
        return;
    find_group(supervisor, index, &group);
    stop_group(supervisor, &group);

    is_hopeless = !may_restart(supervisor, index, now_ns);
    if (is_hopeless) {
        const struct manifest_component *component = &supervisor->manifest->components[index];

        give_up(supervisor, index);
        for (uint32_t i = 0; i < component->dependant_count; i++)
            dequeue(supervisor, component->dependants[i]);
    }
    if (supervisor->queue_count == 0)
        supervisor->is_recovery = true;
    for (uint32_t i = 0; i < group.count; i++) {
        bool depends =
            lists(supervisor->manifest->components[index].dependants,
                  supervisor->manifest->components[index].dependant_count, group.list[i]);

        if (!is_hopeless || (group.list[i] != index && !depends))
            enqueue(supervisor, group.list[i]);
    }
    advance(supervisor, now_ns);
}

status_t supervisor_stop(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct group group = {.count = 0};

    if (!is_up(&supervisor->children[index]))
        return ERR_BAD_STATE;
    group_add(&group, index);
    group_add_dependants(supervisor, index, &group);
    stop_group(supervisor, &group);
    for (uint32_t i = 0; i < group.count; i++)
        dequeue(supervisor, group.list[i]);
    advance(supervisor, now_ns);
    return OK;
}

status_t supervisor_start(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct group group = {.count = 0};

    if (is_up(&supervisor->children[index]) || is_queued(supervisor, index))
        return ERR_BAD_STATE;
    group_add(&group, index);
    group_add_dependants(supervisor, index, &group);
    for (uint32_t i = 0; i < group.count; i++) {
        struct supervised *child = &supervisor->children[group.list[i]];

        if (is_up(child))
            continue;
        child->state = SUPERVISE_DOWN;
        child->window_count = 0;
        enqueue(supervisor, group.list[i]);
    }
    advance(supervisor, now_ns);
    return OK;
}

void supervisor_stop_all(struct supervisor *supervisor)
{
    struct group group = {.count = 0};

    for (uint32_t i = 0; i < supervisor->manifest->component_count; i++)
        group_add(&group, i);
    supervisor->queue_count = 0;
    stop_group(supervisor, &group);
}

uint64_t supervisor_deadline(const struct supervisor *supervisor)
{
    uint32_t at = find_blocking(supervisor);
    uint32_t index;

    if (at == supervisor->queue_count)
        return 0;
    index = supervisor->queue[at];
    return supervisor->children[index].state == SUPERVISE_STARTING
               ? ready_deadline(supervisor, index)
               : earliest_start(&supervisor->children[index]);
}

void supervisor_tick(struct supervisor *supervisor, uint64_t now_ns)
{
    advance(supervisor, now_ns);
}
