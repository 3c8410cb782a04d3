/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event ends in `advance`, which recovers what was kept long enough and starts what can be
 * started; so states and queue are the whole state of a recovery, and a second fault in the middle
 * of one needs no case of its own.
 */
#include "supervise.h"

enum { NS_PER_MS = 1000000 };

struct group {
    uint32_t list[MANIFEST_COMPONENTS_MAX]; /* in start order */
    uint32_t count;
};

static const struct manifest_component *entry_of(const struct supervisor *supervisor,
                                                 uint32_t index)
{
    return &supervisor->manifest->components[index];
}

bool supervisor_is_up(const struct supervisor *supervisor, uint32_t index)
{
    enum abi_component_state state = supervisor->children[index].state;

    return state == ABI_COMPONENT_STARTING || state == ABI_COMPONENT_READY;
}

bool supervisor_is_present(const struct supervisor *supervisor, uint32_t index)
{
    return supervisor_is_up(supervisor, index) ||
           supervisor->children[index].state == ABI_COMPONENT_DIED;
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
    const struct manifest_component *entry = entry_of(supervisor, index);

    for (uint32_t i = 0; i < entry->dependant_count; i++)
        group_add(group, entry->dependants[i]);
}

static void stop_group(struct supervisor *supervisor, const struct group *group)
{
    for (uint32_t i = group->count; i-- > 0;) {
        if (!supervisor_is_present(supervisor, group->list[i]))
            continue;
        supervisor->children[group->list[i]].state = ABI_COMPONENT_DOWN;
        supervisor->actions->stop(supervisor->state, group->list[i]);
    }
}

static void give_up(struct supervisor *supervisor, uint32_t index)
{
    supervisor->children[index].state = ABI_COMPONENT_GIVEN_UP;
    dequeue(supervisor, index);
    supervisor->actions->note(supervisor->state, index, SUPERVISE_NOTE_GIVEN_UP);
}

static uint64_t earliest_start(const struct supervisor *supervisor, uint32_t index)
{
    const struct supervised *child = &supervisor->children[index];

    return child->starts == 0
               ? 0
               : child->started_ns +
                     (uint64_t)entry_of(supervisor, index)->minimum_run_ms * NS_PER_MS;
}

static uint64_t ready_deadline(const struct supervisor *supervisor, uint32_t index)
{
    return supervisor->children[index].started_ns +
           (uint64_t)entry_of(supervisor, index)->ready_timeout_ms * NS_PER_MS;
}

static uint64_t diagnosis_end(const struct supervisor *supervisor, uint32_t index)
{
    return supervisor->children[index].died_ns +
           (uint64_t)entry_of(supervisor, index)->diagnosis_ms * NS_PER_MS;
}

static void start(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct supervised *child = &supervisor->children[index];
    status_t status = supervisor->actions->start(supervisor->state, index);

    if (status != OK) {
        give_up(supervisor, index);
        return;
    }
    child->state = entry_of(supervisor, index)->readiness == MANIFEST_READY_STARTED
                       ? ABI_COMPONENT_READY
                       : ABI_COMPONENT_STARTING;
    child->is_late = false;
    child->starts++;
    child->started_ns = now_ns;
}

/*
 * What goes down with it: of a recovery under way, all; else it and its dependants that are up. One
 * among them that has died too takes its own dependants along, for it is recovered by this.
 */
static void find_group(const struct supervisor *supervisor, uint32_t index, struct group *group)
{
    struct group candidates = {.count = 0};

    if (supervisor->is_recovery && is_queued(supervisor, index)) {
        for (uint32_t i = 0; i < supervisor->queue_count; i++)
            group_add(&candidates, supervisor->queue[i]);
    }
    group_add(&candidates, index);
    group_add_dependants(supervisor, index, &candidates);
    for (uint32_t i = 0; i < candidates.count; i++) {
        if (supervisor->children[candidates.list[i]].state == ABI_COMPONENT_DIED)
            group_add_dependants(supervisor, candidates.list[i], &candidates);
    }

    group->count = 0;
    for (uint32_t i = 0; i < candidates.count; i++) {
        uint32_t candidate = candidates.list[i];

        if (supervisor_is_present(supervisor, candidate) || is_queued(supervisor, candidate))
            group_add(group, candidate);
    }
}

