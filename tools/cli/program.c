/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's input and outputs are unnamed temporary files, so that neither side can wait for the
 * other, however much they write.
 */
#include "program.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool complain(const char *what, const char *about)
{
    fprintf(stderr, "skerry: %s '%s': %s\n", what, about, strerror(errno));
    return false;
}

noreturn void out_of_memory(void)
{
    fprintf(stderr, "skerry: this machine has no memory left\n");
    exit(EXIT_FAILURE);
}

void *resize(void *memory, size_t size)
{
    void *resized = realloc(memory, size);

    if (resized == NULL)
        out_of_memory();
    return resized;
}

void *allocate(size_t size)
{
    return resize(NULL, size);
}

char *copy_text(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        out_of_memory();
    return copy;
}

static bool stream_read(FILE *file, struct bytes *bytes)
{
    size_t room = 1 << 16;

    *bytes = (struct bytes){.data = allocate(room + 1)};
    for (;;) {
        bytes->size += fread(bytes->data + bytes->size, 1, room - bytes->size, file);
        if (bytes->size < room)
            break;
        room *= 2;
        bytes->data = resize(bytes->data, room + 1);
    }
    bytes->data[bytes->size] = '\0';
    if (!ferror(file))
        return true;
    free(bytes->data);
    return false;
}

bool file_read(const char *path, struct bytes *bytes)
{
    FILE *file = fopen(path, "rb");
    bool is_read;

    if (file == NULL)
        return complain("cannot open", path);
    is_read = stream_read(file, bytes);
    fclose(file);
    return is_read || complain("cannot read", path);
}

bool file_write(const char *path, const void *data, size_t size)
{
    char part[4096];
    FILE *file;
    bool is_written;

    if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part)) {
        errno = ENAMETOOLONG;
        return complain("cannot write", path);
    }
    file = fopen(part, "wb");
    if (file == NULL)
        return complain("cannot write", path);
    is_written = fwrite(data, 1, size, file) == size;
    is_written = fclose(file) == 0 && is_written;
    if (is_written && rename(part, path) == 0)
        return true;
    (void)complain("cannot write", path);
    (void)remove(part);
    return false;
}

static bool spawn(const char *const *words, FILE *const streams[3], pid_t *pid)
{
    posix_spawn_file_actions_t actions;

    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fileno(streams[i]), i);
    /* The words are only read: POSIX keeps the type for compatibility. */
    errno = posix_spawnp(pid, words[0], &actions, NULL, (char *const *)(size_t)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return errno == 0 || complain("cannot run", words[0]);
}

/* The exit status; -1 for a program that was killed. */
static int wait_for(const char *name, pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr, "skerry: '%s' was killed by signal %d\n", name, WTERMSIG(status));
    return -1;
}

static bool rewind_and_read(FILE *file, struct bytes *bytes)
{
    rewind(file);
    return stream_read(file, bytes);
}

int program_run(const char *const *words, const struct bytes *input, struct bytes *output,
                struct bytes *errors)
{
    FILE *streams[3] = {tmpfile(), tmpfile(), tmpfile()};
    int status = -1;
    pid_t pid;

    if (streams[0] == NULL || streams[1] == NULL || streams[2] == NULL) {
        (void)complain("no temporary file for", words[0]);
        goto out;
    }
    if (fwrite(input->data, 1, input->size, streams[0]) != input->size || fflush(streams[0]) != 0) {
        (void)complain("no room for the input of", words[0]);
        goto out;
    }
    rewind(streams[0]);
    if (!spawn(words, streams, &pid))
        goto out;
    status = wait_for(words[0], pid);
    if (status < 0)
        goto out;
    if (!rewind_and_read(streams[1], output)) {
        status = -1;
    } else if (!rewind_and_read(streams[2], errors)) {
        free(output->data);
        status = -1;
    }
out:
    for (int i = 0; i < 3; i++) {
        if (streams[i] != NULL)
            fclose(streams[i]);
    }
    return status;
}
