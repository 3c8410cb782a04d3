/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store asks of a file system.
 *
 * Paths are relative to the store's own folder.  There are no open files, so an error leaves
 * nothing behind to close.  What was written, named, renamed or removed is certain to survive a
 * loss of power only after the sync that covers it: `sync` for a file's bytes and size,
 * `sync_folder` for the names in a folder.  Until then any part of it may survive.
 */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <abi/status.h>
#include <base/types.h>

enum { STORE_PATH_BYTES = 96 }; /* the longest path with its terminator */

struct store_files {
    /* ERR_NOT_FOUND when there is no such file. */
    status_t (*size)(void *disk, const char *path, uint64_t *size_bytes);

    /* All `size` bytes, or an error. */
    status_t (*read)(void *disk, const char *path, uint64_t offset, void *data, size_t size);

    /* Makes the file if there is none, lets it grow.  ERR_NO_MEMORY when the disk is full. */
    status_t (*write)(void *disk, const char *path, uint64_t offset, const void *data, size_t size);

    /* Replaces what `to` named, in one step. */
    status_t (*rename)(void *disk, const char *from, const char *to);

    status_t (*remove)(void *disk, const char *path);

    /* ERR_EXISTS when there is one. */
    status_t (*make_folder)(void *disk, const char *folder);

    /* An error means that it is unknown which writes since the last sync survive. */
    status_t (*sync)(void *disk, const char *path);
    status_t (*sync_folder)(void *disk, const char *folder);

    /*
     * Replaces `name` by the name that follows it in the folder's order, "" by the first; the order
     * is the bytes' and so holds while files come and go.  ERR_NOT_FOUND after the last.
     */
    status_t (*next)(void *disk, const char *folder, char name[STORE_PATH_BYTES]);

    status_t (*free_space)(void *disk, uint64_t *bytes);
};

#endif
