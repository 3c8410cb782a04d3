/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: for now those that every program starts with.  What it writes becomes lines of the log.
 */
#include "posix.h"

void files_init(struct posix *posix)
{
    posix->files[0] = FILE_EMPTY;
    posix->files[1] = FILE_OUTPUT;
    posix->files[2] = FILE_ERRORS;
}

static enum posix_file kind_of(const struct posix *posix, long file)
{
    return file >= 0 && file < POSIX_FILES_MAX ? posix->files[file] : FILE_CLOSED;
}

static void say(struct posix *posix, struct lines *lines)
{
    bool is_error = lines == &posix->errors;

    component_log(&posix->log, is_error ? LOG_WARNING : LOG_INFO, "%s", lines->text);
    lines_clear(lines);
}

void files_flush(struct posix *posix)
{
    if (lines_rest(&posix->output))
        say(posix, &posix->output);
    if (lines_rest(&posix->errors))
        say(posix, &posix->errors);
}

long core_write(long file, const void *bytes, word_t size)
{
    struct posix *posix = core_self();
    enum posix_file kind = kind_of(posix, file);
    struct lines *lines = kind == FILE_OUTPUT ? &posix->output : &posix->errors;

    if (kind != FILE_OUTPUT && kind != FILE_ERRORS)
        return -POSIX_EBADF;
    core_lock();
    for (word_t i = 0; i < size; i++) {
        if (lines_take(lines, ((const char *)bytes)[i]))
            say(posix, lines);
    }
    core_unlock();
    return (long)size;
}

long core_read(long file, void *bytes, word_t size)
{
    (void)bytes;
    (void)size;
    return kind_of(core_self(), file) == FILE_EMPTY ? 0 : -POSIX_EBADF;
}

long core_close(long file)
{
    struct posix *posix = core_self();

    if (kind_of(posix, file) == FILE_CLOSED)
        return -POSIX_EBADF;
    posix->files[file] = FILE_CLOSED;
    return 0;
}

long core_duplicate(long file, long to)
{
    struct posix *posix = core_self();

    if (kind_of(posix, file) == FILE_CLOSED || to >= POSIX_FILES_MAX)
        return -POSIX_EBADF;
    core_lock();
    for (long i = 0; to < 0 && i < POSIX_FILES_MAX; i++) {
        if (posix->files[i] == FILE_CLOSED)
            to = i;
    }
    if (to >= 0)
        posix->files[to] = posix->files[file];
    core_unlock();
    return to >= 0 ? to : -POSIX_EAGAIN;
}