/* Place of the first of its dependants that stands before it in the group; else its own, `at`. */
static uint32_t find_place(const struct supervisor *supervisor, const struct group *group,
                           uint32_t at)
{
    const struct manifest_component *entry = entry_of(supervisor, group->list[at]);
    uint32_t place = 0;

    while (place < at && !lists(entry->dependants, entry->dependant_count, group->list[place]))
        place++;
    return place;
}

/*
 * Each that died comes before what depends on it, also where several lists meet.  Bounded: there
 * are no cycles, and each move settles one pair.
 */
static void order_group(const struct supervisor *supervisor, struct group *group)
{
    for (uint32_t at = 1; at < group->count; at++) {
        uint32_t index = group->list[at];
        uint32_t place = find_place(supervisor, group, at);

        if (supervisor->children[index].state != ABI_COMPONENT_DIED || place == at)
            continue;
        for (uint32_t i = at; i > place; i--)
            group->list[i] = group->list[i - 1];
        group->list[place] = index;
        at = place; /* those that it depends on may have to move now */
    }
}

/* One that died too often stays down, and so does what depends on it. */
static void leave_down(struct supervisor *supervisor, uint32_t index)
{
    const struct manifest_component *entry = entry_of(supervisor, index);

    give_up(supervisor, index);
    for (uint32_t i = 0; i < entry->dependant_count; i++)
        dequeue(supervisor, entry->dependants[i]);
}

/* Tears it down with what depends on it; all of them are to be up again. */
static void recover(struct supervisor *supervisor, uint32_t index)
{
    struct group group;

    find_group(supervisor, index, &group);
    order_group(supervisor, &group);
    stop_group(supervisor, &group);
    if (supervisor->queue_count == 0)
        supervisor->is_recovery = true;
    for (uint32_t i = 0; i < group.count && supervisor->is_recovery; i++)
        dequeue(supervisor, group.list[i]);
    for (uint32_t i = 0; i < group.count; i++)
        enqueue(supervisor, group.list[i]);
    for (uint32_t i = 0; i < group.count; i++) {
        if (supervisor->children[group.list[i]].is_hopeless)
            leave_down(supervisor, group.list[i]);
    }
}

static void recover_dead(struct supervisor *supervisor, uint64_t now_ns)
{
    for (uint32_t i = 0; i < supervisor->manifest->component_count; i++) {
        if (supervisor->children[i].state == ABI_COMPONENT_DIED &&
            now_ns >= diagnosis_end(supervisor, i))
            recover(supervisor, i);
    }
}

/* The first of the queue that the others wait for, or the count. */
static uint32_t find_blocking(const struct supervisor *supervisor)
{
    uint32_t i;

    for (i = 0; i < supervisor->queue_count; i++) {
        const struct supervised *child = &supervisor->children[supervisor->queue[i]];

        if (child->state == ABI_COMPONENT_DOWN || child->state == ABI_COMPONENT_DIED ||
            (child->state == ABI_COMPONENT_STARTING && !child->is_late))
            break;
    }
    return i;
}

/* When the one that blocks can go on; it is kept for diagnosis, not up yet, or not ready yet. */
static uint64_t blocking_end(const struct supervisor *supervisor, uint32_t index)
{
    switch (supervisor->children[index].state) {
    case ABI_COMPONENT_DIED: return diagnosis_end(supervisor, index);
    case ABI_COMPONENT_STARTING: return ready_deadline(supervisor, index);
    default: return earliest_start(supervisor, index);
    }
}

