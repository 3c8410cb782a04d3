/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: who changed what, each entry bound to the one before by a hash.
 *
 * An entry's hash covers the hash before it and its own fields, each with its length, so what was
 * changed, removed or put in between shows to whoever kept a later hash.
 */
#ifndef SERVER_AUDIT_H
#define SERVER_AUDIT_H

#include "server.h"

status_t audit_add(struct server *server, int64_t org, const char *actor, const char *action,
                   const char *object);

/*
 * Checks an organisation's log.  OK, with the number of entries; ERR_BAD_STATE, with the number of
 * the first entry that is not what it was.
 */
status_t audit_verify(struct db *db, int64_t org, int64_t *number);

#endif
