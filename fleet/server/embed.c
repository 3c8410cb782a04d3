/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed OUT.c FOLDER PAGE: the web interface's files as C.  When the folder is not there, since the
 * interface was not built, PAGE alone, which says so.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 64, PATH_SIZE = 512 };

struct file {
    char path[PATH_SIZE];
    char name[PATH_SIZE]; /* as it is asked for */
};

static struct file files[FILES_MAX];
static int file_count;

static void add_file(const char *path, const char *name)
{
    if (file_count == FILES_MAX) {
        fprintf(stderr, "embed: more than %d files\n", FILES_MAX);
        exit(EXIT_FAILURE);
    }
    snprintf(files[file_count].path, PATH_SIZE, "%s", path);
    snprintf(files[file_count++].name, PATH_SIZE, "%s", name);
}

static void add_folder(const char *folder, const char *prefix)
{
    DIR *list = opendir(folder);
    struct dirent *entry;

    while (list != NULL && (entry = readdir(list)) != NULL) {
        char path[PATH_SIZE];
        char name[PATH_SIZE];
        struct stat facts;

        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= PATH_SIZE ||
            snprintf(name, sizeof(name), "%s/%s", prefix, entry->d_name) >= PATH_SIZE ||
            stat(path, &facts) != 0)
            exit(EXIT_FAILURE);
        if (S_ISDIR(facts.st_mode))
            add_folder(path, name);
        else
            add_file(path, name);
    }
    if (list != NULL)
        closedir(list);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
        {".png", "image/png"},                 {".woff2", "font/woff2"},
    };
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

static void write_bytes(FILE *out, const char *path, int number)
{
    FILE *in = fopen(path, "rb");
    int byte;

    if (in == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fprintf(out, "static const uint8_t file_%d[] = {", number);
    for (int column = 0; (byte = fgetc(in)) != EOF; column++)
        fprintf(out, "%s%d,", column % 24 == 0 ? "\n    " : "", byte);
    fprintf(out, "\n};\n\n");
    fclose(in);
}

int main(int count, char **words)
{
    FILE *out;

    if (count != 4 || (out = fopen(words[1], "w")) == NULL) {
        fprintf(stderr, "usage: embed OUT.c FOLDER PAGE\n");
        return EXIT_FAILURE;
    }
    add_folder(words[2], "");
    if (file_count == 0)
        add_file(words[3], "/index.html");
    qsort(files, (size_t)file_count, sizeof(files[0]), by_name);
    fprintf(out, "/* Generated. */\n#include \"ui.h\"\n\n");
    for (int i = 0; i < file_count; i++)
        write_bytes(out, files[i].path, i);
    fprintf(out, "const struct ui_file ui_files[] = {\n");
    for (int i = 0; i < file_count; i++)
        fprintf(out, "    {\"%s\", \"%s\", file_%d, sizeof(file_%d)},\n", files[i].name,
                type_of(files[i].name), i, i);
    fprintf(out, "    {0},\n};\n");
    return fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