/* Bounded: each pass starts, skips or gives up one of the queue, or ends. */
static void advance(struct supervisor *supervisor, uint64_t now_ns)
{
    recover_dead(supervisor, now_ns);
    for (;;) {
        uint32_t at = find_blocking(supervisor);
        uint32_t index;

        if (at == supervisor->queue_count)
            break;
        index = supervisor->queue[at];
        if (now_ns < blocking_end(supervisor, index))
            return;
        if (supervisor->children[index].state == ABI_COMPONENT_STARTING) {
            supervisor->children[index].is_late = true;
            supervisor->actions->note(supervisor->state, index, SUPERVISE_NOTE_LATE);
        } else {
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
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if (manifest->components[i].images.count == 0)
            supervisor->children[i].state = ABI_COMPONENT_EMPTY;
    }
}

void supervisor_boot(struct supervisor *supervisor, uint64_t now_ns)
{
    for (uint32_t i = 0; i < supervisor->manifest->component_count; i++) {
        if (supervisor->children[i].state != ABI_COMPONENT_EMPTY)
            enqueue(supervisor, i);
    }
    advance(supervisor, now_ns);
}

void supervisor_ready(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    if (supervisor->children[index].state != ABI_COMPONENT_STARTING)
        return;
    supervisor->children[index].state = ABI_COMPONENT_READY;
    advance(supervisor, now_ns);
}

/* One more restart in the window; false when that is too often. */
static bool may_restart(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    const struct manifest_component *entry = entry_of(supervisor, index);
    struct supervised *child = &supervisor->children[index];

    if (now_ns - child->window_ns >= (uint64_t)entry->restart_window_ms * NS_PER_MS) {
        child->window_ns = now_ns;
        child->window_count = 0;
    }
    return ++child->window_count <= entry->restart_limit;
}

void supervisor_died(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct supervised *child = &supervisor->children[index];

    if (!supervisor_is_up(supervisor, index))
        return;
    child->is_hopeless = !may_restart(supervisor, index, now_ns);
    child->state = ABI_COMPONENT_DIED;
    child->died_ns = now_ns;
    supervisor->actions->halt(supervisor->state, index);
    advance(supervisor, now_ns);
}

status_t supervisor_restart(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    if (!supervisor_is_up(supervisor, index))
        return ERR_BAD_STATE;
    recover(supervisor, index);
    advance(supervisor, now_ns);
    return OK;
}

status_t supervisor_stop(struct supervisor *supervisor, uint32_t index, uint64_t now_ns)
{
    struct group group = {.count = 0};

    if (!supervisor_is_present(supervisor, index) && !is_queued(supervisor, index))
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

    if (supervisor_is_present(supervisor, index) || is_queued(supervisor, index) ||
        supervisor->children[index].state == ABI_COMPONENT_EMPTY)
        return ERR_BAD_STATE;
    group_add(&group, index);
    group_add_dependants(supervisor, index, &group);
    for (uint32_t i = 0; i < group.count; i++) {
        struct supervised *child = &supervisor->children[group.list[i]];

        if (supervisor_is_present(supervisor, group.list[i]) || child->state == ABI_COMPONENT_EMPTY)
            continue;
        child->state = ABI_COMPONENT_DOWN;
        child->is_hopeless = false;
        child->window_count = 0;
        enqueue(supervisor, group.list[i]);
    }
    advance(supervisor, now_ns);
    return OK;
}

status_t supervisor_set_image(struct supervisor *supervisor, uint32_t index, bool has_image)
{
    if (supervisor_is_present(supervisor, index) || is_queued(supervisor, index))
        return ERR_BAD_STATE;
    supervisor->children[index].state = has_image ? ABI_COMPONENT_DOWN : ABI_COMPONENT_EMPTY;
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
    uint64_t earliest =
        at == supervisor->queue_count ? 0 : blocking_end(supervisor, supervisor->queue[at]);

    for (uint32_t i = 0; i < supervisor->manifest->component_count; i++) {
        uint64_t end = diagnosis_end(supervisor, i);

        if (supervisor->children[i].state == ABI_COMPONENT_DIED &&
            (earliest == 0 || end < earliest))
            earliest = end;
    }
    return earliest;
}

void supervisor_tick(struct supervisor *supervisor, uint64_t now_ns)
{
    advance(supervisor, now_ns);
}
