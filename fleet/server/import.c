/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading archives with libarchive, tar and gzip only, and believing nothing of what they say.
 *
 * Files have plain relative names, come once, are plain files, and are bounded in number and size
 * while they are unpacked: what an archive claims about itself is not looked at.
 */
#include "import.h"

#include "graph.h"
#include "signed.h"

#include <abi/status.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_BYTES_MAX = 64 << 20,
    MANIFEST_BYTES_MAX = 1 << 20,
    ENTRIES_MAX = 4 * IMPORT_FILES_MAX, /* folders too */
    DEPTH_MAX = 4,
    READ_BYTES = 65536,
    ELF_MACHINE_OFFSET = 18,
};
static const uint64_t TOTAL_BYTES_MAX = UINT64_C(256) << 20;

__attribute__((format(printf, 2, 3))) static status_t refuse(struct import *import,
                                                             const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(import->problem, sizeof(import->problem), fmt, args);
    va_end(args);
    return ERR_BAD_ARGUMENT;
}

/* Plain names: letters, digits, . _ - between slashes, and no part that begins with a dot. */
static bool path_is_plain(const char *path)
{
    unsigned depth = 1;

    if (path == NULL || strlen(path) >= IMPORT_PATH_SIZE)
        return false;
    for (const char *at = path; *at != '\0'; at++) {
        bool is_start = at == path || at[-1] == '/';
        bool is_letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                         (*at >= '0' && *at <= '9') || *at == '_' || *at == '-';

        if (*at == '/')
            depth++;
        if (is_start ? !is_letter : !is_letter && *at != '.' && *at != '/')
            return false;
    }
    return depth <= DEPTH_MAX && path[0] != '\0' && path[strlen(path) - 1] != '/';
}

static struct import_file *find_file(struct import *import, const char *path)
{
    for (uint32_t i = 0; i < import->file_count; i++)
        if (strcmp(import->files[i].path, path) == 0)
            return &import->files[i];
    return NULL;
}

struct image_machine {
    uint8_t number; /* e_machine */
    const char *name;
};

static const struct image_machine machines[] = {{183, "aarch64"}, {243, "riscv64"}};

/* Executables say which processor they are for; it is the same for all of a release. */
static status_t note_machine(struct import *import, const char *path, const uint8_t *start,
                             size_t size)
{
    const char *name = "";

    if (size <= ELF_MACHINE_OFFSET + 1 || memcmp(start, "\177ELF", 4) != 0)
        return OK;
    for (size_t i = 0; i < array_count(machines); i++)
        if (start[ELF_MACHINE_OFFSET] == machines[i].number && start[ELF_MACHINE_OFFSET + 1] == 0)
            name = machines[i].name;
    if (name[0] == '\0')
        return refuse(import, "%s is for a processor that Skerry does not run on", path);
    if (import->architecture[0] != '\0' && strcmp(import->architecture, name) != 0)
        return refuse(import, "%s is for %s, others are for %s", path, name,
                      import->architecture);
    import->architecture = name;
    return OK;
}

static status_t copy_data(struct import *import, struct archive *archive,
                          struct blob_writer *writer, const char *path)
{
    static _Thread_local uint8_t bytes[READ_BYTES];
    la_ssize_t size;

    while ((size = archive_read_data(archive, bytes, sizeof(bytes))) > 0) {
        status_t status = writer->size == 0
                              ? note_machine(import, path, bytes, (size_t)size)
                              : OK;

        import->size += (uint64_t)size;
        if (status == OK && writer->size + (uint64_t)size > FILE_BYTES_MAX)
            status = refuse(import, "%s is larger than %d MiB", path, FILE_BYTES_MAX >> 20);
        if (status == OK && import->size > TOTAL_BYTES_MAX)
            status = refuse(import, "the files are larger than 256 MiB together");
        if (status == OK)
            status = blob_add(writer, bytes, (size_t)size);
        if (status != OK)
            return status;
    }
    return size == 0 ? OK : refuse(import, "the archive is damaged in %s", path);
}

