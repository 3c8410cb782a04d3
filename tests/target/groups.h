/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The groups of tests that kernel_test.c runs, one a file, in this order.
 */
#ifndef TESTS_GROUPS_H
#define TESTS_GROUPS_H

#include "frame.h"

extern const struct test_group first_tests; /* behaviours 1 to 7 */
extern const struct test_group captable_tests; /* 8 to 12, 16, 18 */
extern const struct test_group derivation_tests; /* 13 to 15, 19, 20 */
extern const struct test_group memory_tests; /* 21 to 26 */
extern const struct test_group space_tests; /* 27 to 31 */
extern const struct test_group translation_tests; /* 32 */
extern const struct test_group space_id_tests;    /* 32 */
extern const struct test_group memory_use_tests; /* 33, 35 to 37 */
extern const struct test_group isolation_tests;
extern const struct test_group refusal_tests; /* every entry with wrong arguments */
extern const struct test_group preemption_tests; /* 25, and long calls that are interrupted */
extern const struct test_group message_tests; /* 38, 44, 46, 47 */
extern const struct test_group rights_tests; /* 39 to 43, 45 */
extern const struct test_group schedule_tests; /* 48 to 52, 54 */
extern const struct test_group budget_tests; /* 53, 56 */
extern const struct test_group fault_tests; /* 59, 60 */
extern const struct test_group fpu_tests; /* 61 to 64 */
extern const struct test_group interrupt_tests; /* 65 */
extern const struct test_group smp_tests; /* 66 */
extern const struct test_group fork_tests; /* 59, of foreign programs */
extern const struct test_group lending_tests; /* 55 */
extern const struct test_group timeout_tests; /* 57 */
extern const struct test_group canary_tests; /* no leak across components */

#endif
