/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's end of the random caller on the target: it is loaded from the target's first dump,
 * chooses each call, sends it over the serial line, and compares what comes back with its own.
 *
 * Only the first component makes calls there, and nothing it starts may run, since what happens at
 * the same time cannot be foretold.
 */
#include <abi/entries.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

enum {
    REGISTERS = 12,
    HASHED_WORDS = ABI_MESSAGE_WORDS + 2 * ABI_MESSAGE_CAPS,
    BUFFER_WORDS = sizeof(struct abi_buffer) / sizeof(u64),
    LIST_START = offsetof(struct abi_buffer, list) / sizeof(u64),
    LIST_WORDS = 7 * 4,
    DUMP_BYTES = 4 << 20,
    LEAST_SUCCESS_PERCENT = 30,
    LINE_BYTES = 1024,
};

static struct {
    struct model m;
    struct generator g;
    FILE *in;
    FILE *out;
    u64 calls;
    u64 seed;
    u64 done;
    u64 succeeded;
    u64 tried[ABI_ENTRY_COUNT + 1];
    u64 good[ABI_ENTRY_COUNT + 1];
    u64 shadow[BUFFER_WORDS]; /* what the target's buffer holds before its list area */
    char line[LINE_BYTES];
    char dump[DUMP_BYTES];
} run;

/* ---- the line ---- */

static bool read_line(void)
{
    return fgets(run.line, sizeof(run.line), run.in) != NULL;
}

static bool wait_for_ready(void)
{
    while (read_line()) {
        if (strncmp(run.line, "READY ", 6) == 0) {
            run.m.frequency = strtoull(run.line + 6, NULL, 16);
            return true;
        }
    }
    (void)printf("# the target did not start: %s\n", run.line);
    return false;
}

static const char *ask_dump(void)
{
    size_t used = 0;

    (void)fprintf(run.out, "D\n");
    (void)fflush(run.out);
    while (read_line() && strcmp(run.line, ".\n") != 0) {
        size_t length = strlen(run.line);

        if (used + length + 1 > sizeof(run.dump))
            break;
        memcpy(run.dump + used, run.line, length + 1);
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

    (void)fprintf(run.out, "C %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64, r->call, r->cap,
                  r->info, r->aux);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        (void)fprintf(run.out, " %" PRIx64, r->words[i]);
    for (unsigned i = 0; i < LIST_START + LIST_WORDS; i++) {
        bool is_list = i >= LIST_START;

        if (is_list ? has_list : words[i] != run.shadow[i])
            (void)fprintf(run.out, " %x %" PRIx64, i, words[i]);
    }
    (void)fprintf(run.out, "\n");
    (void)fflush(run.out);
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

static bool compare(struct object *self, unsigned entry)
{
    struct registers *r = &self->h->registers;
    u64 result[REGISTERS + 2];
    char *at = run.line + 1;
    const char *state;
    size_t length;

    if (!read_line() || run.line[0] != 'R') {
        (void)printf("# the target said: %s\n", run.line);
        while (read_line())
            (void)printf("# %s", run.line);
        return differ("ends", entry);
    }
    for (unsigned i = 0; i < REGISTERS + 2; i++)
        result[i] = strtoull(at, &at, 16);
    if (run.m.is_output_free)
        take_results(result, r);
    if (!same_registers(result, r)) {
        (void)printf("# kernel: %s# model: %" PRId64 " %" PRIx64 " %" PRIx64 " %" PRIx64 ":",
                     run.line, (int64_t)r->call, r->cap, r->info, r->aux);
        for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
            (void)printf(" %" PRIx64, r->words[i]);
        (void)printf("\n");
        return differ("registers", entry);
    }
    memcpy(run.shadow, m_thread_buffer(&run.m, self), sizeof(run.shadow));
    if (hash_bytes(run.shadow, HASHED_WORDS * sizeof(u64)) != result[REGISTERS])
        return differ("message buffers", entry);
    state = model_dump(&run.m, &length);
    if (hash_bytes(state, length) != result[REGISTERS + 1]) {
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

/* random_target CALLS SEED USER-TOP: the serial line is on descriptors 3 (from the target) and 4.
 */
int main(int argc, char **argv)
{
    enum { FROM_TARGET = 3, TO_TARGET = 4 };

    if (argc != 4)
        return 2;
    run.calls = strtoull(argv[1], NULL, 0);
    run.seed = strtoull(argv[2], NULL, 0);
    run.m.user_top = strtoull(argv[3], NULL, 0);
    run.in = fdopen(FROM_TARGET, "r");
    run.out = fdopen(TO_TARGET, "w");
    bool is_same = run.in != NULL && run.out != NULL && run_all();

    report(is_same);
    model_free(&run.m);
    return is_same ? 0 : 1;
}
