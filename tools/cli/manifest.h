/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of `skerry manifest` share: from a file that a person wrote to the compiled
 * manifest.
 */
#ifndef CLI_MANIFEST_H
#define CLI_MANIFEST_H

#include "program.h"

/*
 * The compiled manifest of a .dts or .dtb file, to be freed.  False, with the reason on stderr and
 * nothing to free, when there is none.
 */
bool manifest_compile(const char *path, struct bytes *blob);

#endif
