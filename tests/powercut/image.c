/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <base/format.h>
#include <base/memory.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 128, COMMAND_BYTES = 512 };

static void path_in(const struct image_tools *tools, const char *name, char path[PATH_BYTES])
{
    format(path, PATH_BYTES, "%s/%s", tools->folder, name);
}

/* Exit status of a command, -1 when it did not end by itself. */
static int command_run(const char *command)
{
    int status = system(command);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the program says goes beside the image. */
static int tool_run(const struct image_tools *tools, const char *program, const char *options)
{
    char command[COMMAND_BYTES];

    format(command, sizeof(command), "%s %s %s/image >%s/output 2>&1", program, options,
           tools->folder, tools->folder);
    return command_run(command);
}

bool image_tools_open(struct image_tools *tools, const char *mkfs, const char *fsck,
                      const char *debugfs)
{
    *tools = (struct image_tools){.mkfs = mkfs, .fsck = fsck, .debugfs = debugfs};
    str_copy(tools->folder, sizeof(tools->folder), "/tmp/powercut.XXXXXX");
    return mkdtemp(tools->folder) != NULL;
}

void image_tools_close(struct image_tools *tools)
{
    static const char *const names[] = {"image", "output", "commands", "data"};
    char path[PATH_BYTES];

    for (size_t i = 0; i < array_count(names); i++) {
        path_in(tools, names[i], path);
        (void)unlink(path);
    }
    (void)rmdir(tools->folder);
}

bool image_make(const struct image_tools *tools, struct disk *made, const char *options,
                unsigned mebibytes)
{
    char path[PATH_BYTES];

    path_in(tools, "image", path);
    (void)unlink(path);
    disk_fini(made);
    return image_put(tools, "image", "", 0) &&
           truncate(path, (off_t)mebibytes * 1024 * 1024) == 0 &&
           tool_run(tools, tools->mkfs, options) == 0 && disk_load(made, path);
}

bool image_is_sound(const struct image_tools *tools, const struct disk *disk)
{
    char path[PATH_BYTES];

    path_in(tools, "image", path);
    return disk_save(disk, path) && tool_run(tools, tools->fsck, "-fn") == 0;
}

static bool disk_reload(const struct image_tools *tools, struct disk *disk)
{
    struct disk loaded = {0};
    char path[PATH_BYTES];
    bool is_loaded;

    path_in(tools, "image", path);
    is_loaded = disk_load(&loaded, path);
    if (is_loaded)
        disk_copy(disk, &loaded);
    disk_fini(&loaded);
    return is_loaded;
}

int image_fsck(const struct image_tools *tools, struct disk *disk, const char *options)
{
    char path[PATH_BYTES];
    int status;

    path_in(tools, "image", path);
    if (!disk_save(disk, path))
        return -1;
    status = tool_run(tools, tools->fsck, options);
    return disk_reload(tools, disk) ? status : -1;
}

bool image_is_replayed(const struct image_tools *tools, struct disk *disk)
{
    return image_fsck(tools, disk, "-fp") <= 1 && image_is_sound(tools, disk);
}

bool image_put(const struct image_tools *tools, const char *name, const void *data, size_t size)
{
    char path[PATH_BYTES];
    FILE *file;
    bool is_written;

    path_in(tools, name, path);
    file = fopen(path, "wb");
    if (file == NULL)
        return false;
    is_written = fwrite(data, 1, size, file) == size;
    return fclose(file) == 0 && is_written;
}

bool image_edit(const struct image_tools *tools, struct disk *disk, const char *commands)
{
    char text[COMMAND_BYTES];
    char options[COMMAND_BYTES];
    char path[PATH_BYTES];
    size_t length;

    path_in(tools, "image", path);
    /* The commands name the folder at most twice. */
    length = (size_t)snprintf(text, sizeof(text), "%s\n", commands);
    format(options, sizeof(options), "-w -f %s/commands", tools->folder);
    return length < sizeof(text) && disk_save(disk, path) &&
           image_put(tools, "commands", text, length) &&
           tool_run(tools, tools->debugfs, options) == 0 && disk_reload(tools, disk);
}
