/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device scripts: one that sets up, and one that finds its device disobedient.
 */
#include "examiner.h"

#include <protocol/control_client.h>
#include <protocol/fault_client.h>
#include <protocol/inspect_client.h>

static uint64_t quarantined(uint64_t *left)
{
    uint64_t total, kernel, bytes = 0;
    word_t slots_total, slots;

    CHECK_EQ(inspect_memory(the_examiner()->inspect, &total, left, &kernel, &bytes, &slots_total,
                            &slots),
             OK);
    return bytes;
}

static void an_app_starts_after_its_setup_script(void)
{
    word_t index = app_find("set_up"), value, instance;
    cap_t session = fault_connect("set_up");

    CHECK_EQ(fault_ping(session, 1, &value, &instance), OK);
    CHECK_EQ(fault_panic(session), ERR_PEER_GONE);
    CHECK(app_wait_ready(index, 2)); /* the script ran again, and went well */
    component_drop(&the_examiner()->self, session);
}

/* The script gives no access: the app holds nothing that leads to the device. */
static void a_setup_script_grants_nothing(void)
{
    word_t index = app_find("set_up"), slot = 0, type, rights;
    char name[NAME_BYTES];
    uint64_t badge;

    while (inspect_capability(the_examiner()->inspect, index, slot, &slot, &type, &rights, &badge,
                              name) == OK) {
        CHECK(type != TYPE_FRAME && type != TYPE_INTERRUPT);
        slot++;
    }
    CHECK(slot > 1);
}

static void memory_that_a_device_may_write_to_stays_out_of_use(void)
{
    word_t index = app_find("entropy");
    uint64_t before, after, kept;

    CHECK_EQ(quarantined(&before), 0);
    CHECK_EQ(control_kill(the_examiner()->control, "entropy"), OK);
    CHECK(app_wait_state(index, ABI_COMPONENT_GIVEN_UP));
    kept = quarantined(&after);
    CHECK(kept > 0);
    CHECK_EQ(after, before); /* what it had is not free again */
    CHECK_EQ(control_start(the_examiner()->control, "entropy"), OK);
    CHECK(app_wait_state(index, ABI_COMPONENT_GIVEN_UP)); /* the device still does not obey */
    CHECK_EQ(quarantined(&after), kept);
}

const struct check_test device_tests[] = {
    {"an_app_starts_after_its_setup_script", an_app_starts_after_its_setup_script},
    {"a_setup_script_grants_nothing", a_setup_script_grants_nothing},
    {"memory_that_a_device_may_write_to_stays_out_of_use",
     memory_that_a_device_may_write_to_stays_out_of_use},
};
const uint32_t device_test_count = array_count(device_tests);
