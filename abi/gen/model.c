/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking things up in the model.  The lists are short and the tool runs once a build: linear.
 */
#include "model.h"

#include <string.h>

static const char *const builtin_types[] = {
    "word", "count", "index", "offset", "address", "pages", "time", "bits", "rights", "priority",
};

const struct status *model_find_status(const struct model *model, const char *name)
{
    for (int i = 0; i < model->status_count; i++)
        if (strcmp(model->statuses[i].name.lower, name) == 0)
            return &model->statuses[i];
    return NULL;
}

const struct enumeration *model_find_enum(const struct model *model, const char *name)
{
    for (int i = 0; i < model->enum_count; i++)
        if (strcmp(model->enums[i].name.lower, name) == 0)
            return &model->enums[i];
    return NULL;
}

const struct object *model_find_object(const struct model *model, const char *name)
{
    for (int i = 0; i < model->object_count; i++)
        if (strcmp(model->objects[i].name.lower, name) == 0)
            return &model->objects[i];
    return NULL;
}

const struct value *enum_find_value(const struct enumeration *enumeration, const char *name)
{
    for (int i = 0; i < enumeration->value_count; i++)
        if (strcmp(enumeration->values[i].name.lower, name) == 0)
            return &enumeration->values[i];
    return NULL;
}

bool type_is_builtin(const char *type)
{
    for (size_t i = 0; i < sizeof(builtin_types) / sizeof(builtin_types[0]); i++)
        if (strcmp(builtin_types[i], type) == 0)
            return true;
    return false;
}

int type_word_count(const struct model *model, const char *type)
{
    return strcmp(type, "time") == 0 ? 64 / model->word_bits : 1;
}
