/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Levels of the schema, and names that were meant.
 */
#include "schema.h"
#include <string.h>

enum { NAME_MAX_BYTES = 40 };

struct schema_level schema_top(void)
{
    return (struct schema_level){.members = manifest_system_shape.members,
                                 .count = manifest_system_shape.count};
}

static bool is_same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        bool are_dashes = (*a == '-' || *a == '_') && (*b == '-' || *b == '_');

        if (*a != *b && !are_dashes)
            return false;
    }
    return *a == *b;
}

const struct manifest_member *schema_find(const struct schema_level *level, const char *name)
{
    for (uint32_t i = 0; i < level->count; i++) {
        const struct manifest_member *member = &level->members[i];

        if (member->name != NULL && is_same_name(member->name, name))
            return member;
    }
    return NULL;
}

const struct manifest_member *schema_elements(const struct schema_level *level)
{
    return level->elements != NULL ? level->elements : schema_find(level, ".");
}

static struct schema_level level_of_element(const struct manifest_member *list)
{
    return (struct schema_level){.members = list->shape->members, .count = list->shape->count};
}

struct schema_level schema_below(const struct schema_level *level, const char *name)
{
    const struct manifest_member *member = schema_find(level, name);
    struct schema_level below = {0};

    if (member == NULL || !manifest_is_node(member)) {
        const struct manifest_member *list = schema_elements(level);

        return list != NULL ? level_of_element(list) : below;
    }
    if (member->kind == MANIFEST_PART) {
        below.members = member->members;
        below.count = member->count;
    } else if (member->kind == MANIFEST_LIST_OF_SELF) {
        below = level_of_element(member);
        below.elements = member;
    } else if (member->kind == MANIFEST_LIST) {
        below.elements = member;
    }
    return below;
}

bool schema_is_by_name(const struct manifest_member *member)
{
    return member->kind == MANIFEST_TEXTS_BY_NAME || member->kind == MANIFEST_LISTS_BY_NAME;
}

/* Letters to insert, remove or replace. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_BYTES + 1];
    size_t length = strlen(b);

    if (length > NAME_MAX_BYTES || strlen(a) > NAME_MAX_BYTES)
        return NAME_MAX_BYTES;
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t before = row[0]++;

        for (size_t n = 0; n < length; n++) {
            size_t other = row[n + 1] < row[n] ? row[n + 1] : row[n];
            size_t here = before + (a[i] != b[n]);

            before = row[n + 1];
            row[n + 1] = here <= other ? here : other + 1;
        }
    }
    return row[length];
}

const char *schema_suggest(const struct schema_level *level, const char *name)
{
    size_t best = strlen(name) / 3 + 2;
    const char *found = NULL;

    for (uint32_t i = 0; i < level->count; i++) {
        const char *known = level->members[i].name;

        if (known != NULL && strcmp(known, ".") != 0 && distance(name, known) < best) {
            best = distance(name, known);
            found = known;
        }
    }
    return found;
}
