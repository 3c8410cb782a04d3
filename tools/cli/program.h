/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files as a whole, and other programs run to their end with their output kept.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Bytes that their holder frees; one more byte than `size` is there, and zero. */
struct bytes {
    char *data;
    size_t size;
};

/* Memory, or the end of the program with a message. */
void *allocate(size_t size);
void *resize(void *memory, size_t size);
char *copy_text(const char *text);
noreturn void out_of_memory(void);

/* False, with the reason on stderr and nothing to free, when it cannot. */
bool file_read(const char *path, struct bytes *bytes);

/* The file is there as a whole or not at all. */
bool file_write(const char *path, const void *data, size_t size);

/*
 * Runs `words` (which ends with NULL), found along PATH, on `input`; what it writes comes into
 * `output` and `errors`, to be freed.  The result is its exit status, or -1, with the reason on
 * stderr and nothing to free, when it could not be run or was killed.
 */
int program_run(const char *const *words, const struct bytes *input, struct bytes *output,
                struct bytes *errors);

#endif
