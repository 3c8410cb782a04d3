/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wiregen header|source TEXT OUT: turns a wire protocol's text into C.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

int main(int count, char **words)
{
    static struct wire wire;
    static struct source source;
    static struct problem problem;

    if (count != 4) {
        fprintf(stderr, "usage: wiregen header|source TEXT OUT\n");
        return EXIT_FAILURE;
    }
    if (!source_open(&source, words[2], &problem) || !wire_read(&wire, &source, &problem)) {
        fprintf(stderr, "%s\n", problem.text);
        return EXIT_FAILURE;
    }
    if (freopen(words[3], "w", stdout) == NULL) {
        perror(words[3]);
        return EXIT_FAILURE;
    }
    if (strcmp(words[1], "header") == 0)
        emit_header(&wire);
    else
        emit_source(&wire);
    source_close(&source);
    return fclose(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
