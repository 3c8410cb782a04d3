/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the manifest's text.  A member's line is a keyword, words in the order that its row
 * of `forms` gives, and the meaning.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

/*
 * What the words behind a keyword are, a letter each: p property or node, f field, c count, l
 * least, m most, n most bytes of a name, d default or `required`, r `required` or `optional`, o
 * another entry's name.
 */
static const struct {
    const char *keyword;
    const char *words;
} forms[MEMBER_KINDS] = {
    [MEMBER_NAMED] = {"named", "fm"},
    [MEMBER_COMPONENT] = {"component", "f"},
    [MEMBER_NUMBER] = {"number", "pflmd"},
    [MEMBER_SIZE] = {"size", "pflmd"},
    [MEMBER_NUMBERS] = {"numbers", "pfcmr"},
    [MEMBER_FLAG] = {"flag", "pf"},
    [MEMBER_TEXT] = {"text", "pfmr"},
    [MEMBER_TEXTS] = {"texts", "pfcmr"},
    [MEMBER_CHOOSE] = {"choose", "pfod"},
    [MEMBER_REFER] = {"refer", "pfr"},
    [MEMBER_REFERS] = {"refers", "pfcr"},
    [MEMBER_SET] = {"set", "pfr"},
    [MEMBER_TEXTS_BY_NAME] = {"texts_by_name", "pfcnm"},
    [MEMBER_LIST] = {"list", "pfocr"},
    [MEMBER_LIST_OF_SELF] = {"list_of_self", "pfoc"},
    [MEMBER_LISTS_BY_NAME] = {"lists_by_name", "pfo"},
    [MEMBER_LISTED] = {"listed", "fc"},
    [MEMBER_FACT] = {"fact", "f"},
    [MEMBER_PART] = {"part", "pf"},
};

bool member_is_node(const struct member *member)
{
    switch (member->kind) {
    case MEMBER_TEXTS_BY_NAME:
    case MEMBER_LIST:
    case MEMBER_LIST_OF_SELF:
    case MEMBER_LISTS_BY_NAME:
    case MEMBER_PART: return true;
    default: return false;
    }
}

bool member_is_property(const struct member *member)
{
    return member->property != NULL && !member_is_node(member);
}

static struct record *last_record(const struct reader *reader)
{
    struct schema *schema = &reader->model->schema;

    return &schema->records[schema->record_count - 1];
}

static bool read_manifest(struct reader *reader)
{
    struct schema *schema = &reader->model->schema;

    if (schema->version != 0)
        return problem_at(reader->problem, reader->line.place, "write it once",
                          "a second manifest");
    schema->version = number(reader, 1);
    schema->place = reader->line.place;
    reader->block = BLOCK_MANIFEST;
    return true;
}

static bool read_manifest_doc(struct reader *reader)
{
    return read_doc(reader, &reader->model->schema.doc);
}

static bool read_limit(struct reader *reader)
{
    struct schema *schema = &reader->model->schema;
    struct limit *limit = &schema->limits[schema->limit_count];

    if (!has_room(reader, schema->limit_count, LIMITS_MAX))
        return false;
    *limit = (struct limit){
        .place = reader->line.place, .number = number(reader, 2), .meaning = word(reader, 3)};
    schema->limit_count++;
    return read_name(reader, 1, &limit->name);
}

static bool read_choice(struct reader *reader)
{
    struct schema *schema = &reader->model->schema;
    struct choice *choice = &schema->choices[schema->choice_count];

    if (!has_room(reader, schema->choice_count, CHOICES_MAX))
        return false;
    choice->place = reader->line.place;
    schema->choice_count++;
    reader->block = BLOCK_CHOICE;
    return read_name(reader, 1, &choice->name);
}

static bool read_choice_value(struct reader *reader)
{
    struct schema *schema = &reader->model->schema;
    struct choice *choice = &schema->choices[schema->choice_count - 1];
    struct value *value = &choice->values[choice->value_count];

    if (!has_room(reader, choice->value_count, CHOICE_VALUES_MAX))
        return false;
    value->place = reader->line.place;
    value->meaning = word(reader, 2);
    choice->value_count++;
    return read_name(reader, 1, &value->name);
}

static bool add_record(struct reader *reader)
{
    struct schema *schema = &reader->model->schema;

    if (!has_room(reader, schema->record_count, RECORDS_MAX))
        return false;
    schema->records[schema->record_count++].place = reader->line.place;
    reader->block = BLOCK_RECORD;
    return true;
}

