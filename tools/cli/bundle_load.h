/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot bundle from a file.
 */
#ifndef CLI_BUNDLE_LOAD_H
#define CLI_BUNDLE_LOAD_H

#include <base/bundle.h>

/*
 * Reads a bundle for whatever machine that was built against this ABI.  `memory` is what it lies
 * in, to be freed.  False, with the reason on stderr and nothing to free, when it is none.
 */
bool bundle_load(struct bundle *bundle, const char *path, void **memory, uint32_t *machine);

#endif
