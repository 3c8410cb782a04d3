/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What welcome devices say and fetch.
 */
#ifndef SERVER_REPORT_H
#define SERVER_REPORT_H

#include "link.h"

void report_message(struct link *link, const struct fleet_message *message);
void report_ask_inspection(struct link *link);
void report_gone(struct link *link);

/* A device fetches a blob by the hash that is its name. */
void report_blob(struct http *http, const char *name);

#endif
