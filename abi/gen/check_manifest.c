/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks what no single line of the manifest's text can show: names of other entries, names that
 * clash, bounds.  Also gives each name of a limit its number.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

static bool resolve(const struct check *check, struct place place, struct bound *bound)
{
    const struct schema *schema = &check->model->schema;
    char *end;

    if (bound->text == NULL)
        return true;
    bound->number = strtol(bound->text, &end, 10);
    if (end != bound->text && *end == '\0')
        return true;
    for (int i = 0; i < schema->limit_count; i++) {
        if (strcmp(schema->limits[i].name.lower, bound->text) == 0) {
            bound->number = schema->limits[i].number;
            return true;
        }
    }
    return problem_at(check->problem, place, "write a number or the name of a limit",
                      "'%s' is neither", bound->text);
}

static bool find_choice(const struct check *check, struct member *member)
{
    const struct schema *schema = &check->model->schema;

    for (int i = 0; i < schema->choice_count; i++) {
        const struct choice *choice = &schema->choices[i];

        if (strcmp(choice->name.lower, member->other) != 0)
            continue;
        member->other_index = i;
        for (int n = 0; n < choice->value_count; n++) {
            if (strcmp(choice->values[n].name.lower, member->otherwise.text) == 0) {
                member->otherwise = (struct bound){.number = n};
                return true;
            }
        }
        return problem_at(check->problem, member->place, "write one of the choice's values",
                          "'%s' is no value of '%s'", member->otherwise.text, member->other);
    }
    return problem_at(check->problem, member->place, "write the choice, or its name as it is",
                      "there is no choice '%s'", member->other);
}

static bool find_record(const struct check *check, struct member *member)
{
    const struct schema *schema = &check->model->schema;

    for (int i = 0; i < schema->record_count; i++) {
        if (strcmp(schema->records[i].name.lower, member->other) == 0) {
            member->other_index = i;
            return true;
        }
    }
    return problem_at(check->problem, member->place, "write the record, or its name as it is",
                      "there is no record '%s'", member->other);
}

static bool check_distinct_members(const struct check *check, const struct record *record,
                                   const struct member *member)
{
    for (const struct member *other = record->members; other < member; other++) {
        bool is_same_node =
            other->part == member->part || (!other->is_in_part && member->part == 0);

        if (member->field.lower[0] != '\0' && strcmp(member->field.lower, other->field.lower) == 0)
            return problem_at(check->problem, member->place, "rename one", "a second field '%s'",
                              member->field.lower);
        if (is_same_node && member->property != NULL && other->property != NULL &&
            other->kind != MEMBER_PART && strcmp(member->property, other->property) == 0)
            return problem_at(check->problem, member->place, "rename one", "a second property '%s'",
                              member->property);
    }
    return true;
}

static bool check_member(const struct check *check, const struct record *record,
                         struct member *member)
{
    if (!check_distinct_members(check, record, member))
        return false;
    if (member->kind != MEMBER_NAMED && member->kind != MEMBER_COMPONENT && member->meaning == NULL)
        return problem_at(check->problem, member->place, "add \"what it is for\"",
                          "'%s' has no meaning", member->property);
    if (member->kind == MEMBER_CHOOSE && !find_choice(check, member))
        return false;
    if ((member->kind == MEMBER_LIST || member->kind == MEMBER_LIST_OF_SELF ||
         member->kind == MEMBER_LISTS_BY_NAME) &&
        !find_record(check, member))
        return false;
    if (!resolve(check, member->place, &member->count) ||
        !resolve(check, member->place, &member->least) ||
        !resolve(check, member->place, &member->most) ||
        !resolve(check, member->place, &member->name_most) ||
        !resolve(check, member->place, &member->otherwise))
        return false;
    if (member->least.text != NULL && member->least.number > member->most.number)
        return problem_at(check->problem, member->place, "write the least first",
                          "no number lies between %ld and %ld", member->least.number,
                          member->most.number);
    return true;
}

static bool check_record(const struct check *check, struct record *record)
{
    const struct schema *schema = &check->model->schema;

    for (const struct record *other = schema->records; other < record; other++) {
        if (!check_distinct(check, "record", &record->name, 0, record->place, &other->name, 1))
            return false;
    }
    if (!resolve(check, record->place, &record->max))
        return false;
    for (int i = 0; i < record->member_count; i++) {
        if (!check_member(check, record, &record->members[i]))
            return false;
    }
    return true;
}

bool check_manifest(const struct check *check, struct schema *schema)
{
    if (schema->version == 0)
        return true;
    for (int i = 0; i < schema->limit_count; i++) {
        for (int n = 0; n < i; n++) {
            if (!check_distinct(check, "limit", &schema->limits[i].name, i, schema->limits[i].place,
                                &schema->limits[n].name, n))
                return false;
        }
    }
    for (int i = 0; i < schema->record_count; i++) {
        if (!check_record(check, &schema->records[i]))
            return false;
    }
    return true;
}
