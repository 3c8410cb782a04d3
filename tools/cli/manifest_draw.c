/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest as a picture: components as boxes, allowed connections as arrows from who asks to who
 * publishes, supervision as dashed ones.  graphviz lays it out.
 */
#include "manifest.h"
#include <stdlib.h>

static void put_node(FILE *out, const struct manifest_component *component, uint32_t index)
{
    fprintf(out, "    c%u [label=\"%s\\n%llu KiB", index, component->name,
            (unsigned long long)component->memory_bytes / 1024);
    for (uint32_t i = 0; i < component->resource_count; i++)
        fprintf(out, "\\n%s", component->resources[i].name);
    fprintf(out, "\"%s];\n",
            component->is_message_server    ? ", style=filled, fillcolor=\"#dde8f0\""
            : component->resource_count > 0 ? ", style=filled, fillcolor=\"#f0ead8\""
                                            : "");
}

/* Every pair that the rule lets meet. */
static void put_rule(FILE *out, const struct manifest *manifest,
                     const struct manifest_access *access)
{
    for (uint32_t from = 0; from < manifest->component_count; from++) {
        for (uint32_t to = 0; to < manifest->component_count; to++) {
            if ((access->request >> from & 1) != 0 && (access->publish >> to & 1) != 0)
                fprintf(out, "    c%u -> c%u [label=\"%s\"];\n", from, to, access->protocol);
        }
    }
}

static void put_graph(FILE *out, const struct manifest *manifest)
{
    fprintf(out,
            "digraph system {\n    label=\"%s\";\n    rankdir=LR;\n"
            "    node [shape=box, fontname=\"sans-serif\", fontsize=11];\n"
            "    edge [fontname=\"sans-serif\", fontsize=9];\n",
            manifest->system);
    for (uint32_t i = 0; i < manifest->component_count; i++)
        put_node(out, &manifest->components[i], i);
    for (uint32_t i = 0; i < manifest->server_count; i++) {
        for (uint32_t n = 0; n < manifest->servers[i].access_count; n++)
            put_rule(out, manifest, &manifest->servers[i].access[n]);
    }
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        for (uint32_t n = 0; n < component->dependant_count; n++)
            fprintf(out, "    c%u -> c%u [style=dashed, color=gray, constraint=false];\n", i,
                    component->dependants[n]);
    }
    fprintf(out, "}\n");
}

bool manifest_draw(const struct manifest *manifest, const char *format, const char *path)
{
    char option[16];
    const char *words[] = {"dot", option, NULL};
    struct bytes graph = {0}, picture, errors;
    FILE *out = open_memstream(&graph.data, &graph.size);
    int status;

    if (out == NULL)
        out_of_memory();
    put_graph(out, manifest);
    if (fclose(out) != 0)
        out_of_memory();
    snprintf(option, sizeof(option), "-T%s", format);
    status = program_run(words, &graph, &picture, &errors);
    free(graph.data);
    if (status < 0)
        return false;
    if (status != 0)
        fprintf(stderr, "%s", errors.data);
    if (status == 0 && !file_write(path, picture.data, picture.size))
        status = 1;
    free(picture.data);
    free(errors.data);
    return status == 0;
}
