/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties: from the bytes of a value to a field, within the bounds that the tables give.
 */
#include "read.h"

/* A property under way. */
struct value {
    struct manifest_reader *reader;
    const struct fdt_node *node;
    const struct manifest_member *member;
    struct fdt_property property;
    char *base;
};

PRINTF_LIKE(2, 3) static bool refuse(const struct value *value, const char *why, ...)
{
    char text[MANIFEST_ERROR_BYTES];
    va_list arguments;

    va_start(arguments, why);
    format_v(text, sizeof(text), why, arguments);
    va_end(arguments);
    return manifest_refuse(value->reader, value->node, value->member->name, "%s", text);
}

static void *field_of(const struct value *value)
{
    return manifest_field(value->base, value->member->field);
}

static bool check_range(const struct value *value, uint64_t number)
{
    const struct manifest_member *member = value->member;

    if (number >= member->least && number <= member->most)
        return true;
    if (member->kind == MANIFEST_SIZE)
        return refuse(value, "is out of range: use 0x%llx to 0x%llx",
                      (unsigned long long)member->least, (unsigned long long)member->most);
    return refuse(value, "is out of range: use %llu to %llu", (unsigned long long)member->least,
                  (unsigned long long)member->most);
}

static void read_number(const struct value *value)
{
    uint32_t cells = fdt_cell_count(&value->property);
    uint64_t number = 0;

    if (cells == 0 || cells > 2 || value->property.size % sizeof(uint32_t) != 0 ||
        !fdt_cells(&value->property, 0, cells, &number)) {
        refuse(value, "is not a number: write it as <N>");
        return;
    }
    if (!check_range(value, number))
        return;
    if (value->member->kind == MANIFEST_SIZE) {
        *(uint64_t *)field_of(value) = number;
        if (number % MANIFEST_PAGE_BYTES != 0)
            refuse(value, "is not whole pages: use a multiple of 0x1000");
    } else {
        *(uint32_t *)field_of(value) = (uint32_t)number;
    }
}

static void read_numbers(const struct value *value)
{
    uint32_t cells = fdt_cell_count(&value->property);
    uint32_t *numbers = field_of(value);

    if (cells == 0 || value->property.size % sizeof(uint32_t) != 0) {
        refuse(value, "is not a list of numbers: write it as <N N>");
        return;
    }
    if (cells > value->member->count) {
        refuse(value, "lists too many: at most %u", value->member->count);
        return;
    }
    for (uint32_t i = 0; i < cells; i++) {
        (void)fdt_cell(&value->property, i, &numbers[i]);
        if (!check_range(value, numbers[i]))
            return;
    }
    *(uint32_t *)manifest_field(value->base, value->member->counter) = cells;
}

/* How many texts the value consists of; 0 when it is something else. */
static uint32_t count_texts(const struct fdt_property *property)
{
    const char *value = (const char *)property->value;
    uint32_t count = 0;

    if (property->size == 0 || value[property->size - 1] != '\0')
        return 0;
    for (uint32_t i = 0; i < property->size; i++)
        count += value[i] == '\0';
    return count;
}

static bool check_text(const struct value *value, const char *text)
{
    if (text[0] == '\0')
        return refuse(value, "has an empty text: write something, or remove it");
    if (str_length(text) > value->member->most)
        return refuse(value, "'%.40s' is too long: at most %u bytes", text,
                      (uint32_t)value->member->most);
    return true;
}

static void read_text(const struct value *value)
{
    const char **field = field_of(value);

    if (count_texts(&value->property) != 1)
        refuse(value, "is not a text: write it as \"TEXT\"");
    else if (fdt_string(&value->property, 0, field))
        (void)check_text(value, *field);
}

/* Where the next text goes; null when there is no room. */
static const char **take_text(struct manifest_reader *reader, const struct fdt_node *node,
                              const char *property)
{
    struct manifest *manifest = reader->manifest;

    if (manifest->all_text_count < MANIFEST_ALL_TEXTS_MAX)
        return &manifest->all_texts[manifest->all_text_count++];
    manifest_refuse(reader, node, property, "has one text too many for a manifest: at most %u",
                    MANIFEST_ALL_TEXTS_MAX);
    return NULL;
}

