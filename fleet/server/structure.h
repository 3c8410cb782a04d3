/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether something that a request names is the asking organisation's.
 */
#ifndef SERVER_STRUCTURE_H
#define SERVER_STRUCTURE_H

#include "api.h"

bool structure_has_project(struct api_request *request, int64_t project);
bool structure_has_deployment(struct api_request *request, int64_t deployment);

#endif
