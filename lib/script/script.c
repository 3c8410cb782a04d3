/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts are read anew at each run: they are short, rarely run, and so are kept in one form only.
 */
#include <base/memory.h>
#include <script/script.h>

enum { WORDS_MAX = 5, DECIMAL = 10, HEXADECIMAL = 16 };

/* Parts of a text between blanks. */
struct words {
    const char *word[WORDS_MAX];
    size_t length[WORDS_MAX];
    uint32_t count;
};

struct form {
    const char *name;
    enum script_verb verb;
    uint32_t words;
};

static const struct form forms[] = {
    {"read", SCRIPT_READ, 2},   {"write", SCRIPT_WRITE, 3}, {"set", SCRIPT_SET, 3},
    {"clear", SCRIPT_CLEAR, 3}, {"poll", SCRIPT_POLL, 5},   {"delay", SCRIPT_DELAY, 2},
};

static bool split(const char *text, struct words *words)
{
    words->count = 0;
    for (;;) {
        while (*text == ' ')
            text++;
        if (*text == '\0')
            return true;
        if (words->count == WORDS_MAX)
            return false;
        words->word[words->count] = text;
        while (*text != ' ' && *text != '\0')
            text++;
        words->length[words->count] = (size_t)(text - words->word[words->count]);
        words->count++;
    }
}

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a') + DECIMAL;
    if (c >= 'A' && c <= 'F')
        return (uint32_t)(c - 'A') + DECIMAL;
    return HEXADECIMAL;
}

static bool read_number(const char *text, size_t length, uint32_t *value)
{
    uint32_t base = DECIMAL;
    uint64_t number = 0;
    size_t at = 0;

    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = HEXADECIMAL;
        at = 2;
    }
    if (at == length)
        return false;
    for (; at < length; at++) {
        uint32_t digit = digit_of(text[at]);

        if (digit >= base)
            return false;
        number = number * base + digit;
        if (number > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)number;
    return true;
}

/* DEVICE+OFFSET */
static const char *read_register(const char *text, size_t length, struct script_step *step)
{
    size_t plus = 0;

    while (plus < length && text[plus] != '+')
        plus++;
    if (plus == 0 || plus == length)
        return "names no register: write DEVICE+OFFSET";
    if (plus > SCRIPT_DEVICE_MAX)
        return "names a device by more than 23 bytes";
    mem_copy(step->device, text, plus);
    if (!read_number(text + plus + 1, length - plus - 1, &step->offset))
        return "has an offset that is no number of 32 bits";
    return step->offset % sizeof(uint32_t) == 0 ? NULL : "has an offset that is no multiple of 4";
}

static const char *read_time(const struct words *words, uint32_t at, struct script_step *step)
{
    if (!read_number(words->word[at], words->length[at], &step->time_us))
        return "has a time that is no number of microseconds";
    return step->time_us > SCRIPT_TIME_MAX_US ? "takes too long: at most 10000 microseconds" : NULL;
}

static const char *read_arguments(const struct words *words, struct script_step *step)
{
    uint32_t value_at = step->verb == SCRIPT_POLL ? 3 : 2;
    const char *why;

    if (step->verb == SCRIPT_DELAY)
        return read_time(words, 1, step);
    why = read_register(words->word[1], words->length[1], step);
    if (why != NULL || step->verb == SCRIPT_READ)
        return why;
    if (!read_number(words->word[value_at], words->length[value_at], &step->value) ||
        (step->verb == SCRIPT_POLL && !read_number(words->word[2], words->length[2], &step->mask)))
        return "has a value that is no number of 32 bits";
    if (step->verb != SCRIPT_POLL)
        return NULL;
    if ((step->value & ~step->mask) != 0)
        return "waits for bits that its mask leaves out";
    return read_time(words, 4, step);
}

const char *script_parse(const char *text, struct script_step *step)
{
    struct words words;

    *step = (struct script_step){0};
    if (!split(text, &words))
        return "has too many words";
    for (size_t i = 0; i < array_count(forms); i++) {
        if (words.count == 0 || !str_equal_bounded(words.word[0], words.length[0], forms[i].name))
            continue;
        if (words.count != forms[i].words)
            return "has not as many words as its first one asks for";
        step->verb = forms[i].verb;
        return read_arguments(&words, step);
    }
    return "is none of read, write, set, clear, poll, delay";
}

const char *script_check(const char *const *texts, uint32_t count, const struct script_bus *bus,
                         uint32_t *step)
{
    uint64_t total_us = 0;

    for (*step = 0; *step < count; (*step)++) {
        struct script_step parsed;
        const char *why = script_parse(texts[*step], &parsed);

        if (why != NULL)
            return why;
        if (parsed.verb != SCRIPT_DELAY && !bus->has(bus->state, parsed.device, parsed.offset))
            return "names a register that is not declared";
        total_us += parsed.time_us;
        if (total_us > SCRIPT_TOTAL_MAX_US)
            return "makes the script too long: at most 50000 microseconds in all";
    }
    return NULL;
}

static void wait(const struct script_bus *bus, uint32_t time_us)
{
    uint64_t end = bus->now_us(bus->state) + time_us;

    while (bus->now_us(bus->state) < end) {
        /* at most SCRIPT_TIME_MAX_US */
    }
}

/* The last look comes after the limit, so that a late reader is not a broken device. */
static status_t poll(const struct script_bus *bus, const struct script_step *step)
{
    uint64_t end = bus->now_us(bus->state) + step->time_us;
    bool is_late;

    do {
        is_late = bus->now_us(bus->state) >= end;
        if ((bus->read(bus->state, step->device, step->offset) & step->mask) == step->value)
            return OK;
    } while (!is_late);
    return ERR_IO_FAILED;
}

static status_t do_step(const struct script_bus *bus, const struct script_step *step)
{
    uint32_t old;

    switch (step->verb) {
    case SCRIPT_READ: (void)bus->read(bus->state, step->device, step->offset); break;
    case SCRIPT_WRITE: bus->write(bus->state, step->device, step->offset, step->value); break;
    case SCRIPT_SET:
        old = bus->read(bus->state, step->device, step->offset);
        bus->write(bus->state, step->device, step->offset, old | step->value);
        break;
    case SCRIPT_CLEAR:
        old = bus->read(bus->state, step->device, step->offset);
        bus->write(bus->state, step->device, step->offset, old & ~step->value);
        break;
    case SCRIPT_POLL: return poll(bus, step);
    case SCRIPT_DELAY: wait(bus, step->time_us); break;
    }
    return OK;
}

status_t script_run(const char *const *texts, uint32_t count, const struct script_bus *bus,
                    uint32_t *step)
{
    if (script_check(texts, count, bus, step) != NULL)
        return ERR_NOT_PERMITTED;
    for (*step = 0; *step < count; (*step)++) {
        struct script_step parsed;
        status_t status =
            script_parse(texts[*step], &parsed) == NULL ? do_step(bus, &parsed) : ERR_NOT_PERMITTED;

        if (status != OK)
            return status;
    }
    return OK;
}
