/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roll-outs: a release on its way to the devices of a deployment.
 *
 * What was offered to whom and how it ended is in the database; plan.h decides what comes next.
 */
#ifndef SERVER_ROLLOUT_H
#define SERVER_ROLLOUT_H

#include "link.h"

void rollout_device_connected(struct link *link, const char *version, bool booted_well);
void rollout_device_gone(struct link *link);
void rollout_progress(struct link *link, const struct fleet_upgrade_progress *progress);
void rollout_result(struct link *link, const struct fleet_upgrade_result *result);

/* Takes every running roll-out one step on. */
void rollouts_run(struct server *server);

/* At the start: offers of connections that are gone are open no more. */
void rollouts_recover(struct server *server);

/* Ends the roll-out that a deployment has, if any, as `phase`; its open offers are withdrawn. */
void rollout_end(struct server *server, int64_t deployment, enum rollout_phase phase);

/* Why a device does not run, or is not getting, the release its deployment is meant to have. */
void rollout_why(struct server *server, int64_t org, int64_t device, char *text, size_t size);

/* Takes back the offers of a roll-out that a device can still drop. */
void rollout_withdraw(struct server *server, int64_t rollout);

#endif
