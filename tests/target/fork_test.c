/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 59 for foreign programs: every trap of a forwarded thread is a message, and what faults
 * and mappings offer is enough for a foreign system's fork.
 *
 * The test plays that system.  Its processes are children with a few pages of their own, in which
 * they have their data and their stack.  A fork gives the new process the same frames; both see
 * them read-only until one of them writes, which makes it a copy of its own.
 */
#include <base/memory.h>
#include <rt/map.h>

#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    FORWARDED = 2,      /* of thread.configure */
    PROCESSES_MAX = 4,
    PAGES = 4,          /* of each process: data in the first, stack in the last */
    REPORTS_MAX = 16,
    FIRST_NUMBER = 3,
};

/* What the foreign system offers. */
enum foreign_call {
    FOREIGN_YIELD = 11, /* numbers of this kernel's calls mean nothing here */
    FOREIGN_FORK = 57,
    FOREIGN_REPORT = 64,
    FOREIGN_EXIT = 93,
};

static const vaddr_t GUEST_PAGES = (word_t)0x28 << 32;

struct page {
    struct shared_frame *frame;
};

/* A frame of a process and how many processes see it. */
struct shared_frame {
    cap_t cap;
    void *contents; /* where the system itself sees it */
    unsigned users;
};

struct process {
    struct child child;
    struct page pages[PAGES];
    bool is_alive;
    word_t exit_code;
};

struct foreign_system {
    cap_t endpoint;
    cap_t reply;
    struct process processes[PROCESSES_MAX]; /* the badge is the index plus 1 */
    unsigned process_count;
    unsigned alive;
    struct shared_frame frames[PROCESSES_MAX * PAGES];
    unsigned frame_count;
    unsigned copies;
    unsigned taken_over; /* pages that the last user got back without a copy */
    struct {
        word_t process, a, b;
    } reports[REPORTS_MAX];
    unsigned report_count;
};

/* ---- memory of processes ---- */

static struct shared_frame *frame_new(struct foreign_system *system)
{
    struct shared_frame *frame = &system->frames[system->frame_count++];

    frame->cap = test_frame(1, &frame->contents);
    frame->users = 1;
    return frame;
}

static void page_map(struct process *process, unsigned index, struct shared_frame *frame,
                     word_t attributes)
{
    process->pages[index].frame = frame;
    child_map(&process->child, frame->cap, GUEST_PAGES + index * ABI_PAGE_SIZE, 1, attributes);
}

static void page_protect(struct process *process, unsigned index, word_t attributes)
{
    CHECK_EQ(rt_protect(process->child.space.cap, GUEST_PAGES + index * ABI_PAGE_SIZE, 1,
                        attributes), OK);
}

static void page_unmap(struct process *process, unsigned index)
{
    CHECK_EQ(rt_unmap(process->child.space.cap, GUEST_PAGES + index * ABI_PAGE_SIZE, 1), OK);
}

/* Its last user may write to the frame itself; others get a copy. */
static void page_make_writable(struct foreign_system *system, struct process *process,
                               unsigned index)
{
    struct shared_frame *shared = process->pages[index].frame, *own;

    if (shared->users == 1) {
        system->taken_over++;
        page_protect(process, index, MAP_READ | MAP_WRITE);
        return;
    }
    system->copies++;
    shared->users--;
    own = frame_new(system);
    mem_copy(own->contents, shared->contents, ABI_PAGE_SIZE);
    page_unmap(process, index);
    page_map(process, index, own, MAP_READ | MAP_WRITE);
}

/* ---- processes ---- */

/* A process without pages, and not running. */
static struct process *process_new(struct foreign_system *system)
{
    static const struct child_options options = {.options = FORWARDED};
    struct process *process = &system->processes[system->process_count++];
    cap_t handler = test_copy(system->endpoint, RIGHTS_ALL, system->process_count);

    process->is_alive = child_create(&process->child, &options);
    CHECK(process->is_alive);
    CHECK_EQ(skr_thread_configure(process->child.thread.cap, 0, 0, 0, handler, 0, 0, 0, FORWARDED),
             OK);
    system->alive++;
    return process;
}

static void process_start(struct foreign_system *system, rt_thread_fn *run)
{
    struct process *process = process_new(system);

    for (unsigned i = 0; i < PAGES; i++)
        page_map(process, i, frame_new(system), MAP_READ | MAP_WRITE);
    if (!CHECK_EQ(skr_thread_start(process->child.thread.cap, (word_t)run,
                                   GUEST_PAGES + PAGES * ABI_PAGE_SIZE, GUEST_PAGES, 0), OK))
        system->alive = 0;
}

/* The new process sees the same frames; from now on nobody writes to them. */
static void share_pages(struct process *parent, struct process *child)
{
    for (unsigned i = 0; i < PAGES; i++) {
        struct shared_frame *frame = parent->pages[i].frame;

        frame->users++;
        page_protect(parent, i, MAP_READ);
        page_map(child, i, frame, MAP_READ);
    }
}

