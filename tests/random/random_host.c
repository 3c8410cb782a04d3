/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random calls on the kernel and on the model together, compared after each call: registers of
 * every thread, every message buffer, and the whole state.  A run is a row of short lives of one
 * machine, so that it does not silt up.
 */
#include <abi/entries.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "generate.h"
#include "kernel_side.h"

enum {
    CALLS_PER_LIFE = 2000,
    HISTORY = 20,
    TEXT_MAX = 400,
    LEAST_SUCCESS_PERCENT = 30,
    STATUSES = 32,
    CALLS_TO_COVER_ALL = 100000
};

static struct {
    struct model m;
    struct generator g;
    struct authority before;
    struct authority after;
    u64 calls;
    u64 seed;
    u64 verify_every;
    u64 by_core[MODEL_CORES];
    u64 wakes;
    unsigned cores; /* 0: one and two in turn */
    u64 done;
    u64 succeeded;
    u64 blocked;
    u64 made;
    u64 preemptions;
    u64 restarts;
    u64 lives;
    u64 tried_entry[ABI_ENTRY_COUNT + 1];
    u64 good_entry[ABI_ENTRY_COUNT + 1];
    u64 status[STATUSES];
    char history[HISTORY][TEXT_MAX];
    bool is_verbose;
    bool is_life_over;
} run;

