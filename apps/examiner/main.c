/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examiner: an app that puts the others through their paces and reports in TAP.
 *
 * Its first argument says which tests it runs.  When it is done, or cannot begin, it powers the
 * machine off.
 */
#include "examiner.h"

#include <base/memory.h>
#include <protocol/control_client.h>
#include <protocol/fault_client.h>
#include <protocol/inspect_client.h>
#include <rt/print.h>
#include <rt/process.h>

enum { LINE_BYTES = 300, TESTS_MAX = 64, POLL_MS = 2, PATIENCE = 5000 };

static struct {
    struct examiner examiner;
    char line[LINE_BYTES]; /* what was put so far */
    size_t length;
    struct check_test tests[TESTS_MAX];
    uint32_t test_count;
} the;

struct examiner *the_examiner(void)
{
    return &the.examiner;
}

/* Others write to the same log: a line goes out as a whole. */
static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        if (the.length < LINE_BYTES - 1)
            the.line[the.length++] = *text;
        if (*text != '\n')
            continue;
        the.line[the.length] = '\0';
        rt_print(the.line);
        the.length = 0;
    }
}

void examiner_sleep_ms(uint64_t ms)
{
    component_wake_in(&the.examiner.self, ms * 1000000);
    while ((component_wait(&the.examiner.self) & COMPONENT_BIT_TIMER) == 0) {
        /* another bit came */
    }
}

struct app app_look(word_t index)
{
    struct app app = {0};
    char name[NAME_BYTES];
    word_t is_server;

    if (inspect_app(the.examiner.inspect, index, &app.state, &app.instance, &app.restarts,
                    &is_server, &app.death, name) != OK)
        app.state = ~(word_t)0;
    return app;
}

word_t app_find(const char *name)
{
    for (word_t i = 0; i < the.examiner.app_count; i++) {
        if (str_equal(the.examiner.names[i], name))
            return i;
    }
    rt_panic("no app %s", name);
}

bool app_wait_state(word_t index, word_t state)
{
    for (uint32_t i = 0; i < PATIENCE; i++) {
        if (app_look(index).state == state)
            return true;
        examiner_sleep_ms(POLL_MS);
    }
    return false;
}

bool app_wait_ready(word_t index, word_t instance)
{
    for (uint32_t i = 0; i < PATIENCE; i++) {
        struct app app = app_look(index);

        if (app.state == ABI_COMPONENT_READY && app.instance >= instance)
            return true;
        examiner_sleep_ms(POLL_MS);
    }
    return false;
}

static bool are_settled(void)
{
    for (word_t i = 0; i < the.examiner.app_count; i++) {
        word_t state = app_look(i).state;

        if (state == ABI_COMPONENT_DIED || state == ABI_COMPONENT_DOWN)
            return false;
        if (state == ABI_COMPONENT_STARTING && !str_equal(the.examiner.names[i], "slow"))
            return false;
    }
    return true;
}

bool apps_wait_settled(void)
{
    for (uint32_t i = 0; i < PATIENCE; i++) {
        if (are_settled())
            return true;
        examiner_sleep_ms(POLL_MS);
    }
    return false;
}

struct left examiner_look_left(void)
{
    uint64_t total, kernel, quarantined;
    word_t slots_total;
    struct left left = {0};
    status_t status = inspect_memory(the.examiner.inspect, &total, &left.bytes, &kernel,
                                     &quarantined, &slots_total, &left.slots);

    CHECK_EQ(status, OK);
    return left;
}

bool journal_next(struct record *record)
{
    uint64_t when;

    return inspect_journal(the.examiner.inspect, the.examiner.journal, &the.examiner.journal, &when,
                           &record->app, &record->kind, &record->detail) == OK;
}

void journal_skip(void)
{
    struct record record;

    while (journal_next(&record)) {
        /* the past */
    }
}

cap_t fault_connect(const char *name)
{
    cap_t session = 0;
    status_t status = component_connect(&the.examiner.self, "main", name, FAULT_VERSION, &session);

    CHECK_EQ(status, OK);
    return session;
}

static void read_names(struct examiner *examiner)
{
    word_t state, instance, restarts, is_server, death;

    while (examiner->app_count < APPS_MAX &&
           inspect_app(examiner->inspect, examiner->app_count, &state, &instance, &restarts,
                       &is_server, &death, examiner->names[examiner->app_count]) == OK)
        examiner->app_count++;
}

static void add(const struct check_test *tests, uint32_t count)
{
    rt_assert(count <= TESTS_MAX - the.test_count);
    for (uint32_t i = 0; i < count; i++)
        the.tests[the.test_count++] = tests[i];
}

int component_main(const struct rt_startup *startup)
{
    struct examiner *examiner = &the.examiner;
    const char *which = rt_startup_argument(startup, 0);

    component_init(&examiner->self, startup);
    examiner->inspect = rt_startup_find(startup, "inspect");
    examiner->control = rt_startup_find(startup, "control");
    read_names(examiner);
    component_ready(&examiner->self);
    if (str_equal(which, "zones")) {
        add(zone_tests, zone_test_count);
    } else if (str_equal(which, "devices")) {
        add(device_tests, device_test_count);
    } else {
        add(supervision_tests, supervision_test_count);
        add(death_tests, death_test_count);
        add(hostile_tests, hostile_test_count);
    }
    if (!apps_wait_settled())
        rt_print("Bail out! not everything is up\n");
    else
        (void)check_run(the.tests, the.test_count, put);
    (void)control_power_off(examiner->control);
    return 1;
}
