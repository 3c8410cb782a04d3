/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database's tables, as numbered steps from nothing to today.
 */
#ifndef SERVER_SCHEMA_H
#define SERVER_SCHEMA_H

#include "db.h"

extern const int schema_newest;

/*
 * Brings the database to schema `version` by the steps it lacks, each all or nothing, and checks
 * that the steps already taken are the ones we know.  ERR_NOT_SUPPORTED, with the reason on stderr,
 * when it is newer than we are or was changed.
 */
status_t schema_migrate(struct db *db, int version);

#endif
