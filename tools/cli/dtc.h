/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree compiler, with what it complains about in the form that all mistakes have.
 */
#ifndef CLI_DTC_H
#define CLI_DTC_H

#include "program.h"

/*
 * A file, or `source` where `path` is "-", as a blob, or as source with the place of each thing.
 * False, with the reason on stderr and nothing to free, when dtc refuses it.
 */
bool dtc_compile(const char *path, const struct bytes *source, struct bytes *blob);
bool dtc_annotate(const char *path, struct bytes *annotated);

#endif
