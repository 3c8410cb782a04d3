/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way in which the text can be wrong, with the complaint it gets.  Each case is read behind
 * a small correct text, as a file of its own, so that its line numbers start at 1.
 */
#include <stdlib.h>

#include <check/check.h>

#include "model.h"

static const char good_text[] = "status ok 0 nobody \"done\"\n"
                                "status bad_state -1 caller \"not now\"\n"
                                "enum right\n"
                                "    read 1 \"look\"\n"
                                "    control 2 \"change\"\n"
                                "enum object_type\n"
                                "    none 0 \"nothing\"\n"
                                "    lamp 1 \"a lamp\"\n"
                                "    plug 2 \"a plug\"\n"
                                "    spare 3 \"for the cases\"\n"
                                "object lamp 1 # a comment\n"
                                "    doc \"A lamp.\"\n"
                                "\n"
                                "    op turn 1\n"
                                "        right control\n"
                                "        in until time \"when to stop\"\n"
                                "        in plug cap? plug read\n"
                                "        in kind object_type \"of lamp\"\n"
                                "        out done count \"turns\"\n"
                                "        error bad_state \"it is broken\"\n"
                                "        doc \"Turn # it.\"\n"
                                "object plug 2\n"
                                "    doc \"A plug.\"\n"
                                "call call 1\n"
                                "    uses cap words\n"
                                "    right read on lamp\n"
                                "    status bad_state\n"
                                "    doc \"Call.\"\n";

/* What the generator says to `text`; empty when it accepts it.  The caller frees the model. */
static struct model *read_with(const char *text, int word_bits, struct problem *problem)
{
    struct model *model = calloc(1, sizeof(*model));
    struct source good, tried;

    model->word_bits = word_bits;
    problem->text[0] = '\0';
    source_from_string(&good, "good.abi", good_text);
    source_from_string(&tried, "t.abi", text);
    if (model_read(model, &good, problem) && model_read(model, &tried, problem))
        model_check(model, problem);
    source_close(&good);
    source_close(&tried);
    return model;
}

static void check_complaint(const char *text, const char *complaint)
{
    struct problem problem;

    free(read_with(text, 64, &problem));
    CHECK_STR(problem.text, complaint);
}

struct bad_text {
    const char *text;
    const char *complaint;
};

static void check_all(const struct bad_text *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_complaint(list[i].text, list[i].complaint);
}

#define SPARE "object spare 3\n    doc \"S.\"\n    op go 1\n"
#define GO    "        right read\n        doc \"Go.\"\n"

static void accepts_a_correct_text(void)
{
    check_complaint("", "");
    check_complaint(SPARE GO, "");
}

static void refuses_bad_lines(void)
{
    static const struct bad_text list[] = {
        {"enum e\n  a 1 \"x\"\n",
         "t.abi:2: 2 spaces of indentation: indent with four spaces a level"},
        {"enum e\n\ta 1 \"x\"\n", "t.abi:2: a tab: indent with four spaces"},
        {"status a -2 caller \"x\n",
         "t.abi:1: a string does not end: end it with \" on the same line"},
        {"status a -2 caller \"x\"y\n",
         "t.abi:1: 'y' follows a string: put a space behind a string"},
        {"status a -2 caller\"x\"\n",
         "t.abi:1: a string begins inside a word: put a space before a string"},
        {"status a b c d e f g h i j k l m n o p q r s t u v w x\n",
         "t.abi:1: more than 24 words on a line: shorten it"},
        {"colour red\n", "t.abi:1: 'colour' is not known here: see abi/README.md for the lines "
                         "that may stand here"},
        {"    doc \"x\"\n", "t.abi:1: nothing to belong to at this indentation: indent clauses one "
                            "level deeper than what they belong to"},
        {"object spare 3\n        right read\n",
         "t.abi:2: nothing to belong to at this indentation: indent clauses one level deeper than "
         "what they belong to"},
        {"status a minus caller \"x\"\n", "t.abi:1: the line has not the form of 'status': status "
                                          "NAME NUMBER CULPRIT \"meaning\""},
        {"call a 99999999999999999999\n",
         "t.abi:1: the line has not the form of 'call': call NAME NUMBER"},
        {"enum Colour\n",
         "t.abi:1: 'Colour' is no name: use small letters, digits and _, a letter first"},
        {"enum a123456789b123456789c123456789d123456789\n",
         "t.abi:1: 'a123456789b123456789c123456789d123456789' is too long: shorten it"},
    };

    check_all(list, array_count(list));
}

