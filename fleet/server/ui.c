/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serving the web interface: its files, and its first page for every path that is none of them,
 * since the page itself knows its places.
 */
#include "ui.h"

#include <string.h>

/* Nothing from elsewhere, no inline code, no frames. */
static const char headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n";

static const struct ui_file *find(const char *path)
{
    for (const struct ui_file *file = ui_files; file->path != NULL; file++)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

void ui_answer(struct http *http)
{
    const struct ui_file *file = find(http->request->path);
    bool is_page = strchr(http->request->path + 1, '.') == NULL;

    if (file == NULL && is_page)
        file = find("/index.html");
    if ((http->request->method != HTTP_GET && http->request->method != HTTP_HEAD) || file == NULL)
        http_answer(http, 404, headers, "text/plain", "not found\n", 10);
    else
        http_answer(http, 200, headers, file->type, file->data, file->size);
}
