/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formatter: one directive is parsed into a struct, one function writes it.
 *
 * Every byte passes put(), the one place that knows the bound.  An unknown directive is written as
 * it stands, so that a mistake shows in the output instead of taking a wrong argument.
 */
#include <base/format.h>
#include <base/memory.h>

enum { DIGITS_MAX = 20 }; /* of the largest 64-bit value, in decimal */

struct output {
    char *out;
    size_t size;
    size_t length; /* of the whole text so far, also what did not fit */
};

enum length { LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE };

struct directive {
    bool pads_left;
    char pad; /* what a too short value is filled with, on its left */
    size_t width;
    size_t precision; /* only for strings */
    enum length length;
    char kind;
};

static void put(struct output *output, char c)
{
    if (output->length + 1 < output->size)
        output->out[output->length] = c;
    output->length++;
}

static void put_many(struct output *output, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(output, c);
}

/* `sign` is '\0' for none.  Zeros go between sign and digits, spaces around both. */
static void put_field(struct output *output, const struct directive *directive, char sign,
                      const char *text, size_t length)
{
    size_t taken = length + (sign != '\0');
    size_t fill = directive->width > taken ? directive->width - taken : 0;

    if (!directive->pads_left && directive->pad == ' ')
        put_many(output, ' ', fill);
    if (sign != '\0')
        put(output, sign);
    if (!directive->pads_left && directive->pad == '0')
        put_many(output, '0', fill);
    for (size_t i = 0; i < length; i++)
        put(output, text[i]);
    if (directive->pads_left)
        put_many(output, ' ', fill);
}

/*
 * Divides by 10 in steps of 16 bits and returns the remainder: a plain 64-bit division is a
 * library call on 32-bit machines.
 */
static unsigned divide_by_ten(uint64_t *value)
{
    uint64_t quotient = 0;
    uint32_t rest = 0;

    for (unsigned limb = 0; limb < 4; limb++) {
        rest = (rest << 16) | (uint32_t)(*value >> 48);
        *value <<= 16;
        quotient = (quotient << 16) | rest / 10;
        rest %= 10;
    }
    *value = quotient;
    return rest;
}

static void put_number(struct output *output, const struct directive *directive, char sign,
                       uint64_t value)
{
    const char *digits = directive->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    bool is_decimal = directive->kind == 'd' || directive->kind == 'i' || directive->kind == 'u';
    char text[DIGITS_MAX];
    size_t at = DIGITS_MAX;

    do {
        if (is_decimal) {
            text[--at] = digits[divide_by_ten(&value)];
        } else {
            text[--at] = digits[value & 0xf];
            value >>= 4;
        }
    } while (value != 0);
    put_field(output, directive, sign, text + at, DIGITS_MAX - at);
}

static uint64_t take_unsigned(enum length length, va_list *args)
{
    switch (length) {
    case LENGTH_LONG:
        return va_arg(*args, unsigned long);
    case LENGTH_LONG_LONG:
        return va_arg(*args, unsigned long long);
    case LENGTH_SIZE:
        return va_arg(*args, size_t);
    case LENGTH_INT:
        break;
    }
    return va_arg(*args, unsigned);
}

static int64_t take_signed(enum length length, va_list *args)
{
    switch (length) {
    case LENGTH_LONG:
        return va_arg(*args, long);
    case LENGTH_LONG_LONG:
        return va_arg(*args, long long);
    case LENGTH_SIZE:
        return va_arg(*args, ptrdiff_t);
    case LENGTH_INT:
        break;
    }
    return va_arg(*args, int);
}

static void put_signed(struct output *output, const struct directive *directive, int64_t value)
{
    if (value < 0)
        put_number(output, directive, '-', -(uint64_t)value);
    else
        put_number(output, directive, '\0', (uint64_t)value);
}

static void put_string(struct output *output, const struct directive *directive, const char *text)
{
    if (text == NULL)
        text = "(null)";
    put_field(output, directive, '\0', text, str_length_bounded(text, directive->precision));
}

/* Writes the value of `directive`, taken from `args`; false when there is no such directive. */
static bool put_directive(struct output *output, struct directive *directive, va_list *args)
{
    char c;

    switch (directive->kind) {
    case '%':
        put(output, '%');
        return true;
    case 'c':
        c = (char)va_arg(*args, int);
        put_field(output, directive, '\0', &c, 1);
        return true;
    case 's':
        put_string(output, directive, va_arg(*args, const char *));
        return true;
    case 'd':
    case 'i':
        put_signed(output, directive, take_signed(directive->length, args));
        return true;
    case 'u':
    case 'x':
    case 'X':
        put_number(output, directive, '\0', take_unsigned(directive->length, args));
        return true;
    case 'p':
        directive->pad = '0';
        directive->pads_left = false;
        directive->width = 2 * WORD_BYTES;
        put_number(output, directive, '\0', (word_t)va_arg(*args, void *));
        return true;
    default:
        return false;
    }
}

/* A number in the format, or `*` for an argument; a negative argument counts as 0. */
static const char *parse_count(const char *fmt, va_list *args, size_t *count)
{
    *count = 0;
    if (*fmt == '*') {
        int argument = va_arg(*args, int);

        *count = argument > 0 ? (size_t)argument : 0;
        return fmt + 1;
    }
    for (; *fmt >= '0' && *fmt <= '9'; fmt++)
        *count = *count * 10 + (size_t)(*fmt - '0');
    return fmt;
}

/* Parses what follows a '%'; returns where the kind stands. */
static const char *parse_directive(const char *fmt, va_list *args, struct directive *directive)
{
    *directive = (struct directive){.pad = ' ', .precision = SIZE_MAX, .length = LENGTH_INT};

    for (; *fmt == '0' || *fmt == '-'; fmt++) {
        directive->pad = *fmt == '0' ? '0' : directive->pad;
        directive->pads_left = directive->pads_left || *fmt == '-';
    }
    fmt = parse_count(fmt, args, &directive->width);
    if (*fmt == '.')
        fmt = parse_count(fmt + 1, args, &directive->precision);

    if (fmt[0] == 'l' && fmt[1] == 'l') {
        directive->length = LENGTH_LONG_LONG;
        fmt += 2;
    } else if (fmt[0] == 'l') {
        directive->length = LENGTH_LONG;
        fmt += 1;
    } else if (fmt[0] == 'z') {
        directive->length = LENGTH_SIZE;
        fmt += 1;
    }
    directive->kind = *fmt;
    return fmt;
}

size_t format_v(char *out, size_t size, const char *fmt, va_list args)
{
    struct output output = {.out = out, .size = size};
    struct directive directive;
    va_list rest;

    va_copy(rest, args);
    for (; *fmt != '\0'; fmt++) {
        const char *start = fmt;

        if (*fmt != '%') {
            put(&output, *fmt);
            continue;
        }
        fmt = parse_directive(fmt + 1, &rest, &directive);
        if (put_directive(&output, &directive, &rest))
            continue;
        fmt = start; /* unknown: shown as it stands */
        put(&output, '%');
    }
    va_end(rest);

    if (size > 0)
        out[output.length < size ? output.length : size - 1] = '\0';
    return output.length;
}

size_t format(char *out, size_t size, const char *fmt, ...)
{
    va_list args;
    size_t length;

    va_start(args, fmt);
    length = format_v(out, size, fmt, args);
    va_end(args);
    return length;
}