static void read_texts(const struct value *value)
{
    uint32_t count = count_texts(&value->property);
    struct manifest_texts *texts = field_of(value);

    if (count == 0) {
        refuse(value, "is not a list of texts: write it as \"ONE\", \"TWO\"");
        return;
    }
    if (count > value->member->count) {
        refuse(value, "lists too many: at most %u", value->member->count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char **text = take_text(value->reader, value->node, value->member->name);

        if (text == NULL || !fdt_string(&value->property, i, text) || !check_text(value, *text))
            return;
        if (i == 0)
            texts->text = text;
        texts->count = i + 1;
    }
}

static void read_choice(const struct value *value)
{
    const struct manifest_member *member = value->member;
    char known[MANIFEST_ERROR_BYTES / 2];
    const char *text = "";
    size_t length = 0;

    if (count_texts(&value->property) != 1 || !fdt_string(&value->property, 0, &text)) {
        refuse(value, "is not a text: write it as \"TEXT\"");
        return;
    }
    for (uint32_t i = 0; i < member->most; i++) {
        if (str_equal(text, member->texts[i])) {
            *(uint32_t *)field_of(value) = i;
            return;
        }
        length += format(known + length, sizeof(known) - length, "%s\"%s\"", i > 0 ? " or " : "",
                         member->texts[i]);
        length = word_min(length, sizeof(known));
    }
    refuse(value, "'%.40s' is unknown: write %s", text, known);
}

void manifest_read_references(struct manifest_reader *reader, const struct fdt_node *node,
                              const struct fdt_property *property, uint32_t most, uint32_t *list,
                              uint32_t *count)
{
    uint32_t texts = count_texts(property);
    manifest_set_t seen = 0;
    const char *name;

    *count = 0;
    if (texts == 0)
        manifest_refuse(reader, node, property->name,
                        "is not a list of components: write it as \"ONE\", \"TWO\"");
    if (texts > most)
        manifest_refuse(reader, node, property->name, "lists too many: at most %u", most);
    for (uint32_t i = 0; i < texts && i < most && fdt_string(property, i, &name); i++) {
        uint32_t found = manifest_find(reader->manifest, name);

        if (found == MANIFEST_NONE) {
            manifest_refuse(reader, node, property->name,
                            "'%.40s' is no component: correct or remove it", name);
        } else if ((seen >> found & 1) != 0) {
            manifest_refuse(reader, node, property->name, "'%.40s' stands there twice: remove one",
                            name);
        } else {
            seen |= UINT32_C(1) << found;
            list[(*count)++] = found;
        }
    }
}

static void read_references(const struct value *value)
{
    const struct manifest_member *member = value->member;
    uint32_t list[MANIFEST_COMPONENTS_MAX];
    uint32_t count;
    uint32_t *out = field_of(value);

    manifest_read_references(value->reader, value->node, &value->property,
                             member->kind == MANIFEST_REFER    ? 1
                             : member->kind == MANIFEST_REFERS ? member->count
                                                               : MANIFEST_COMPONENTS_MAX,
                             list, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (member->kind == MANIFEST_SET)
            *(manifest_set_t *)out |= UINT32_C(1) << list[i];
        else
            out[i] = list[i];
    }
    if (member->kind == MANIFEST_REFERS)
        *(uint32_t *)manifest_field(value->base, member->counter) = count;
}

static void read_value(const struct value *value)
{
    switch (value->member->kind) {
    case MANIFEST_NUMBER:
    case MANIFEST_SIZE: read_number(value); break;
    case MANIFEST_NUMBERS: read_numbers(value); break;
    case MANIFEST_TEXT: read_text(value); break;
    case MANIFEST_TEXTS: read_texts(value); break;
    case MANIFEST_CHOOSE: read_choice(value); break;
    case MANIFEST_FLAG:
        *(bool *)field_of(value) = true;
        if (value->property.size != 0)
            refuse(value, "takes no value: write the name alone, or remove it");
        break;
    default: read_references(value);
    }
}

/* What the field is where nothing is written. */
static void set_default(const struct value *value)
{
    const struct manifest_member *member = value->member;

    if (member->kind == MANIFEST_NUMBER || member->kind == MANIFEST_CHOOSE)
        *(uint32_t *)field_of(value) = (uint32_t)member->otherwise;
    else if (member->kind == MANIFEST_SIZE)
        *(uint64_t *)field_of(value) = member->otherwise;
    else if (member->kind == MANIFEST_REFER)
        *(uint32_t *)field_of(value) = MANIFEST_NONE;
}

static enum manifest_pass pass_of(const struct manifest_member *member)
{
    return member->kind == MANIFEST_REFER || member->kind == MANIFEST_REFERS ||
                   member->kind == MANIFEST_SET
               ? PASS_NAMES
               : PASS_VALUES;
}

void manifest_read_property(struct manifest_reader *reader, const struct fdt_node *node,
                            const struct manifest_member *member, char *base)
{
    struct value value = {.reader = reader, .node = node, .member = member, .base = base};

    if (reader->pass != pass_of(member))
        return;
    set_default(&value);
    if (fdt_find_property(node, member->name, &value.property))
        read_value(&value);
    else if (member->is_required)
        refuse(&value, "is missing: add it (%s)", member->meaning);
}

/* One pass for the names, one for the values, so that each lies in one piece. */
static void read_side(const struct value *value, struct manifest_texts *texts, bool is_name)
{
    struct fdt_property property = {0};

    while (fdt_next_property(value->node, &property) && texts->count < value->member->count) {
        const char **text = take_text(value->reader, value->node, property.name);

        if (text == NULL)
            return;
        *text = property.name;
        if (!is_name)
            (void)fdt_string(&property, 0, text);
        if (texts->count++ == 0)
            texts->text = text;
    }
}

void manifest_read_texts_by_name(struct manifest_reader *reader, const struct fdt_node *node,
                                 const struct manifest_member *member, char *base)
{
    const struct value value = {.reader = reader, .node = node, .member = member, .base = base};
    struct fdt_property property = {0};
    uint32_t count = 0;

    if (reader->pass != PASS_VALUES)
        return;
    while (fdt_next_property(node, &property)) {
        struct fdt_property first;
        const char *text = "";

        if (fdt_find_property(node, property.name, &first) && first.next != property.next)
            manifest_refuse(reader, node, property.name, "stands there twice: remove one");
        if (++count > member->count)
            manifest_refuse(reader, node, property.name, "is one too many: at most %u",
                            member->count);
        if (str_length(property.name) > member->name_most)
            manifest_refuse(reader, node, property.name, "is too long a name: at most %u bytes",
                            (uint32_t)member->name_most);
        if (count_texts(&property) != 1 || !fdt_string(&property, 0, &text))
            manifest_refuse(reader, node, property.name, "is not a text: write it as \"TEXT\"");
        else if (str_length(text) > member->most)
            manifest_refuse(reader, node, property.name, "is too long: at most %u bytes",
                            (uint32_t)member->most);
    }
    read_side(&value, field_of(&value), true);
    read_side(&value, manifest_field(base, member->counter), false);
}
