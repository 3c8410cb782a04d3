/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device scripts on a model of a device: four registers of which one becomes 1 after some reads,
 * and a clock that moves when it is looked at.
 */
#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>
#include <script/script.h>

enum { REGISTERS = 4, STATUS_AT = 12, TICK_US = 10 };

struct model {
    uint32_t registers[REGISTERS];
    uint32_t reads_until_set; /* of the status register */
    uint64_t time_us;
    uint32_t strays; /* accesses to what was not declared */
    uint32_t accesses;
};

static struct model model;

static bool has(void *state, const char *device, uint32_t offset)
{
    (void)state;
    return str_equal(device, "dev") && offset / 4 < REGISTERS;
}

static uint32_t read_model(void *state, const char *device, uint32_t offset)
{
    struct model *m = state;

    m->accesses++;
    if (!has(m, device, offset)) {
        m->strays++;
        return 0;
    }
    if (offset == STATUS_AT && m->reads_until_set > 0 && --m->reads_until_set == 0)
        m->registers[offset / 4] = 1;
    return m->registers[offset / 4];
}

static void write_model(void *state, const char *device, uint32_t offset, uint32_t value)
{
    struct model *m = state;

    m->accesses++;
    if (has(m, device, offset))
        m->registers[offset / 4] = value;
    else
        m->strays++;
}

static uint64_t now_us(void *state)
{
    return ((struct model *)state)->time_us += TICK_US;
}

static const struct script_bus bus = {&model, has, read_model, write_model, now_us};

static status_t run(const char *const *texts, uint32_t count, uint32_t *step)
{
    return script_run(texts, count, &bus, step);
}

static void each_step_does_what_it_says(void)
{
    static const char *const texts[] = {"write dev+0 0xf0", "set dev+0x0 3", "clear dev+0 0x10",
                                        "read dev+8", "  write   dev+4  4294967295 "};
    uint32_t step;

    model = (struct model){0};
    CHECK_EQ(run(texts, array_count(texts), &step), OK);
    CHECK_EQ(model.registers[0], 0xe3);
    CHECK_EQ(model.registers[1], UINT32_MAX);
    CHECK_EQ(model.accesses, 7);
}

static void a_poll_ends_when_the_device_obeys(void)
{
    static const char *const texts[] = {"poll dev+12 1 1 1000", "write dev+0 7"};
    uint32_t step;

    model = (struct model){.reads_until_set = 5};
    CHECK_EQ(run(texts, array_count(texts), &step), OK);
    CHECK_EQ(model.registers[0], 7);
}

static void a_poll_of_a_device_that_does_not_obey_ends_the_script(void)
{
    static const char *const texts[] = {"write dev+0 7", "poll dev+12 1 1 1000", "write dev+0 8"};
    uint32_t step;

    model = (struct model){0};
    CHECK_EQ(run(texts, array_count(texts), &step), ERR_IO_FAILED);
    CHECK_EQ(step, 1);
    CHECK_EQ(model.registers[0], 7);
    CHECK(model.time_us >= 1000 && model.time_us < 3000);
}

static void a_delay_takes_its_time(void)
{
    static const char *const texts[] = {"delay 500"};
    uint32_t step;

    model = (struct model){0};
    CHECK_EQ(run(texts, 1, &step), OK);
    CHECK(model.time_us >= 500 && model.time_us < 600);
}

static void an_undeclared_register_keeps_the_script_from_beginning(void)
{
    static const char *const texts[] = {"write dev+0 7", "write dev+16 1"};
    static const char *const other[] = {"write dev+0 7", "read def+0"};
    uint32_t step;

    model = (struct model){0};
    CHECK_EQ(run(texts, 2, &step), ERR_NOT_PERMITTED);
    CHECK_EQ(step, 1);
    CHECK_EQ(run(other, 2, &step), ERR_NOT_PERMITTED);
    CHECK_EQ(model.accesses, 0);
}

static void scripts_that_take_too_long_in_all_are_refused(void)
{
    static const char *const texts[] = {"delay 10000", "delay 10000", "delay 10000",
                                        "delay 10000", "delay 10000", "delay 1"};
    uint32_t step;

    CHECK(script_check(texts, 5, &bus, &step) == NULL);
    CHECK(script_check(texts, 6, &bus, &step) != NULL);
    CHECK_EQ(step, 5);
}

static void what_is_no_step_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "jump dev+0",
        "write dev+0",
        "write dev+0 1 2",
        "write dev+0 1 2 3 4 5",
        "write dev 1",
        "write +0 1",
        "write dev+ 1",
        "write dev+2 1",
        "write dev+0x 1",
        "write dev+0 0x100000000",
        "write dev+0 -1",
        "write dev+0 1a",
        "write a-name-of-24-bytes-xxxxxx+0 1",
        "poll dev+0 1 2 10",
        "poll dev+0 1 1 10001",
        "delay 10001",
        "delay soon",
        "readdev+0 1",
    };
    struct script_step step;

    for (size_t i = 0; i < array_count(texts); i++) {
        if (!CHECK(script_parse(texts[i], &step) != NULL))
            check_note("accepted: %s", texts[i]);
    }
}

static uint32_t roll(uint64_t *random, uint32_t sides)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % sides;
}

/* A well-formed step on a register that may be undeclared. */
static void write_random_step(uint64_t *random, char *text, size_t size)
{
    static const char *const verbs[] = {"read", "write", "set", "clear", "poll"};
    static const char *const arguments[] = {"", "5", "1", "2", "1 0 20"};
    static const char *const devices[] = {"dev", "dev", "dev", "dev2"};
    uint32_t verb = roll(random, array_count(verbs));

    format(text, size, "%s %s+%u %s", verbs[verb], devices[roll(random, array_count(devices))],
           4 * roll(random, REGISTERS + 1), arguments[verb]);
}

static void random_scripts_touch_declared_registers_only(void)
{
    uint64_t random = 1;
    uint32_t runs = 0;

    for (uint32_t round = 0; round < 20000; round++) {
        char storage[4][48];
        const char *texts[4];
        uint32_t count = 1 + roll(&random, 4), step;

        for (uint32_t i = 0; i < count; i++) {
            write_random_step(&random, storage[i], sizeof(storage[i]));
            texts[i] = storage[i];
        }
        model = (struct model){0};
        runs += run(texts, count, &step) != ERR_NOT_PERMITTED;
        CHECK_EQ(model.strays, 0);
    }
    CHECK(runs > 1000);
}

static const struct check_test tests[] = {
    {"each_step_does_what_it_says", each_step_does_what_it_says},
    {"a_poll_ends_when_the_device_obeys", a_poll_ends_when_the_device_obeys},
    {"a_poll_of_a_device_that_does_not_obey_ends_the_script",
     a_poll_of_a_device_that_does_not_obey_ends_the_script},
    {"a_delay_takes_its_time", a_delay_takes_its_time},
    {"an_undeclared_register_keeps_the_script_from_beginning",
     an_undeclared_register_keeps_the_script_from_beginning},
    {"scripts_that_take_too_long_in_all_are_refused",
     scripts_that_take_too_long_in_all_are_refused},
    {"what_is_no_step_is_refused", what_is_no_step_is_refused},
    {"random_scripts_touch_declared_registers_only", random_scripts_touch_declared_registers_only},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}
