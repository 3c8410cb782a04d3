/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a host program's report goes.
 *
 * Flushed at once, so that a crash in the next test does not take the report with it.
 */
#include <check/check.h>
#include <stdio.h>

void check_put_stdout(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}