static void refuses_bad_statuses(void)
{
    static const struct bad_text list[] = {
        {"status bad_state -2 caller \"x\"\n",
         "t.abi:1: status 'bad_state' exists already: choose another name"},
        {"status other -1 caller \"x\"\n",
         "t.abi:1: number -1 belongs to status 'bad_state': numbers are never reused: take the "
         "next free one"},
        {"status other 2 caller \"x\"\n",
         "t.abi:1: status 'other' has number 2: ok is 0, every other status negative"},
        {"status other -64 caller \"x\"\n",
         "t.abi:1: status 'other' has number -64: take the next free number"},
        {"status other -2 weather \"x\"\n",
         "t.abi:1: 'weather' is no culprit: name nobody, caller, owner, peer, holder, machine or "
         "device"},
    };

    check_all(list, array_count(list));
}

static void refuses_bad_calls(void)
{
    static const struct bad_text list[] = {
        {"call call 2\n    status ok\n    doc \"x\"\n",
         "t.abi:1: call 'call' exists already: choose another name"},
        {"call other 1\n    status ok\n    doc \"x\"\n",
         "t.abi:1: number 1 belongs to call 'call': numbers are never reused: take the next free "
         "one"},
        {"call other 0\n    status ok\n    doc \"x\"\n",
         "t.abi:1: call 'other' has number 0: number calls from 1 on"},
        {"call other 2\n    status ok\n",
         "t.abi:1: call 'other' has no documentation: add a doc line"},
        {"call other 2\n    doc \"x\"\n",
         "t.abi:1: call 'other' lists no status: add a status line"},
        {"call other 2\n    status bad_luck\n    doc \"x\"\n",
         "t.abi:2: 'bad_luck' is no status: declare it in status.abi"},
        {"call other 2\n    status ok ok\n    doc \"x\"\n",
         "t.abi:2: status 'ok' is listed twice: name it once"},
        {"call other 2\n    uses cap foot\n",
         "t.abi:2: 'foot' is no register, or named twice: name each of cap, info, aux, words at "
         "most once"},
        {"call other 2\n    right read of lamp\n",
         "t.abi:2: 'of' where 'on' belongs: write: right RIGHT on OBJECT"},
        {"call other 2\n    right fly on lamp\n    status ok\n",
         "t.abi:1: 'fly' is no right: name a value of enum right"},
        {"call other 2\n    right read on moon\n    status ok\n",
         "t.abi:1: 'moon' is no object: name an object that is declared"},
    };

    check_all(list, array_count(list));
}

static void refuses_bad_enums(void)
{
    static const struct bad_text list[] = {
        {"enum right\n", "t.abi:1: enum 'right' exists already: choose another name"},
        {"enum e\n    a 1 \"x\"\n    a 2 \"y\"\n",
         "t.abi:3: value 'a' exists already: choose another name"},
        {"enum e\n    a 1 \"x\"\n    b 1 \"y\"\n",
         "t.abi:3: number 1 belongs to value 'a': numbers are never reused: take the next free "
         "one"},
        {"enum e\n    a 1\n", "t.abi:2: the line has not the form of 'a': NAME NUMBER \"meaning\""},
    };

    check_all(list, array_count(list));
}

static void refuses_bad_objects(void)
{
    static const struct bad_text list[] = {
        {"object sun 3\n    doc \"x\"\n",
         "t.abi:1: object 'sun' has no type: add it to enum object_type"},
        {"object spare 4\n    doc \"x\"\n", "t.abi:1: object 'spare' has number 4, enum "
                                            "object_type says 3: give both the same number"},
        {"object spare 3\n", "t.abi:1: object 'spare' has no documentation: add a doc line"},
        {"object lamp 1\n    doc \"x\"\n",
         "t.abi:1: object 'lamp' exists already: choose another name"},
        {SPARE GO "    op go 2\n" GO,
         "t.abi:6: operation 'go' exists already: choose another name"},
        {SPARE GO "    op run 1\n" GO, "t.abi:6: number 1 belongs to operation 'go': numbers are "
                                       "never reused: take the next free one"},
        {"object spare 3\n    doc \"x\"\n    op go 25\n" GO,
         "t.abi:3: operation 'go' has number 25: number operations from 1 on, densely"},
        {SPARE "        right read\n",
         "t.abi:3: operation 'go' has no documentation: add a doc line"},
        {SPARE "        doc \"x\"\n", "t.abi:3: operation 'go' names no right: add a right line"},
        {SPARE "        right fly\n        doc \"x\"\n",
         "t.abi:3: 'fly' is no right: name a value of enum right"},
        {SPARE GO "        error bad_luck \"x\"\n",
         "t.abi:6: 'bad_luck' is no status: declare it in status.abi"},
    };

    check_all(list, array_count(list));
}

