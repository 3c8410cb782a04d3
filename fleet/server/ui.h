/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web interface's files, which are part of the program.
 */
#ifndef SERVER_UI_H
#define SERVER_UI_H

#include "http.h"

struct ui_file {
    const char *path; /* from the root, as it is asked for */
    const char *type;
    const uint8_t *data;
    size_t size;
};

/* Generated; ends with a row without a path. */
extern const struct ui_file ui_files[];

void ui_answer(struct http *http);

#endif