static bool read_record(struct reader *reader)
{
    if (!add_record(reader))
        return false;
    last_record(reader)->max.text = word(reader, 3);
    return read_name(reader, 1, &last_record(reader)->name) &&
           read_name(reader, 2, &last_record(reader)->array);
}

static bool read_system(struct reader *reader)
{
    return add_record(reader) && read_name(reader, 0, &last_record(reader)->name);
}

static bool read_record_doc(struct reader *reader)
{
    return read_doc(reader, &last_record(reader)->doc);
}

static bool read_is_required(struct reader *reader, int index, struct member *member)
{
    member->is_required = strcmp(word(reader, index), "required") == 0;
    return member->is_required || strcmp(word(reader, index), "optional") == 0 ||
           problem_at(reader->problem, reader->line.place, "write required or optional",
                      "'%s' is neither", word(reader, index));
}

static bool read_member_word(struct reader *reader, char letter, int index, struct member *member)
{
    const char *text = word(reader, index);
    bool is_dot = strcmp(text, ".") == 0;

    switch (letter) {
    case 'p': member->property = text; return true;
    case 'f': return is_dot || read_name(reader, index, &member->field);
    case 'c': member->count.text = text; return true;
    case 'l': member->least.text = text; return true;
    case 'm': member->most.text = text; return true;
    case 'n': member->name_most.text = text; return true;
    case 'o': member->other = text; return true;
    case 'd':
        member->is_required = strcmp(text, "required") == 0;
        member->otherwise.text = member->is_required ? "0" : text;
        return true;
    default: return read_is_required(reader, index, member);
    }
}

static bool find_kind(struct reader *reader, enum member_kind *kind)
{
    for (int i = 0; i < MEMBER_KINDS; i++) {
        if (strcmp(forms[i].keyword, word(reader, 0)) == 0) {
            *kind = (enum member_kind)i;
            return true;
        }
    }
    return problem_at(reader->problem, reader->line.place,
                      "see the head of the manifest's text for the lines that may stand here",
                      "'%s' is not known here", word(reader, 0));
}

static bool read_member(struct reader *reader)
{
    struct record *record = last_record(reader);
    struct member *member = &record->members[record->member_count];
    const struct line *line = &reader->line;
    const char *words;
    int count;

    if (!has_room(reader, record->member_count, MEMBERS_MAX) || !find_kind(reader, &member->kind))
        return false;
    words = forms[member->kind].words;
    count = (int)strlen(words);
    member->place = line->place;
    record->member_count++;
    if (line->count < count + 1 || line->count > count + 2)
        return problem_at(reader->problem, line->place, "see the head of the manifest's text",
                          "the line has not the form of '%s'", word(reader, 0));
    for (int i = 0; i < count; i++) {
        if (!read_member_word(reader, words[i], i + 1, member))
            return false;
    }
    member->meaning = line->count == count + 2 ? word(reader, count + 1) : NULL;
    member->is_in_part = line->level == 2;
    if (member->kind == MEMBER_PART)
        record->part_count++;
    member->part = member->kind == MEMBER_PART || member->is_in_part ? record->part_count : 0;
    reader->block = member->kind == MEMBER_PART || member->is_in_part ? BLOCK_PART : BLOCK_RECORD;
    return true;
}

const struct clause manifest_clauses[] = {
    {BLOCK_TOP, "manifest", "n", "manifest VERSION", read_manifest},
    {BLOCK_MANIFEST, "doc", "s", "doc \"text\"", read_manifest_doc},
    {BLOCK_TOP, "limit", "wns", "limit NAME NUMBER \"what\"", read_limit},
    {BLOCK_TOP, "choice", "w", "choice NAME", read_choice},
    {BLOCK_CHOICE, "value", "ws", "value TEXT \"meaning\"", read_choice_value},
    {BLOCK_TOP, "record", "www", "record NAME ARRAY MAX", read_record},
    {BLOCK_TOP, "system", "", "system", read_system},
    {BLOCK_RECORD, "doc", "s", "doc \"text\"", read_record_doc},
    {BLOCK_RECORD, NULL, "*", "KEYWORD WORD... \"meaning\"", read_member},
    {BLOCK_PART, NULL, "*", "KEYWORD WORD... \"meaning\"", read_member},
    {0},
};