static void refuses_bad_arguments(void)
{
    static const struct bad_text list[] = {
        {SPARE GO "        in a colour \"x\"\n",
         "t.abi:6: 'colour' is no type: use a word type of objects.abi's head, or declare the "
         "enum"},
        {SPARE GO "        in a word\n",
         "t.abi:6: the argument's description is missing: write: in NAME TYPE \"what\""},
        {SPARE GO "        in a cap lamp\n",
         "t.abi:6: the capability's object and right are missing: write: in NAME cap OBJECT "
         "RIGHT"},
        {SPARE GO "        in a cap lamp read write\n",
         "t.abi:6: words behind the right: write: in NAME cap OBJECT RIGHT \"what\""},
        {SPARE GO "        in a cap moon read\n",
         "t.abi:6: 'moon' is no object: name an object that is declared"},
        {SPARE GO "        in a cap lamp fly\n",
         "t.abi:6: 'fly' is no right: name a value of enum right"},
        {SPARE GO "        out a cap lamp read\n",
         "t.abi:6: an operation can't give a capability in a word: let the caller name an empty "
         "slot with `in NAME index`"},
        {SPARE GO "        in culprit word \"x\"\n",
         "t.abi:6: 'culprit' has a meaning of its own in the generated code: choose another name"},
        {SPARE GO "        in spare word \"x\"\n",
         "t.abi:6: 'spare' has a meaning of its own in the generated code: choose another name"},
        {SPARE GO "        in a word \"x\"\n        out a word \"y\"\n",
         "t.abi:7: argument 'a' exists already: choose another name"},
        {SPARE GO "        in a word \"\"\n        in b word \"\"\n        in c word \"\"\n"
                  "        in d word \"\"\n        in e word \"\"\n        in f word \"\"\n"
                  "        in g word \"\"\n        in h word \"\"\n        in i word \"\"\n",
         "t.abi:14: 'i' does not fit into the 8 message words: pass fewer arguments"},
    };

    check_all(list, array_count(list));
}

#define LINK "protocol link 1\n    doc \"L.\"\n    op go 1\n"
#define DOC  "        doc \"Go.\"\n"

static void refuses_bad_protocols(void)
{
    static const struct bad_text list[] = {
        {LINK DOC, ""},
        {LINK DOC "protocol other 1\n", "t.abi:5: a second protocol: write one file a protocol"},
        {"protocol link 256\n    doc \"x\"\n",
         "t.abi:1: protocol 'link' has version 256: number versions from 1 to 255"},
        {"protocol link 1\n", "t.abi:1: protocol 'link' has no documentation: add a doc line"},
        {LINK, "t.abi:3: operation 'go' has no documentation: add a doc line"},
        {LINK DOC "    op run 1\n" DOC, "t.abi:5: number 1 belongs to operation 'go': numbers are "
                                        "never reused: take the next free one"},
        {LINK DOC "    op go 2\n" DOC,
         "t.abi:5: operation 'go' exists already: choose another name"},
        {LINK DOC "    op run 256\n" DOC,
         "t.abi:5: operation 'run' has number 256: number operations from 1 to 255"},
        {LINK DOC "        error bad_luck \"x\"\n",
         "t.abi:5: 'bad_luck' is no status: declare it in status.abi"},
        {LINK DOC "    event a 32 \"x\"\n", "t.abi:5: event 'a' is bit 32: use bits 0 to 31"},
        {LINK DOC "    event a 1 \"x\"\n    event b 1 \"y\"\n",
         "t.abi:6: number 1 belongs to event 'a': numbers are never reused: take the next free "
         "one"},
        {LINK DOC "        in a count \"x\"\n",
         "t.abi:5: 'count' is no type: use word, u64, time, string, bytes, cap or lend"},
        {LINK DOC "        in a string \"x\"\n",
         "t.abi:5: the argument has not the form of its type: write: NAME TYPE MAX-BYTES \"what\""},
        {LINK DOC "        in a word 8 \"x\"\n",
         "t.abi:5: the argument has not the form of its type: write: NAME TYPE \"what\""},
        {LINK DOC "        in a bytes many \"x\"\n",
         "t.abi:5: 'many' is no number of bytes: write: NAME TYPE MAX-BYTES \"what\""},
        {LINK DOC "        in a bytes 257 \"x\"\n",
         "t.abi:5: 257 bytes: pass longer data through a ring"},
        {LINK DOC "        in a bytes 253 \"x\"\n",
         "t.abi:5: 'a' does not fit into 64 words of 32 bits: pass less, or use a ring"},
        {LINK DOC "        out a lend \"x\"\n",
         "t.abi:5: a reply can't lend memory: hand over a capability: out cap"},
        {LINK DOC "        in a cap \"\"\n        in b cap \"\"\n        in c lend \"\"\n"
                  "        in d cap \"\"\n        in e cap \"\"\n",
         "t.abi:9: more than 4 capabilities: pass fewer"},
        {LINK DOC "        in link word \"x\"\n",
         "t.abi:5: 'link' has a meaning of its own in the generated code: choose another name"},
        {LINK DOC "        in a word \"x\"\n        out a word \"y\"\n",
         "t.abi:6: argument 'a' exists already: choose another name"},
    };

    check_all(list, array_count(list));
}

