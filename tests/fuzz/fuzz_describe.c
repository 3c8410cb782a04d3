/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writes manifests, on any bytes: as a description, it ends, and makes the same source each
 * time; as a blob that the reader accepts, it becomes a source again.
 */
#include "require.h"
#include <manifest.h>
#include <string.h>

/* A source is closed, and has no bytes that dtc would stumble over. */
static void check_source(const struct bytes *source)
{
    size_t open = 0, closed = 0;
    bool is_text = false;

    require(source->size == strlen(source->data));
    for (size_t i = 0; i < source->size; i++) {
        char c = source->data[i];

        if (is_text && c == '\\')
            i++;
        else if (c == '"')
            is_text = !is_text;
        require(!is_text || c != '\n');
        open += !is_text && c == '{';
        closed += !is_text && c == '}';
    }
    require(!is_text && open == closed && open > 0);
}

static struct bytes describe(const struct bytes *text)
{
    struct tree_node *tree = manifest_from_lua("fuzz.lua", text);
    struct bytes source = {0};

    if (tree != NULL)
        source = tree_write(tree, "fuzz.lua");
    tree_free(tree);
    return source;
}

static void try_description(const uint8_t *data, size_t size)
{
    struct bytes text = {allocate(size + 1), size};
    struct bytes first, second;

    memcpy(text.data, data, size);
    text.data[size] = '\0';
    first = describe(&text);
    second = describe(&text);
    require((first.data == NULL) == (second.data == NULL));
    if (first.data != NULL) {
        check_source(&first);
        require(strcmp(first.data, second.data) == 0);
    }
    free(first.data);
    free(second.data);
    free(text.data);
}

static void try_blob(const uint8_t *data, size_t size)
{
    static struct manifest manifest;
    struct manifest_error error;
    struct bytes blob = {allocate(size + 1), size};

    memcpy(blob.data, data, size);
    if (manifest_read(&manifest, blob.data, size, &error)) {
        struct tree_node *tree = tree_from_blob(&blob);
        struct bytes source = tree_write(tree, "fuzz.dtb");

        check_source(&source);
        tree_free(tree);
        free(source.data);
    }
    free(blob.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_description(data, size);
    try_blob(data, size);
    return 0;
}
