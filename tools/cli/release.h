/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of `skerry release` share.
 */
#ifndef CLI_RELEASE_H
#define CLI_RELEASE_H

#include "command.h"
#include "repository.h"

#include <release/release.h>

/* The newest release of a repository as a device gets it. */
struct release_load {
    struct release_files files;
    struct bytes texts[RELEASE_ROOTS_MAX + 4];
    unsigned text_count;
};

/* `first_root` is the version that the device trusts.  Unload it whatever this returns. */
bool release_load(struct release_load *load, const char *repository, uint32_t first_root);
void release_unload(struct release_load *load);

extern const struct command release_check_command;
extern const struct command release_diff_command;
extern const struct command release_show_command;

#endif
