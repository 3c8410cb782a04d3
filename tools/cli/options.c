/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options and operands of one command, in any order; `--` ends the options.
 */
#include "command.h"
#include <stdio.h>
#include <string.h>

static int complain(const struct command *self, const char *what, const char *word)
{
    fprintf(stderr, "skerry %s: %s '%s': --help tells which words it takes\n", self->name, what,
            word);
    return -1;
}

static const struct option *find_option(const struct option *options, const char *word,
                                        size_t length)
{
    for (const struct option *option = options; option->name != NULL; option++) {
        if (strlen(option->name) == length && memcmp(option->name, word, length) == 0)
            return option;
    }
    return NULL;
}

/* Takes the option at `words[*at]` and, where it has one, the word behind it. */
static int take_option(const struct command *self, const struct option *options, int count,
                       char **words, int *at)
{
    char *word = words[*at];
    char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct option *option = find_option(options, word, length);

    if (option == NULL)
        return complain(self, "unknown option", word);
    if (option->flag != NULL) {
        *option->flag = true;
        return equals == NULL ? 0 : complain(self, "no value goes with", word);
    }
    if (equals == NULL && *at + 1 == count)
        return complain(self, "a value is missing behind", word);
    *option->value = equals != NULL ? equals + 1 : words[++*at];
    return 0;
}

int command_line_read(const struct command *self, const struct option *options, int count,
                      char **words, int least, int most)
{
    bool are_options_over = false;
    int operands = 0;

    for (int i = 0; i < count; i++) {
        if (!are_options_over && strcmp(words[i], "--") == 0) {
            are_options_over = true;
        } else if (!are_options_over && words[i][0] == '-' && words[i][1] != '\0') {
            if (take_option(self, options, count, words, &i) < 0)
                return -1;
        } else if (operands == most) {
            return complain(self, "one word too many,", words[i]);
        } else {
            words[operands++] = words[i];
        }
    }
    if (operands >= least)
        return operands;
    fprintf(stderr, "skerry %s: takes %s\n", self->name, self->operands);
    return -1;
}