/* Only a last text or bytes argument takes no more words than it needs. */
static void layouts_have_fixed_places(void)
{
    static const char text[] = LINK DOC "        in a string 9 \"\"\n        in b u64 \"\"\n"
                                        "        in c lend \"\"\n        in d bytes 20 \"\"\n";
    struct problem problem;

    for (int word_bits = 32; word_bits <= 64; word_bits += 32) {
        struct model *model = read_with(text, word_bits, &problem);
        const struct layout *in = &model->protocol.operations[0].in;
        bool is_wide = word_bits == 64;

        CHECK_STR(problem.text, "");
        CHECK_EQ(in->fields[1].word, is_wide ? 3 : 4);
        CHECK_EQ(in->fields[2].word, is_wide ? 4 : 6);
        CHECK_EQ(in->fields[3].word, is_wide ? 6 : 8);
        CHECK_EQ(in->words_min, is_wide ? 7 : 9);
        CHECK_EQ(in->words_max, is_wide ? 10 : 14);
        CHECK_EQ(in->caps, 1);
        free(model);
    }
}

/* turn: until (time), plug, kind. */
static void time_takes_64_bits_of_words(void)
{
    struct problem problem;

    for (int word_bits = 32; word_bits <= 64; word_bits += 32) {
        struct model *model = read_with("", word_bits, &problem);
        const struct argument *in = model->objects[0].operations[0].in;

        CHECK_EQ(in[0].word_count, 64 / word_bits);
        CHECK_EQ(in[1].word, 64 / word_bits);
        CHECK_EQ(in[2].word, 64 / word_bits + 1);
        CHECK(in[1].is_cap && in[1].is_optional);
        free(model);
    }
}

#define SYSTEM "manifest 1\nrecord component components 4\n    named name 23\nsystem\n"

static void refuses_bad_manifests(void)
{
    static const struct bad_text list[] = {
        {SYSTEM "    flag big is_big \"it is\"\n", ""},
        {"manifest 1\nmanifest 1\n", "t.abi:2: a second manifest: write it once"},
        {SYSTEM "    colour red\n", "t.abi:5: 'colour' is not known here: see the head of the "
                                    "manifest's text for the lines that may stand here"},
        {SYSTEM "    flag big\n",
         "t.abi:5: the line has not the form of 'flag': see the head of the "
         "manifest's text"},
        {SYSTEM "    flag big is_big\n", "t.abi:5: 'big' has no meaning: add \"what it is for\""},
        {SYSTEM "    flag big is_big \"a\"\n    flag big is_large \"b\"\n",
         "t.abi:6: a second property 'big': rename one"},
        {SYSTEM "    flag big is_big \"a\"\n    flag large is_big \"b\"\n",
         "t.abi:6: a second field 'is_big': rename one"},
        {SYSTEM "    number n n 5 4 5 \"a\"\n",
         "t.abi:5: no number lies between 5 and 4: write the least first"},
        {SYSTEM "    number n n 1 most 1 \"a\"\n",
         "t.abi:5: 'most' is neither: write a number or the name of a limit"},
        {SYSTEM "    text t t 9 perhaps \"a\"\n",
         "t.abi:5: 'perhaps' is neither: write required or optional"},
        {SYSTEM "    choose c c colour red \"a\"\n",
         "t.abi:5: there is no choice 'colour': write the "
         "choice, or its name as it is"},
        {SYSTEM
         "choice colour\n    value red \"r\"\nrecord x xs 1\n    choose c c colour blue \"a\"\n",
         "t.abi:8: 'blue' is no value of 'colour': write one of the choice's values"},
        {SYSTEM "    list apps apps app 4 required \"a\"\n",
         "t.abi:5: there is no record 'app': write the record, or its name as it is"},
        {SYSTEM "        flag big is_big \"a\"\n",
         "t.abi:5: nothing to belong to at this indentation: indent clauses one level deeper than "
         "what they belong to"},
    };

    check_all(list, array_count(list));
}

static const struct check_test tests[] = {
    {"accepts_a_correct_text", accepts_a_correct_text},
    {"refuses_bad_lines", refuses_bad_lines},
    {"refuses_bad_statuses", refuses_bad_statuses},
    {"refuses_bad_calls", refuses_bad_calls},
    {"refuses_bad_enums", refuses_bad_enums},
    {"refuses_bad_objects", refuses_bad_objects},
    {"refuses_bad_arguments", refuses_bad_arguments},
    {"refuses_bad_protocols", refuses_bad_protocols},
    {"refuses_bad_manifests", refuses_bad_manifests},
    {"layouts_have_fixed_places", layouts_have_fixed_places},
    {"time_takes_64_bits_of_words", time_takes_64_bits_of_words},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}
