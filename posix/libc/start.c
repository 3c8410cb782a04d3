/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's start: what root told the component becomes arguments, environment and the vector
 * that musl starts from.
 */
#include "libc.h"

#include <abi/sizes.h>
#include <component/component.h>
#include <elf.h>
#include <rt/startup.h>

enum { ARGUMENTS_MAX = RT_STARTUP_TEXTS_MAX + 1, AUXILIARY_MAX = 8, SEED_BYTES = 16 };

/* Where the linker put the initial values of thread-local variables. */
extern const char rt_tls_start[], rt_tls_data_end[], rt_tls_end[], rt_tls_alignment[];

/* The program's. */
int main(int argc, char **argv, char **environment);

/*
 * One behind the other, as musl looks for them: arguments, null, environment, null, then pairs of
 * a tag and a value, the last tag being 0.
 */
enum { VECTOR_MAX = ARGUMENTS_MAX + 1 + RT_STARTUP_TEXTS_MAX + 1 + 2 * AUXILIARY_MAX };

static struct {
    word_t vector[VECTOR_MAX];
    size_t size;
    Elf64_Phdr tls;
    uint64_t seed[SEED_BYTES / sizeof(uint64_t)];
} start;

static void put(word_t value)
{
    start.vector[start.size++] = value;
}

static void put_pair(word_t tag, word_t value)
{
    put(tag);
    put(value);
}

static word_t text_at(const struct rt_startup *startup, uint32_t offset)
{
    return (word_t)startup + offset;
}

/* musl reads headers of segments for one thing: the thread-local variables. */
static void describe_tls(void)
{
    start.tls.p_type = PT_TLS;
    start.tls.p_vaddr = (word_t)rt_tls_start;
    start.tls.p_filesz = (word_t)(rt_tls_data_end - rt_tls_start);
    start.tls.p_memsz = (word_t)(rt_tls_end - rt_tls_start);
    start.tls.p_align = (word_t)rt_tls_alignment;
}

/* For secrets of the allocator; without a source they differ by the time of the start only. */
static void make_seed(void)
{
    if (core_random(start.seed, sizeof(start.seed)) == SEED_BYTES)
        return;
    start.seed[0] = core_time_ns();
    start.seed[1] = ~core_time_ns();
}

static void fill_vector(const struct rt_startup *startup)
{
    put((word_t)rt_startup_environment(startup, "name"));
    for (uint32_t i = 0; i < startup->argument_count; i++)
        put(text_at(startup, startup->arguments[i]));
    put(0);
    for (uint32_t i = 0; i < startup->environment_count; i++)
        put(text_at(startup, startup->environment[i]));
    put(0);
    put_pair(AT_PAGESZ, ABI_PAGE_SIZE);
    put_pair(AT_RANDOM, (word_t)start.seed);
    if (start.tls.p_memsz != 0) {
        put_pair(AT_PHDR, (word_t)&start.tls);
        put_pair(AT_PHENT, sizeof(start.tls));
        put_pair(AT_PHNUM, 1);
    }
    put_pair(AT_NULL, 0);
}

int component_main(const struct rt_startup *startup)
{
    core_init(startup);
    make_seed();
    describe_tls();
    fill_vector(startup);
    component_ready(core_component());
    return __libc_start_main(main, (int)startup->argument_count + 1, (char **)start.vector, NULL,
                             NULL, NULL);
}
