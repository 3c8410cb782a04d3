/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded archive becomes a release's files.
 *
 * An archive is a .tar or .tar.gz of manifest.dtb, apps/NAME and what else a release carries; it is
 * hostile until checked.  Runs on a worker's thread and touches only the blobs.
 */
#ifndef SERVER_IMPORT_H
#define SERVER_IMPORT_H

#include "blobs.h"

#include <jansson.h>

enum { IMPORT_FILES_MAX = 96, IMPORT_PATH_SIZE = 101, IMPORT_PROBLEM_SIZE = 200 };

struct import_file {
    char path[IMPORT_PATH_SIZE];
    uint8_t hash[SHA256_BYTES];
    uint64_t size;
};

struct import {
    struct import_file files[IMPORT_FILES_MAX];
    uint32_t file_count;
    uint64_t size;            /* of all files */
    const char *architecture; /* of all images */
    json_t *graph;            /* of the manifest; the holder gives it back */
    char problem[IMPORT_PROBLEM_SIZE];
};

/*
 * With the project's trusted root, `root`, the archive must be a signed repository and is held
 * against it; without one (null) it must not be.  ERR_BAD_ARGUMENT, with the reason in `problem`,
 * when the archive is refused.
 */
status_t import_archive(struct import *import, const struct blobs *blobs, const char *path,
                        const char *root, size_t root_size);

#endif
