/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed releases: an uploaded repository of TUF metadata becomes the newest release in it, as a
 * device would read it.
 */
#ifndef SERVER_SIGNED_H
#define SERVER_SIGNED_H

#include "import.h"

/* Whether an archive carries metadata at all. */
bool import_is_signed(const struct import *import);

/*
 * Checks the archive's metadata against the project's trusted root, and leaves in `import` the
 * release's own files, by their signed names, and the metadata that a device needs.
 * ERR_BAD_ARGUMENT, with the reason in `problem`.
 */
status_t import_check_signatures(struct import *import, const struct blobs *blobs,
                                 const char *root, size_t root_size);

/* Whether the text is root metadata; its version. */
bool root_version(const char *root, size_t size, int64_t *version);

#endif