/* The same registers but for the result. */
static void copy_registers(struct process *parent, struct process *child, word_t result)
{
    CHECK_EQ(skr_thread_read(parent->child.thread.cap), OK);
    rt_buffer()->list[processor_w0] = result;
    CHECK_EQ(skr_thread_write(child->child.thread.cap), OK);
}

static word_t process_fork(struct foreign_system *system, struct process *parent)
{
    struct process *child = process_new(system);

    share_pages(parent, child);
    copy_registers(parent, child, 0);
    CHECK_EQ(skr_thread_resume(child->child.thread.cap), OK);
    return system->process_count;
}

static void process_exit(struct foreign_system *system, struct process *process, word_t code)
{
    for (unsigned i = 0; i < PAGES; i++)
        process->pages[i].frame->users--;
    process->is_alive = false;
    process->exit_code = code;
    system->alive--;
}

/* ---- what comes from processes ---- */

/* True when the caller goes on with `message` as its registers. */
static bool handle_call(struct foreign_system *system, struct process *process,
                        struct skr_message *message)
{
    unsigned report = system->report_count;

    switch (message->aux) {
    case FOREIGN_FORK:
        message->words[0] = process_fork(system, process);
        return true;
    case FOREIGN_REPORT:
        if (!CHECK(report < REPORTS_MAX))
            return false;
        system->reports[report].process = (word_t)(process - system->processes) + 1;
        system->reports[report].a = message->words[0];
        system->reports[report].b = message->words[1];
        system->report_count++;
        return true;
    case FOREIGN_EXIT:
        process_exit(system, process, message->words[0]);
        return false;
    default:
        return CHECK(false);
    }
}

static bool handle_page_fault(struct foreign_system *system, struct process *process,
                              const struct skr_message *message)
{
    word_t index = (message->words[0] - GUEST_PAGES) / ABI_PAGE_SIZE;

    if (!CHECK(index < PAGES) || !CHECK_EQ(message->words[2], MAP_WRITE))
        return false;
    page_make_writable(system, process, (unsigned)index);
    return true;
}

static bool handle_one(struct foreign_system *system)
{
    struct skr_message message;
    struct process *process;
    bool goes_on;

    if (!CHECK_EQ(skr_receive(system->endpoint, system->reply, &message), OK) ||
        !CHECK_EQ(skr_info_event(message.info), EVENT_FAULT) ||
        !CHECK(message.badge > 0 && message.badge <= system->process_count))
        return false;
    process = &system->processes[message.badge - 1];
    switch (skr_info_label(message.info)) {
    case FAULT_FORWARDED:
        goes_on = handle_call(system, process, &message);
        break;
    case FAULT_PAGE:
        goes_on = handle_page_fault(system, process, &message);
        break;
    default:
        return CHECK(false);
    }
    if (goes_on) {
        message.info = skr_info(0, ABI_REGISTER_WORDS, 0);
        return CHECK_EQ(skr_reply(system->reply, &message), OK);
    }
    /* It stays where it is; the system goes on with another reply object. */
    system->reply = test_make(TYPE_REPLY, 0);
    return !process->is_alive;
}

static void system_run(struct foreign_system *system, rt_thread_fn *run)
{
    *system = (struct foreign_system){
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
    };
    process_start(system, run);
    while (system->alive > 0 && handle_one(system))
        continue;
    CHECK_EQ(system->alive, 0);
    for (unsigned i = 0; i < system->process_count; i++)
        child_destroy(&system->processes[i].child);
}

/* The reports of a process, in order, with these first words. */
static void check_reports(const struct foreign_system *system, word_t process, const word_t *a,
                          const word_t *b, unsigned count)
{
    unsigned found = 0;

    for (unsigned i = 0; i < system->report_count; i++) {
        if (system->reports[i].process != process)
            continue;
        if (CHECK(found < count)) {
            CHECK_EQ(system->reports[i].a, a[found]);
            CHECK_EQ(system->reports[i].b, b[found]);
        }
        found++;
    }
    CHECK_EQ(found, count);
}

/* ---- foreign programs; they run in the processes ---- */

static noreturn void foreign_exit(word_t code)
{
    (void)processor_foreign_call(FOREIGN_EXIT, code, 0, 0);
    for (;;)
        continue;
}

static void fork_once(void *argument)
{
    volatile word_t *data = argument;
    volatile word_t local = 1000; /* on the stack */
    word_t id;

    data[0] = 5;
    id = processor_foreign_call(FOREIGN_FORK, 0, 0, 0);
    if (id == 0) {
        local += 1;
        data[0] += 100;
    } else {
        local += 2;
        data[0] += 1;
    }
    (void)processor_foreign_call(FOREIGN_REPORT, data[0], local, 0);
    foreign_exit(id == 0 ? 7 : 8);
}

