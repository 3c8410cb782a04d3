/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ABI text as lines of tokens, and the one form every complaint about it has.
 *
 * The text is line based: four spaces of indentation are one level, a token is a bare word or a
 * "quoted string", and # starts a comment.  Meaning is the reader's business (read.c).
 */
#ifndef GEN_TEXT_H
#define GEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_TOKENS_MAX = 24, INDENT = 4, PROBLEM_SIZE = 600 };

/* Where something was written; the path outlives everything read from it. */
struct place {
    const char *path;
    int line;
};

/* The first complaint, `file:line: cause: cure`; empty while there is none. */
struct problem {
    char text[PROBLEM_SIZE];
};

struct token {
    const char *text;
    bool is_quoted;
};

struct line {
    struct place place;
    int level;
    int count;
    struct token tokens[LINE_TOKENS_MAX];
};

/* A file in memory.  Reading lines cuts `text` into zero-terminated tokens that the model keeps. */
struct source {
    const char *path;
    char *text;
    size_t size;
    char *next;
    int line;
};

enum line_result { LINE_READ, LINE_END, LINE_BAD };

/* Always returns false, so that a check can end with `return problem_at(...)`. */
__attribute__((format(printf, 4, 5))) bool problem_at(struct problem *problem, struct place place,
                                                      const char *cure, const char *cause, ...);

/* Owns a copy of the file's bytes from here on; source_close gives it back. */
bool source_open(struct source *source, const char *path, struct problem *problem);
void source_from_string(struct source *source, const char *path, const char *text);
void source_close(struct source *source);

/* The next line that holds a token. */
enum line_result source_next_line(struct source *source, struct line *line,
                                  struct problem *problem);

#endif
