/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests of threads, for the table in libc_test.c.
 */
#ifndef LIBC_TEST_H
#define LIBC_TEST_H

#include <check/check.h>

void threads_run_and_are_joined(void);
void a_mutex_lets_one_in_at_a_time(void);
void a_condition_wakes_who_waits(void);
void a_broadcast_wakes_all(void);
void a_wait_with_a_limit_ends(void);
void thread_local_variables_are_each_threads_own(void);
void keys_are_destroyed_at_the_end_of_a_thread(void);
void errno_is_each_threads_own(void);
void a_semaphore_counts(void);
void a_sleeping_thread_can_be_cancelled(void);
void ended_threads_give_everything_back(void);
void there_are_so_many_threads_and_no_more(void);
void a_thread_may_call_protocols(void);

#endif
