/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_check FILE.dtb: reads a compiled manifest with root's own reader; prints the components,
 * or the first mistake and fails.
 */
#include <manifest/manifest.h>
#include <stdio.h>
#include <stdlib.h>

enum { BYTES_MAX = 1 << 20 };

static size_t read_file(const char *path, void *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(bytes, 1, BYTES_MAX, file) : 0;

    if (file != NULL)
        fclose(file);
    return size;
}

static void print_component(const struct manifest *manifest,
                            const struct manifest_component *component)
{
    printf("%s: image %s, %llu KiB, %u/%u us on core %u, priority %u", component->name,
           component->images.count > 0 ? component->images.text[0] : "to be installed",
           (unsigned long long)component->memory_bytes / 1024, component->budget_us,
           component->period_us, component->cores[0], component->priority);
    for (uint32_t i = 0; i < component->dependant_count; i++)
        printf("%s%s", i == 0 ? "; restarts " : ", ",
               manifest->components[component->dependants[i]].name);
    printf("\n");
}

int main(int count, char **words)
{
    static struct manifest manifest;
    struct manifest_error error;
    unsigned char *bytes = malloc(BYTES_MAX);
    bool is_good;

    if (count != 2 || bytes == NULL) {
        fprintf(stderr, "usage: manifest_check FILE.dtb\n");
        return EXIT_FAILURE;
    }
    is_good = manifest_read(&manifest, bytes, read_file(words[1], bytes), &error);
    if (!is_good)
        printf("%s: %s\n", words[1], error.text);
    for (uint32_t i = 0; is_good && i < manifest.component_count; i++)
        print_component(&manifest, &manifest.components[i]);
    free(bytes);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
