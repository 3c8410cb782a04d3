/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command of `skerry` is.  A group is a command that lists others, so `skerry manifest
 * check` is `check` in the list of `manifest`.
 *
 * To add a group: write its file, declare it below, add it to the list in main.c and the file to
 * meson.build.  --help, the lists of commands and unknown words are main.c's business.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* A command's exit status. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* what it was asked to do, or look at, is wrong; the reason is on stderr */
    EXIT_USAGE = 2,   /* the command line is wrong */
};

struct command {
    const char *name;
    const char *summary;  /* one line of the list of commands */
    const char *operands; /* of a command: what follows its name in the line of usage */
    const char *help;     /* of a command, or NULL: its options and what they do, whole lines */
    const struct command *const *commands; /* of a group; NULL ends the list */
    bool is_program; /* another program, skerry-NAME: it answers --help itself */
    enum exit_status (*run)(const struct command *self, int count, char **words); /* its operands */
};

extern const struct command image_command;
extern const struct command keys_command;
extern const struct command fleet_command;
extern const struct command manifest_command;
extern const struct command simulate_devices_command;
extern const struct command release_command;

/* An option: exactly one of `flag` and `value` is set; a value may stand behind it or after '='. */
struct option {
    const char *name; /* with its dashes */
    bool *flag;
    const char **value;
};

/*
 * Sorts `words` into options and operands; `options` ends with a name that is NULL.  The operands,
 * between `least` and `most`, stay in `words`, first; the result is their number.  Negative, with
 * the reason on stderr, when the line is wrong: answer EXIT_USAGE.
 */
int command_line_read(const struct command *self, const struct option *options, int count,
                      char **words, int least, int most);

#endif