static void b59_forked_processes_have_memory_of_their_own(void)
{
    static const word_t parent[] = {6, 1002}, child[] = {105, 1001};
    static struct foreign_system system;

    system_run(&system, fork_once);
    CHECK_EQ(system.process_count, 2);
    check_reports(&system, 1, &parent[0], &parent[1], 1);
    check_reports(&system, 2, &child[0], &child[1], 1);
    CHECK_EQ(system.processes[0].exit_code, 8);
    CHECK_EQ(system.processes[1].exit_code, 7);
    /* Data and stack were written by both: each was copied once, and the other one kept it. */
    CHECK_EQ(system.copies, 2);
    CHECK_EQ(system.taken_over, 2);
}

/* Two forks, one inside the other: four processes, each with its own history in its memory. */
static void fork_twice(void *argument)
{
    volatile word_t *data = argument;

    data[0] = 1;
    for (unsigned i = 0; i < 2; i++) {
        word_t id = processor_foreign_call(FOREIGN_FORK, 0, 0, 0);

        data[0] = data[0] * 10 + (id == 0 ? 2 : 1);
        data[ABI_PAGE_SIZE / sizeof(word_t) * (1 + i)] = data[0];
    }
    (void)processor_foreign_call(FOREIGN_REPORT, data[0],
                                 data[ABI_PAGE_SIZE / sizeof(word_t) * 2], 0);
    foreign_exit(data[0]);
}

static void b59_forks_of_forks_stay_apart(void)
{
    static const word_t histories[] = {111, 112, 121, 122};
    static struct foreign_system system;
    word_t sum = 0;

    system_run(&system, fork_twice);
    CHECK_EQ(system.process_count, PROCESSES_MAX);
    CHECK_EQ(system.report_count, PROCESSES_MAX);
    for (unsigned i = 0; i < system.report_count; i++) {
        CHECK_EQ(system.reports[i].a, system.reports[i].b);
        sum += system.reports[i].a;
        for (unsigned other = 0; other < i; other++)
            CHECK(system.reports[i].a != system.reports[other].a);
    }
    CHECK_EQ(sum, histories[0] + histories[1] + histories[2] + histories[3]);
    CHECK_EQ(system.processes[0].exit_code, histories[0]);
}

/* ---- the trap itself ---- */

static void make_foreign_calls(void *argument)
{
    struct child_shared *shared = argument;

    for (word_t number = FIRST_NUMBER; number < FIRST_NUMBER + 10; number++)
        shared->words[number] = processor_foreign_call(number, number + 1, number + 2, number + 3);
    (void)processor_foreign_call(FOREIGN_EXIT, 0, 0, 0);
}

/* Numbers of this kernel's own calls are among them, and nothing but a message comes of it. */
static void b59_forwarded_traps_arrive_with_their_arguments(void)
{
    static const struct child_options options = {.options = FORWARDED};
    struct child_fault fault = {0};
    struct child child;

    if (child_create(&child, &options)) {
        child_start(&child, make_foreign_calls, child.shared);
        for (word_t number = FIRST_NUMBER; number < FIRST_NUMBER + 10; number++) {
            if (!child_wait(&child, &fault))
                break;
            CHECK_EQ(fault.kind, FAULT_FORWARDED);
            CHECK_EQ(fault.aux, number);
            for (unsigned i = 0; i < 3; i++)
                CHECK_EQ(fault.words[i], number + 1 + i);
            fault.words[0] = number * 1000;
            child_answer(&child, 0, fault.words);
        }
        CHECK(child_wait(&child, &fault));
        CHECK_EQ(fault.aux, FOREIGN_EXIT);
        for (word_t number = FIRST_NUMBER; number < FIRST_NUMBER + 10; number++)
            CHECK_EQ(child.shared->words[number], number * 1000);
    }
    child_destroy(&child);
}

static void look_at_registers(void *argument)
{
    struct child_shared *shared = argument;

    shared->words[0] = 1 + processor_changed_by_foreign_call(FOREIGN_YIELD);
    (void)processor_foreign_call(FOREIGN_EXIT, 0, 0, 0);
}

static void b59_forwarded_traps_keep_all_other_registers(void)
{
    static const struct child_options options = {.options = FORWARDED};
    struct child_fault fault = {0};
    struct child child;

    if (child_create(&child, &options)) {
        child_start(&child, look_at_registers, child.shared);
        if (child_wait(&child, &fault)) {
            CHECK_EQ(fault.aux, FOREIGN_YIELD);
            child_answer(&child, 0, fault.words);
        }
        CHECK(child_wait(&child, &fault));
        CHECK_EQ(child.shared->words[0], 1);
    }
    child_destroy(&child);
}

static const struct check_test tests[] = {
    {"b59_forwarded_traps_arrive_with_their_arguments",
     b59_forwarded_traps_arrive_with_their_arguments},
    {"b59_forwarded_traps_keep_all_other_registers", b59_forwarded_traps_keep_all_other_registers},
    {"b59_forked_processes_have_memory_of_their_own",
     b59_forked_processes_have_memory_of_their_own},
    {"b59_forks_of_forks_stay_apart", b59_forks_of_forks_stay_apart},
};

const struct test_group fork_tests = {tests, array_count(tests)};
