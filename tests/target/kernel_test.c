/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that shows the kernel's promises: all groups of tests, one behind the other.
 */
#include "groups.h"

int root_main(const struct abi_boot_info *boot)
{
    static const struct test_group *const groups[] = {
        &first_tests,
        &captable_tests,
        &derivation_tests,
        &memory_tests,
        &space_tests,
        &translation_tests,
        &memory_use_tests,
        &isolation_tests,
        &refusal_tests,
        &preemption_tests,
        &message_tests,
        &rights_tests,
        &schedule_tests,
        &budget_tests,
        &fault_tests,
        &fpu_tests,
        &interrupt_tests,
        &smp_tests,
        &fork_tests,
        &lending_tests,
        &timeout_tests,
        &canary_tests,
        &space_id_tests, /* the longest, last */
    };

    test_run(boot, groups, array_count(groups));
}
