/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rings: a header and a text for each line, one behind the other, round.
 */
#include "store.h"

#include <base/memory.h>

static const uint64_t NS_PER_SECOND = 1000000000;

struct header {
    uint64_t number;
    uint64_t time_ns;
    uint8_t level;
    uint8_t size;
    uint8_t pad[6];
};

static_assert(sizeof(struct header) == 24, "no padding");
static_assert(STORE_TEXT_MAX <= UINT8_MAX, "a size fits into its field");

void store_init(struct store *store, const struct store_rate *rate, word_t level)
{
    mem_zero(store, sizeof(*store));
    store->rate = *rate;
    store->level = level;
}

uint32_t store_find(const struct store *store, const char *name)
{
    uint32_t i = 0;

    while (i < STORE_APPS_MAX && (name[0] == '\0' || !str_equal(store->apps[i].name, name)))
        i++;
    return i;
}

static uint64_t line_cost_ns(const struct store *store)
{
    return NS_PER_SECOND / store->rate.per_second;
}

uint32_t store_enter(struct store *store, const char *name, uint64_t now_ns)
{
    uint32_t i = store_find(store, name);

    if (i != STORE_NONE || name[0] == '\0')
        return i;
    for (i = 0; i < STORE_APPS_MAX && store->apps[i].name[0] != '\0'; i++)
        continue;
    if (i == STORE_APPS_MAX)
        return STORE_NONE;
    str_copy(store->apps[i].name, STORE_NAME_BYTES, name);
    store->apps[i].level = store->level;
    store->apps[i].credit_ns = store->rate.burst * line_cost_ns(store);
    store->apps[i].credit_at_ns = now_ns;
    return i;
}

/* ---- bytes of a ring ---- */

static void ring_copy_in(struct store_app *app, uint32_t at, const void *from, uint32_t size)
{
    uint32_t start = (app->first + at) % STORE_RING_BYTES;
    uint32_t part = (uint32_t)word_min(size, STORE_RING_BYTES - start);

    mem_copy(app->ring + start, from, part);
    mem_copy(app->ring, (const uint8_t *)from + part, size - part);
}

static void ring_copy_out(const struct store_app *app, uint32_t at, void *to, uint32_t size)
{
    uint32_t start = (app->first + at) % STORE_RING_BYTES;
    uint32_t part = (uint32_t)word_min(size, STORE_RING_BYTES - start);

    mem_copy(to, app->ring + start, part);
    mem_copy((uint8_t *)to + part, app->ring, size - part);
}

static struct header header_at(const struct store_app *app, uint32_t at)
{
    struct header header;

    ring_copy_out(app, at, &header, sizeof(header));
    return header;
}

static uint32_t line_bytes(const struct header *header)
{
    return (uint32_t)sizeof(*header) + header->size;
}

static void drop_oldest(struct store_app *app)
{
    struct header header = header_at(app, 0);

    app->first = (app->first + line_bytes(&header)) % STORE_RING_BYTES;
    app->used -= line_bytes(&header);
    app->lost++;
}

/* ---- writing ---- */

static bool has_credit(const struct store *store, struct store_app *app, uint64_t now_ns)
{
    uint64_t cost = line_cost_ns(store);

    app->credit_ns += now_ns - app->credit_at_ns;
    app->credit_at_ns = now_ns;
    if (app->credit_ns > store->rate.burst * cost)
        app->credit_ns = store->rate.burst * cost;
    if (app->credit_ns < cost)
        return false;
    app->credit_ns -= cost;
    return true;
}

static void append(struct store *store, struct store_app *app, const struct header *header,
                   const char *text)
{
    while (STORE_RING_BYTES - app->used < line_bytes(header))
        drop_oldest(app);
    ring_copy_in(app, app->used, header, sizeof(*header));
    ring_copy_in(app, app->used + (uint32_t)sizeof(*header), text, header->size);
    app->used += line_bytes(header);
    app->written++;
    store->last_number = header->number;
}

status_t store_write(struct store *store, uint32_t index, word_t level, const char *text,
                     uint32_t size, uint64_t now_ns, bool *is_kept)
{
    struct store_app *app = &store->apps[index];
    struct header header = {
        .number = store->last_number + 1,
        .time_ns = now_ns,
        .level = (uint8_t)level,
        .size = (uint8_t)size,
    };

    *is_kept = false;
    if (level >= STORE_LEVELS || size > STORE_TEXT_MAX)
        return ERR_BAD_ARGUMENT;
    if (level > app->level)
        return OK;
    if (!has_credit(store, app, now_ns)) {
        app->dropped++;
        return ERR_OVER_LIMIT;
    }
    append(store, app, &header, text);
    *is_kept = true;
    return OK;
}

/* ---- reading ---- */

/* Where the first line after a number begins; app->used: nowhere. */
static uint32_t find_after(const struct store_app *app, uint64_t after, struct header *header)
{
    uint32_t at = 0;

    while (at < app->used) {
        *header = header_at(app, at);
        if (header->number > after)
            break;
        at += line_bytes(header);
    }
    return at;
}

bool store_read(const struct store *store, uint32_t index, uint64_t after, struct store_line *line)
{
    line->number = UINT64_MAX;
    for (uint32_t i = 0; i < STORE_APPS_MAX; i++) {
        const struct store_app *app = &store->apps[i];
        struct header header;
        uint32_t at;

        if (index != STORE_NONE && index != i)
            continue;
        at = find_after(app, after, &header);
        if (at == app->used || header.number >= line->number)
            continue;
        line->number = header.number;
        line->time_ns = header.time_ns;
        line->level = header.level;
        line->app = i;
        line->size = header.size;
        ring_copy_out(app, at + (uint32_t)sizeof(header), line->text, header.size);
    }
    return line->number != UINT64_MAX;
}