static status_t take_file(struct import *import, const struct blobs *blobs,
                          struct archive *archive, const char *path)
{
    struct import_file *file = &import->files[import->file_count];
    struct blob_writer writer;
    status_t status;

    if (find_file(import, path) != NULL)
        return refuse(import, "%s comes twice", path);
    if (import->file_count == IMPORT_FILES_MAX)
        return refuse(import, "more than %d files", IMPORT_FILES_MAX);
    status = blob_begin(&writer, blobs);
    if (status != OK)
        return status;
    status = copy_data(import, archive, &writer, path);
    if (status != OK) {
        blob_abandon(&writer);
        return status;
    }
    snprintf(file->path, sizeof(file->path), "%s", path);
    file->size = writer.size;
    import->file_count++;
    return blob_finish(&writer, file->hash);
}

static status_t take_entry(struct import *import, const struct blobs *blobs,
                           struct archive *archive, struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);

    if (path != NULL && strncmp(path, "./", 2) == 0)
        path += 2;
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return OK; /* the files' names say all */
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
        archive_entry_symlink(entry) != NULL)
        return refuse(import, "the archive has an entry that is not a plain file");
    if (!path_is_plain(path))
        return refuse(import, "the archive has a file whose name is not plain and relative");
    return take_file(import, blobs, archive, path);
}

static status_t take_all(struct import *import, const struct blobs *blobs, struct archive *archive)
{
    struct archive_entry *entry;

    for (int count = 0;; count++) {
        int result = archive_read_next_header(archive, &entry);
        status_t status;

        if (result == ARCHIVE_EOF)
            return OK;
        if (result != ARCHIVE_OK)
            return refuse(import, "this is not a .tar or .tar.gz file, or it is damaged");
        if (count == ENTRIES_MAX)
            return refuse(import, "the archive has more than %d entries", ENTRIES_MAX);
        status = take_entry(import, blobs, archive, entry);
        if (status != OK)
            return status;
    }
}

/* The manifest is a blob by now; reads it as root would. */
static status_t read_manifest(struct import *import, const struct blobs *blobs)
{
    struct import_file *file = find_file(import, "manifest.dtb");
    status_t status;
    uint64_t size;
    void *bytes;
    int fd;

    if (file == NULL)
        return refuse(import, "the archive has no manifest.dtb");
    if (file->size > MANIFEST_BYTES_MAX)
        return refuse(import, "manifest.dtb is larger than 1 MiB");
    status = blob_read(blobs, file->hash, &fd, &size);
    if (status != OK)
        return status;
    bytes = malloc(size + 1);
    if (bytes == NULL || pread(fd, bytes, size, 0) != (ssize_t)size)
        status = ERR_IO_FAILED;
    else
        import->graph =
            graph_of_manifest(bytes, size, import->problem, sizeof(import->problem));
    free(bytes);
    close(fd);
    return status != OK ? status : import->graph != NULL ? OK : ERR_BAD_ARGUMENT;
}

/* A project either takes signed releases or none. */
static status_t check_signatures(struct import *import, const struct blobs *blobs,
                                 const char *root, size_t root_size)
{
    if (root != NULL && !import_is_signed(import))
        return refuse(import, "the project takes signed releases only, and this is not signed");
    if (root == NULL && import_is_signed(import))
        return refuse(import, "the project has no trusted root yet: its owner gives it one");
    return root != NULL ? import_check_signatures(import, blobs, root, root_size) : OK;
}

status_t import_archive(struct import *import, const struct blobs *blobs, const char *path,
                        const char *root, size_t root_size)
{
    struct archive *archive = archive_read_new();
    status_t status;

    *import = (struct import){.architecture = ""};
    if (archive == NULL)
        return ERR_NO_MEMORY;
    archive_read_support_format_tar(archive);
    archive_read_support_filter_gzip(archive);
    if (archive_read_open_filename(archive, path, READ_BYTES) != ARCHIVE_OK)
        status = refuse(import, "this is not a .tar or .tar.gz file");
    else
        status = take_all(import, blobs, archive);
    archive_read_free(archive);
    if (status == OK)
        status = check_signatures(import, blobs, root, root_size);
    return status == OK ? read_manifest(import, blobs) : status;
}
