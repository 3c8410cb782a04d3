/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that are programs of their own, since they need libraries that nothing else here does:
 * skerry-NAME, which stands beside this program as it was called, or along PATH.
 */
#include "command.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { WORDS_MAX = 256, PATH_SIZE = 4096 };

/* Only returns when there is no such program. */
static void run_beside(char **words)
{
    const char *self = (const char *)getauxval(AT_EXECFN);
    const char *slash = self != NULL ? strrchr(self, '/') : NULL;
    char path[PATH_SIZE];

    if (slash != NULL) {
        snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - self), self, words[0]);
        execv(path, words);
    }
    execvp(words[0], words);
}

static enum exit_status run_program(const struct command *self, int count, char **words)
{
    char *all[WORDS_MAX];
    char name[64];

    snprintf(name, sizeof(name), "skerry-%s", self->name);
    if (count > WORDS_MAX - 2) {
        fprintf(stderr, "skerry %s: too many words\n", self->name);
        return EXIT_USAGE;
    }
    all[0] = name;
    for (int i = 0; i < count; i++)
        all[i + 1] = words[i];
    all[count + 1] = NULL;
    run_beside(all);
    fprintf(stderr, "skerry %s: %s: %s; `ninja -C build/ARCH fleet` builds it\n", self->name, name,
            strerror(errno));
    return EXIT_REFUSED;
}

const struct command fleet_command = {
    .name = "fleet",
    .summary = "See and upgrade a fleet through its service",
    .is_program = true,
    .run = run_program,
};

const struct command simulate_devices_command = {
    .name = "simulate-devices",
    .summary = "Play devices that a fleet service can be tried with",
    .is_program = true,
    .run = run_program,
};
