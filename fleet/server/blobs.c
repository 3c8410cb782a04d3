/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory of blobs: 256 folders by the first byte of the hash, and one for what is not whole.
 */
#include "blobs.h"

#include <abi/status.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static status_t status_of_errno(void)
{
    switch (errno) {
    case ENOENT: return ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT: return ERR_NO_MEMORY;
    case EACCES: return ERR_NOT_PERMITTED;
    default: return ERR_IO_FAILED;
    }
}

void hash_to_text(const uint8_t hash[SHA256_BYTES], char text[BLOB_NAME_SIZE])
{
    for (size_t i = 0; i < SHA256_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool hash_from_text(const char *text, uint8_t hash[SHA256_BYTES])
{
    if (strlen(text) != BLOB_NAME_SIZE - 1)
        return false;
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        int high = digit_value(text[2 * i]);
        int low = digit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void path_of(const struct blobs *blobs, const uint8_t hash[SHA256_BYTES], char *path,
                    size_t size)
{
    char name[BLOB_NAME_SIZE];

    hash_to_text(hash, name);
    snprintf(path, size, "%s/%.2s/%s", blobs->path, name, name + 2);
}

/* What a stop in the middle of an upload left. */
static void remove_leftovers(const char *folder)
{
    DIR *list = opendir(folder);
    struct dirent *entry;

    while (list != NULL && (entry = readdir(list)) != NULL)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(list), entry->d_name, 0);
    if (list != NULL)
        closedir(list);
}

status_t blobs_open(struct blobs *blobs, const char *path)
{
    char folder[320];

    if (snprintf(blobs->path, sizeof(blobs->path), "%s", path) >= (int)sizeof(blobs->path))
        return ERR_BAD_ARGUMENT;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return status_of_errno();
    snprintf(folder, sizeof(folder), "%s/incoming", path);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return status_of_errno();
    remove_leftovers(folder);
    for (unsigned byte = 0; byte < 256; byte++) {
        snprintf(folder, sizeof(folder), "%s/%02x", path, byte);
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return status_of_errno();
    }
    return OK;
}

status_t blob_begin(struct blob_writer *writer, const struct blobs *blobs)
{
    *writer = (struct blob_writer){.blobs = blobs};
    sha256_init(&writer->hash);
    snprintf(writer->path, sizeof(writer->path), "%s/incoming/XXXXXX", blobs->path);
    writer->fd = mkostemp(writer->path, O_CLOEXEC);
    return writer->fd >= 0 ? OK : status_of_errno();
}

status_t blob_add(struct blob_writer *writer, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    sha256_add(&writer->hash, data, size);
    writer->size += size;
    while (size > 0) {
        ssize_t written = write(writer->fd, bytes, size);

        if (written < 0 && errno != EINTR)
            return status_of_errno();
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return OK;
}

void blob_abandon(struct blob_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    unlink(writer->path);
    writer->fd = -1;
}

static status_t sync_folder(const char *file)
{
    char folder[400];
    int fd;
    int result;

    snprintf(folder, sizeof(folder), "%s", file);
    *strrchr(folder, '/') = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    result = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        close(fd);
    return result == 0 ? OK : status_of_errno();
}

status_t blob_finish(struct blob_writer *writer, uint8_t hash[SHA256_BYTES])
{
    char path[400];
    status_t status = OK;

    sha256_end(&writer->hash, hash);
    path_of(writer->blobs, hash, path, sizeof(path));
    if (fsync(writer->fd) != 0 || fchmod(writer->fd, 0400) != 0 ||
        rename(writer->path, path) != 0)
        status = status_of_errno();
    if (status == OK)
        status = sync_folder(path);
    blob_abandon(writer); /* after the rename there is nothing left to remove */
    return status;
}

status_t blob_read(const struct blobs *blobs, const uint8_t hash[SHA256_BYTES], int *fd,
                   uint64_t *size)
{
    struct stat facts;
    char path[400];

    path_of(blobs, hash, path, sizeof(path));
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return status_of_errno();
    if (fstat(*fd, &facts) != 0) {
        close(*fd);
        return status_of_errno();
    }
    *size = (uint64_t)facts.st_size;
    return OK;
}

void blob_remove(const struct blobs *blobs, const uint8_t hash[SHA256_BYTES])
{
    char path[400];

    path_of(blobs, hash, path, sizeof(path));
    unlink(path);
}
