/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: sessions and tokens; and how people and their secrets come to be.
 */
#ifndef SERVER_ACCOUNT_H
#define SERVER_ACCOUNT_H

#include "api.h"

/* Fills in the actor from the request's bearer token or session cookie; ERR_NO_RIGHT: neither. */
status_t account_identify(struct api_request *request, const struct http_request *http);

/* In a time that does not depend on where they differ. */
bool secret_equals(const char *given, const char *expected);

/* Makes an organisation with its owner.  ERR_EXISTS: the address is taken. */
status_t account_found(struct db *db, const char *organisation, const char *email,
                       const char *password);

/* A secret by which the person can log in once, within a quarter of an hour. */
status_t account_make_link(struct db *db, const char *email, char secret[SECRET_SIZE]);

bool account_is_any(struct db *db);

const char *role_name(enum role role);
enum role role_of_name(const char *name); /* ROLE_NONE: no such role */

#endif
