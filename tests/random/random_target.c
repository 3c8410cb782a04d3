/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's end of the random caller on the target: it is loaded from the target's first dump,
 * chooses each call, hands it over in a shared page, and compares what comes back with its own.
 *
 * Only the first component makes calls there, and nothing it starts may run, since what happens at
 * the same time cannot be foretold.
 */
#include <abi/entries.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "generate.h"
#include "line.h"

enum {
    HASHED_WORDS = ABI_MESSAGE_WORDS + 2 * ABI_MESSAGE_CAPS,
    BUFFER_WORDS = sizeof(struct abi_buffer) / sizeof(u64),
    LIST_START = offsetof(struct abi_buffer, list) / sizeof(u64),
    LIST_WORDS = 7 * 4,
    DUMP_BYTES = 4 << 20,
    LEAST_SUCCESS_PERCENT = 30,
    TEXT_BYTES = 1024,
};

static struct {
    struct model m;
    struct generator g;
    FILE *in;               /* what the target prints */
    int memory;             /* the target's, as a file */
    u64 memory_base;
    struct line *line;
    u64 calls;
    u64 seed;
    u64 done;
    u64 succeeded;
    u64 tried[ABI_ENTRY_COUNT + 1];
    u64 good[ABI_ENTRY_COUNT + 1];
    u64 shadow[BUFFER_WORDS]; /* what the target's buffer holds before its list area */
    char text[TEXT_BYTES];
    char dump[DUMP_BYTES];
} run;

/* ---- the line ---- */

static bool read_line(void)
{
    return fgets(run.text, sizeof(run.text), run.in) != NULL;
}

static bool open_line(u64 paddr)
{
    void *page = mmap(NULL, LINE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, run.memory,
                      (off_t)(paddr - run.memory_base));

    run.line = page == MAP_FAILED ? NULL : page;
    return run.line != NULL;
}

static bool wait_for_ready(void)
{
    char *at = run.text + 6;

    while (read_line()) {
        if (strncmp(run.text, "READY ", 6) == 0) {
            run.m.frequency = strtoull(at, &at, 16);
            return open_line(strtoull(at, &at, 16));
        }
    }
    (void)printf("# the target did not start: %s\n", run.text);
    return false;
}

static void ask(enum line_request request)
{
    run.line->request = request;
    (void)__atomic_fetch_add(&run.line->asked, 1, __ATOMIC_RELEASE);
}

static const char *ask_dump(void)
{
    size_t used = 0;

    ask(LINE_DUMP);
    while (read_line() && strcmp(run.text, ".\n") != 0) {
        size_t length = strlen(run.text);

        if (used + length + 1 > sizeof(run.dump))
            break;
        memcpy(run.dump + used, run.text, length + 1);
        used += length;
    }
    return run.dump;
}

