/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as a person reads them.  What came from devices and others is shown without control
 * characters, so that it cannot write to the terminal more than it says.
 */
#ifndef FLEET_CLI_SHOW_H
#define FLEET_CLI_SHOW_H

#include <jansson.h>

void show_table(const json_t *rows, const char *columns);
void show_thing(const json_t *thing);

#endif