static void describe(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void describe(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(run.history[run.done % HISTORY], TEXT_MAX, format, arguments);
    va_end(arguments);
    if (run.is_verbose)
        (void)fprintf(stderr, "%s\n", run.history[run.done % HISTORY]);
}

/* ---- differences ---- */

static void print_difference(const char *kernel, const char *model)
{
    unsigned shown = 0;

    while ((*kernel != '\0' || *model != '\0') && shown < 12) {
        size_t a = strcspn(kernel, "\n");
        size_t b = strcspn(model, "\n");

        if (a != b || memcmp(kernel, model, a) != 0) {
            (void)printf("#   kernel: %.*s\n#   model:  %.*s\n", (int)a, kernel, (int)b, model);
            shown++;
        }
        kernel += a + (kernel[a] == '\n');
        model += b + (model[b] == '\n');
    }
}

static bool differ(const char *what)
{
    (void)printf("# %s differ after call %llu of seed %llu; the last calls:\n", what,
                 (unsigned long long)run.done, (unsigned long long)run.seed);
    for (unsigned i = HISTORY; i-- > 0;) {
        const char *text = run.history[(run.done - i) % HISTORY];

        if (run.done >= i && text[0] != '\0')
            (void)printf("#   %s\n", text);
    }
    return false;
}

/* ---- registers and buffers ---- */

static void registers_of(const struct object *thread, struct side_registers *out)
{
    const struct thread *h = thread->h;

    *out = (struct side_registers){.call = h->registers.call,
                                   .cap = h->registers.cap,
                                   .info = h->registers.info,
                                   .aux = h->registers.aux,
                                   .pc = h->pc,
                                   .sp = h->sp,
                                   .tp = h->tp};
    memcpy(out->words, h->registers.words, sizeof(out->words));
}

static void take_registers(struct object *thread)
{
    struct side_registers in;

    side_registers_read(thread->base, &in);
    thread->h->registers =
        (struct registers){.call = in.call, .cap = in.cap, .info = in.info, .aux = in.aux};
    memcpy(thread->h->registers.words, in.words, sizeof(in.words));
    thread->h->pc = in.pc;
    thread->h->sp = in.sp;
    thread->h->tp = in.tp;
}

static void print_registers(const char *who, const struct side_registers *r)
{
    (void)printf("#   %s: %llx cap %llx info %llx aux %llx pc %llx:", who,
                 (unsigned long long)r->call, (unsigned long long)r->cap,
                 (unsigned long long)r->info, (unsigned long long)r->aux,
                 (unsigned long long)r->pc);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        (void)printf(" %llx", (unsigned long long)r->words[i]);
    (void)printf("\n");
}

static bool same_thread(struct object *thread)
{
    struct abi_buffer *buffer = m_thread_buffer(&run.m, thread);
    struct side_registers kernel, model;
    u64 base = thread->h->held[HELD_BUFFER].base + thread->h->buffer_page * ABI_PAGE_SIZE;

    side_registers_read(thread->base, &kernel);
    registers_of(thread, &model);
    if (memcmp(&kernel, &model, sizeof(kernel)) != 0) {
        (void)printf("# thread %llx\n", (unsigned long long)thread->base);
        print_registers("kernel", &kernel);
        print_registers("model", &model);
        return differ("registers");
    }
    if (buffer != NULL && memcmp(buffer, side_page(base), sizeof(*buffer)) != 0)
        return differ("message buffers");
    return true;
}

static bool same_threads(const struct object *memory)
{
    for (unsigned i = 0; i < memory->m.ranges.count; i++) {
        struct object *object = ((struct range *)memory->m.ranges.item[i])->object;

        if (object == NULL)
            continue;
        if (object->type == TYPE_MEMORY && !same_threads(object))
            return false;
        if (object->type == TYPE_THREAD && !same_thread(object))
            return false;
    }
    return true;
}

static bool same_state(void)
{
    size_t kernel_length, model_length;
    const char *kernel = side_dump(&kernel_length);
    const char *model = model_dump(&run.m, &model_length);

    if (kernel_length == model_length && memcmp(kernel, model, kernel_length) == 0)
        return true;
    (void)differ("states");
    print_difference(kernel, model);
    return false;
}

static bool compare(void)
{
    for (unsigned i = 0; i < run.m.memories.count; i++) {
        if (!same_threads(run.m.memories.item[i]))
            return false;
    }
    if (run.done % run.verify_every == 0 && !same_state())
        return false;
    if (!side_translations_are_true((unsigned)run.done))
        return differ("translations");
    return true;
}

/* ---- one call ---- */

static void count_outcome(unsigned entry, const struct object *self, bool is_running)
{
    int64_t status = (int64_t)self->h->registers.call;

    run.tried_entry[entry]++;
    if (!is_running) {
        run.blocked++;
        run.succeeded++;
        run.good_entry[entry]++;
        return;
    }
    if (status <= 0 && -status < STATUSES)
        run.status[-status]++;
    if (status == OK) {
        run.succeeded++;
        run.good_entry[entry]++;
    }
}

static void give_inputs(struct object *self)
{
    struct abi_buffer *buffer = m_thread_buffer(&run.m, self);
    struct side_registers in;

    if (buffer != NULL)
        memcpy(side_page(self->h->held[HELD_BUFFER].base + self->h->buffer_page * ABI_PAGE_SIZE),
               buffer, sizeof(*buffer));
    registers_of(self, &in);
    side_registers_write(self->base, &in);
}

static void describe_call(const struct object *self, unsigned entry)
{
    const struct registers *r = &self->h->registers;

    describe("%llu: %llx %s cap %llx info %llx aux %llx: %llx %llx %llx %llx %llx %llx %llx %llx",
             (unsigned long long)run.done, (unsigned long long)self->base,
             entry < ABI_ENTRY_COUNT ? abi_entries[entry].name : "other",
             (unsigned long long)r->cap, (unsigned long long)r->info, (unsigned long long)r->aux,
             (unsigned long long)r->words[0], (unsigned long long)r->words[1],
             (unsigned long long)r->words[2], (unsigned long long)r->words[3],
             (unsigned long long)r->words[4], (unsigned long long)r->words[5],
             (unsigned long long)r->words[6], (unsigned long long)r->words[7]);
}

/* What a preempted call finds gone when it starts again, it says so about; the model did it in one
 * piece. */
static void forgive_restart(struct object *self, unsigned entry, unsigned preemptions)
{
    struct side_registers kernel;
    int64_t status;

    if (preemptions == 0 || entry == ABI_ENTRY_COUNT || abi_entries[entry].type != TYPE_CAPTABLE ||
        self->h->registers.call != (u64)OK)
        return;
    side_registers_read(self->base, &kernel);
    status = (int64_t)kernel.call;
    if (status == ERR_PEER_GONE || status == ERR_BAD_CAPABILITY)
        take_registers(self);
}

/* A call whose maker is not there any more to hear how it went. */
static void count_end(unsigned entry)
{
    run.tried_entry[entry]++;
    run.good_entry[entry]++;
    run.succeeded++;
}

/* A delete that killed its own thread and is preempted leaves nothing but cleaning, which others
 * do; a revoke, or a thread that can still go on, leaves more. */
static bool is_only_cleaning(unsigned entry, const struct object *self)
{
    return self == NULL && entry != ABI_ENTRY_COUNT && abi_entries[entry].type == TYPE_CAPTABLE &&
           abi_entries[entry].operation == OP_CAPTABLE_DELETE;
}

static void take_output(struct object *self)
{
    struct abi_buffer *buffer = m_thread_buffer(&run.m, self);

    take_registers(self);
    memcpy(buffer,
           side_page(self->h->held[HELD_BUFFER].base + self->h->buffer_page * ABI_PAGE_SIZE),
           sizeof(*buffer));
}

static bool do_call(struct object *self)
{
    unsigned polls = random_chance(&run.g, 10) ? 1 + (unsigned)random_below(&run.g, 20) : 0;
    struct side_outcome outcome;
    u64 base = self->base;
    unsigned entry;

    if (self->h->is_restarting)
        run.restarts++;
    else
        generate_call(&run.g);
    self->h->is_restarting = false;
    entry = call_entry(self);
    describe_call(self, entry);
    give_inputs(self);
    authority_take(&run.before, &run.m);
    authority_of_call(&run.before, self);
    self->h->pc += SIDE_TRAP_BYTES;
    model_call(&run.m);
    side_call(polls, &outcome);
    run.preemptions += outcome.preemptions;
    if (outcome.is_off != run.m.is_off) {
        side_print_console();
        (void)printf("# exit code %u\n", outcome.exit_code);
        return differ("power");
    }
    authority_take(&run.after, &run.m);
    if (!authority_is_kept(&run.before, &run.after))
        return differ("what was granted and what was got");
    self = model_find(&run.m, base);
    run.is_life_over = outcome.is_off || (outcome.is_cut && !is_only_cleaning(entry, self));
    if (run.is_life_over || self == NULL || self->type != TYPE_THREAD) {
        count_end(entry);
        return true;
    }
    if (run.m.is_output_free)
        take_output(self);
    forgive_restart(self, entry, outcome.preemptions);
    count_outcome(entry, self, self->h->state == RUNNING || self->h->state == READY);
    return true;
}

/* ---- events ---- */

static void do_fault(struct object *self)
{
    u64 address = random_below(&run.g, 1 << 20) * ABI_PAGE_SIZE;
    u64 words[4] = {address, self->h->pc, MAP_READ, random_next(&run.g)};
    bool is_page = random_chance(&run.g, 50);

    describe("%llu: %llx faults", (unsigned long long)run.done, (unsigned long long)self->base);
    if (!is_page) {
        words[0] = words[3];
        words[2] = address;
    }
    side_fault(is_page ? FAULT_PAGE : FAULT_EXCEPTION, address, MAP_READ, words[3]);
    if (!is_page || !model_is_mapped(self, address))
        m_thread_fault(&run.m, self, is_page ? FAULT_PAGE : FAULT_EXCEPTION, words);
    model_leave(&run.m);
}

static void do_interrupt(unsigned line)
{
    describe("%llu: line %u", (unsigned long long)run.done, line);
    side_interrupt(line);
    model_interrupt(&run.m, line);
}

/* The line whose delivery the model expects, or 0. */
static unsigned some_line(void)
{
    unsigned start = (unsigned)random_below(&run.g, SIDE_LINES);

    for (unsigned i = 0; i < SIDE_LINES; i++) {
        unsigned line = (start + i) % SIDE_LINES;

        if (run.m.lines[line] != NULL && !run.m.lines[line]->i.is_masked)
            return line;
    }
    return 0;
}

static bool is_stuck(const struct object *self)
{
    return m_held_object(self, HELD_CAPTABLE) == NULL || m_held_object(self, HELD_SPACE) == NULL;
}

/* The core that acts next: one that was interrupted, or any that has something to run. */
static unsigned next_core(bool *must_wake)
{
    unsigned start = (unsigned)random_below(&run.g, run.m.core_count);

    *must_wake = true;
    for (unsigned i = 0; i < run.m.core_count; i++) {
        if (side_is_interrupted(i))
            return i;
    }
    *must_wake = false;
    while (run.m.core[start].current == NULL)
        start = (start + 1) % run.m.core_count;
    return start;
}

static bool step(void)
{
    bool must_wake;
    struct object *self;
    unsigned line;

    run.m.here = next_core(&must_wake);
    side_select(run.m.here);
    self = run.m.core[run.m.here].current;
    if (side_current() != (self == NULL ? 0 : self->base))
        return differ("running threads");
    if (must_wake) {
        describe("%llu: core %u is woken", (unsigned long long)run.done, run.m.here);
        if (side_timer_is_due(run.m.here))
            model_timer(&run.m);
        side_wake();
        model_leave(&run.m);
        run.wakes++;
        return compare();
    }
    run.by_core[run.m.here]++;
    line = random_chance(&run.g, 2) ? some_line() : 0;
    if (line != 0)
        do_interrupt(line);
    else if (self != run.g.root && random_chance(&run.g, is_stuck(self) ? 80 : 1))
        do_fault(self);
    else if (!do_call(self))
        return false;
    return run.is_life_over || compare();
}

/* ---- the run ---- */

static void begin_life(void)
{
    size_t length;

    side_boot(run.cores != 0 ? run.cores : 1 + (unsigned)(run.lives % 2));
    model_free(&run.m);
    if (!model_load(&run.m, side_dump(&length)))
        exit(1);
    run.m.frequency = side_frequency();
    run.m.now = side_now();
    run.m.user_top = side_user_top();
    run.m.trap_bytes = SIDE_TRAP_BYTES;
    run.m.line_count = SIDE_LINES;
    run.g.m = &run.m;
    run.g.root = run.m.core[0].current;
    run.g.second_budget = SIDE_SECOND_BUDGET;
    run.g.plan = 0;
    run.g.until_plan = 10;
    take_registers(run.g.root);
    run.lives++;
    run.is_life_over = false;
}

static bool run_all(void)
{
    begin_life();
    if (!same_state())
        return false;
    for (run.done = 1; run.done <= run.calls; run.done++) {
        if (run.done % CALLS_PER_LIFE == 0 || run.is_life_over)
            begin_life();
        if (!step())
            return false;
    }
    return true;
}

static void report(bool is_same)
{
    u64 percent = run.done == 0 ? 0 : run.succeeded * 100 / run.done;
    unsigned missing = 0;

    (void)printf("1..3\n%sok 1 - kernel and model agree, and authority only grows by grants\n",
                 is_same ? "" : "not ");
    (void)printf(
        "# seed %llu: %llu calls in %llu lives, %llu preempted, %llu made again, %llu blocked\n",
        (unsigned long long)run.seed, (unsigned long long)run.done, (unsigned long long)run.lives,
        (unsigned long long)run.preemptions, (unsigned long long)run.restarts,
        (unsigned long long)run.blocked);
    (void)printf("# by core: %llu, %llu; interrupted by the other one: %llu\n",
                 (unsigned long long)run.by_core[0], (unsigned long long)run.by_core[1],
                 (unsigned long long)run.wakes);
    (void)printf("# outcomes:");
    for (int i = 0; i < STATUSES; i++) {
        if (run.status[i] != 0)
            (void)printf(" %d: %llu", -i, (unsigned long long)run.status[i]);
    }
    (void)printf("\n");
    (void)printf("%sok 2 - %d%% of the calls succeed\n# %llu%% did\n",
                 percent < LEAST_SUCCESS_PERCENT ? "not " : "", LEAST_SUCCESS_PERCENT,
                 (unsigned long long)percent);
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++)
        missing += run.good_entry[i] == 0;
    (void)printf("%sok 3 - every call and operation succeeded%s\n",
                 missing != 0 && run.calls >= CALLS_TO_COVER_ALL ? "not " : "",
                 run.calls < CALLS_TO_COVER_ALL ? " # skip too few calls to expect that" : "");
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++)
        (void)printf("# %-28s %llu of %llu%s\n", abi_entries[i].name,
                     (unsigned long long)run.good_entry[i], (unsigned long long)run.tried_entry[i],
                     run.good_entry[i] == 0 ? " (never)" : "");
}

int main(int argc, char **argv)
{
    run.calls = 20000;
    run.seed = 1;
    run.verify_every = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        u64 value = strtoull(argv[i + 1], NULL, 0);

        if (strcmp(argv[i], "--calls") == 0)
            run.calls = value;
        else if (strcmp(argv[i], "--seed") == 0)
            run.seed = value;
        else if (strcmp(argv[i], "--verify-every") == 0)
            run.verify_every = value;
        else if (strcmp(argv[i], "--cores") == 0 && value < MODEL_CORES)
            run.cores = (unsigned)value;
        else if (strcmp(argv[i], "--verbose") == 0)
            run.is_verbose = value != 0;
    }
    run.g.state = run.seed * 0x9e3779b97f4a7c15 + 1;
    bool is_same = run_all();

    report(is_same);
    model_free(&run.m);
    return is_same ? 0 : 1;
}
