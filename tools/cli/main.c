/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry: the one command line tool.
 *
 * Finds the command that the words name in the tables and runs it.  Every group and command answers
 * --help from its row, so help is never written in a command's own code.
 */
#include "command.h"
#include <stdio.h>
#include <string.h>

static const struct command *const groups[] = {
    &image_command,
    &keys_command,
    &manifest_command,
    &release_command,
    &fleet_command,
    &simulate_devices_command,
    NULL,
};

static const struct command skerry = {
    .name = "skerry",
    .summary = "Skerry's command line tool",
    .commands = groups,
};

/* What a person typed to get to a command. */
struct trail {
    char text[128];
};

static void trail_add(struct trail *trail, const char *word)
{
    size_t length = strlen(trail->text);

    snprintf(trail->text + length, sizeof(trail->text) - length, "%s%s", length > 0 ? " " : "",
             word);
}

static void print_help(FILE *out, const struct trail *trail, const struct command *command)
{
    if (command->commands == NULL) {
        fprintf(out, "usage: %s %s\n\n%s.\n", trail->text, command->operands, command->summary);
        if (command->help != NULL)
            fprintf(out, "\n%s", command->help);
        return;
    }
    fprintf(out, "usage: %s COMMAND ...\n\n%s.\n\n", trail->text, command->summary);
    for (const struct command *const *row = command->commands; *row != NULL; row++)
        fprintf(out, "  %-16s %s\n", (*row)->name, (*row)->summary);
    fprintf(out, "\n`%s COMMAND --help` tells more.\n", trail->text);
}

static const struct command *find_row(const struct command *group, const char *name)
{
    for (const struct command *const *row = group->commands; *row != NULL; row++) {
        if (strcmp((*row)->name, name) == 0)
            return *row;
    }
    return NULL;
}

static bool asks_for_help(int count, char **words)
{
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    }
    return false;
}

int main(int count, char **words)
{
    const struct command *command = &skerry;
    struct trail trail = {"skerry"};
    int next = 1;

    while (command->commands != NULL) {
        const struct command *row;

        if (next == count || words[next][0] == '-') {
            bool is_help = asks_for_help(count - next, words + next);

            print_help(is_help ? stdout : stderr, &trail, command);
            return is_help ? EXIT_DONE : EXIT_USAGE;
        }
        row = find_row(command, words[next]);
        if (row == NULL) {
            fprintf(stderr, "%s: no command '%s': `%s --help` lists them\n", trail.text,
                    words[next], trail.text);
            return EXIT_USAGE;
        }
        trail_add(&trail, words[next++]);
        command = row;
    }
    if (!command->is_program && asks_for_help(count - next, words + next)) {
        print_help(stdout, &trail, command);
        return EXIT_DONE;
    }
    return (int)command->run(command, count - next, words + next);
}
