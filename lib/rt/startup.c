/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking things up in what a component was told.  Its maker is trusted: it could do anything to
 * the component anyway.
 */
#include <base/memory.h>
#include <rt/startup.h>

static const char *text_at(const struct rt_startup *startup, uint32_t offset)
{
    return (const char *)startup + offset;
}

uint32_t rt_startup_find(const struct rt_startup *startup, const char *name)
{
    for (uint32_t i = 0; i < startup->cap_count; i++) {
        if (str_equal_bounded(startup->caps[i].name,
                              str_length_bounded(startup->caps[i].name, RT_STARTUP_NAME_MAX), name))
            return startup->caps[i].slot;
    }
    return 0;
}

const char *rt_startup_environment(const struct rt_startup *startup, const char *name)
{
    size_t length = str_length(name);

    for (uint32_t i = 0; i < startup->environment_count; i++) {
        const char *text = text_at(startup, startup->environment[i]);

        if (str_starts_with(text, name) && text[length] == '=')
            return text + length + 1;
    }
    return NULL;
}

const char *rt_startup_argument(const struct rt_startup *startup, unsigned index)
{
    return index < startup->argument_count ? text_at(startup, startup->arguments[index]) : NULL;
}
