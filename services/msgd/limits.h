/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a message server one client may use.
 */
#ifndef MSGD_LIMITS_H
#define MSGD_LIMITS_H

#include "directory.h"

struct limits {
    uint32_t published; /* protocols */
    uint32_t requests;  /* that wait, of any kind */
    uint32_t tokens;
};

struct limits limits_of(const struct directory *directory, uint32_t client);

#endif