static u64 hash_bytes(const void *bytes, size_t size)
{
    u64 hash = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    return hash;
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

static bool differ(const char *what, unsigned entry)
{
    (void)printf("# %s differ after call %" PRIu64 " of seed %" PRIu64 ": %s\n", what, run.done,
                 run.seed, entry < ABI_ENTRY_COUNT ? abi_entries[entry].name : "other");
    return false;
}

/* ---- one call ---- */

static void send_call(struct object *self, bool has_list)
{
    const struct registers *r = &self->h->registers;
    const u64 *words = (const u64 *)(const void *)m_thread_buffer(&run.m, self);
    struct line *line = run.line;

    line->registers[0] = r->call;
    line->registers[1] = r->cap;
    line->registers[2] = r->info;
    line->registers[3] = r->aux;
    memcpy(&line->registers[4], r->words, sizeof(r->words));
    line->change_count = 0;
    for (unsigned i = 0; i < LIST_START + LIST_WORDS; i++) {
        bool is_list = i >= LIST_START;

        if (is_list ? has_list : words[i] != run.shadow[i])
            line->changes[line->change_count++] = (struct line_change){i, words[i]};
    }
    ask(LINE_CALL);
}

static void take_results(const u64 *result, struct registers *r)
{
    r->call = result[0];
    r->cap = result[1];
    r->info = result[2];
    r->aux = result[3];
    memcpy(r->words, &result[4], sizeof(r->words));
}

static bool same_registers(const u64 *result, const struct registers *r)
{
    return (int32_t)result[0] == (int32_t)r->call && result[1] == r->cap && result[2] == r->info &&
           result[3] == r->aux && memcmp(&result[4], r->words, sizeof(r->words)) == 0;
}

static void print_registers(const char *whose, int64_t status, const u64 others[3],
                            const u64 *words)
{
    (void)printf("# %s: %" PRId64 " %" PRIx64 " %" PRIx64 " %" PRIx64 ":", whose, status, others[0],
                 others[1], others[2]);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        (void)printf(" %" PRIx64, words[i]);
    (void)printf("\n");
}

static bool compare(struct object *self, unsigned entry)
{
    struct registers *r = &self->h->registers;
    const u64 *result = run.line->registers;
    const char *state;
    size_t length;

    if (!read_line() || strcmp(run.text, "R\n") != 0) {
        (void)printf("# the target said: %s\n", run.text);
        while (read_line())
            (void)printf("# %s", run.text);
        return differ("ends", entry);
    }
    if (run.m.is_output_free)
        take_results(result, r);
    if (!same_registers(result, r)) {
        print_registers("kernel", (int64_t)result[0], &result[1], &result[4]);
        print_registers("model", (int64_t)r->call, (u64[3]){r->cap, r->info, r->aux}, r->words);
        return differ("registers", entry);
    }
    memcpy(run.shadow, m_thread_buffer(&run.m, self), sizeof(run.shadow));
    if (hash_bytes(run.shadow, HASHED_WORDS * sizeof(u64)) != run.line->buffer_hash)
        return differ("message buffers", entry);
    state = model_dump(&run.m, &length);
    if (hash_bytes(state, length) != run.line->state_hash) {
        print_difference(ask_dump(), state);
        return differ("states", entry);
    }
    return true;
}

static bool step(void)
{
    struct object *self = run.g.root;
    unsigned entry;

    generate_call(&run.g);
    entry = call_entry(self);
    send_call(self, entry < ABI_ENTRY_COUNT && abi_entries[entry].type == TYPE_SPACE);
    model_call(&run.m);
    if (run.m.core[0].current != self)
        return differ("running threads", entry);
    run.tried[entry]++;
    if (!compare(self, entry))
        return false;
    if ((int32_t)self->h->registers.call == OK) {
        run.succeeded++;
        run.good[entry]++;
    }
    return true;
}

/* ---- the run ---- */

static bool run_all(void)
{
    const char *state;
    size_t length;

    if (!wait_for_ready() || !model_load(&run.m, ask_dump()))
        return false;
    state = model_dump(&run.m, &length);
    if (strcmp(state, run.dump) != 0) {
        print_difference(run.dump, state);
        return differ("first states", ABI_ENTRY_COUNT);
    }
    run.m.now = 1;
    run.m.is_clock_running = true;
    run.m.trap_bytes = 4;
    run.g = (struct generator){.state = run.seed * 0x9e3779b97f4a7c15 + 1,
                               .m = &run.m,
                               .root = run.m.core[0].current,
                               .is_on_target = true};
    memset(run.shadow, 0xff, sizeof(run.shadow));
    for (run.done = 1; run.done <= run.calls; run.done++) {
        if (!step())
            return false;
    }
    return true;
}

static void report(bool is_same)
{
    u64 percent = run.done == 0 ? 0 : run.succeeded * 100 / run.done;

    (void)printf("1..2\n%sok 1 - kernel and model agree\n# seed %" PRIu64 ": %" PRIu64 " calls\n",
                 is_same ? "" : "not ", run.seed, run.done);
    (void)printf("%sok 2 - %d%% of the calls succeed\n# %" PRIu64 "%% did\n",
                 percent < LEAST_SUCCESS_PERCENT ? "not " : "", LEAST_SUCCESS_PERCENT, percent);
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++)
        (void)printf("# %-28s %" PRIu64 " of %" PRIu64 "\n", abi_entries[i].name, run.good[i],
                     run.tried[i]);
}

/* random_target CALLS SEED USER-TOP MEMORY MEMORY-BASE: what the target prints is the standard
 * input, MEMORY the file that holds its memory, which begins at MEMORY-BASE. */
int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    run.calls = strtoull(argv[1], NULL, 0);
    run.seed = strtoull(argv[2], NULL, 0);
    run.m.user_top = strtoull(argv[3], NULL, 0);
    run.memory = open(argv[4], O_RDWR | O_CLOEXEC);
    run.memory_base = strtoull(argv[5], NULL, 0);
    run.in = stdin;
    bool is_same = run.memory >= 0 && run_all();

    report(is_same);
    model_free(&run.m);
    return is_same ? 0 : 1;
}
