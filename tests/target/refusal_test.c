/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call and operation with every kind of wrong argument, from the generated table of them all.
 *
 * The table says of which type and with which right each capability must be; what is wrong is
 * answered with the status that the ABI promises for it, blames the argument, and changes nothing.
 */
#include <abi/entries.h>
#include <base/memory.h>

#include "groups.h"
#include "refusal.h"

enum { TYPES = TYPE_SPACE_CONTROL + 1, SLOT_BEYOND = ABI_ROOT_SLOTS };

/* One good capability of each type, and bad ones. */
static struct {
    cap_t of_type[TYPES];
    cap_t empty;
    cap_t dead;
    cap_t scratch; /* slot for a copy with a right missing */
} subject;

static const uint8_t control_slots[TYPES] = {
    [TYPE_TIME_CONTROL] = ABI_ROOT_TIME,           [TYPE_INTERRUPT_CONTROL] = ABI_ROOT_INTERRUPTS,
    [TYPE_POWER_CONTROL] = ABI_ROOT_POWER,         [TYPE_LOG_CONTROL] = ABI_ROOT_LOG,
    [TYPE_PRIORITY_CONTROL] = ABI_ROOT_PRIORITY,   [TYPE_DMA_CONTROL] = ABI_ROOT_DMA,
    [TYPE_SPACE_CONTROL] = ABI_ROOT_SPACE_CONTROL,
};

static void make_subjects(void)
{
    static const uint8_t sizes[TYPES] = {
        [TYPE_MEMORY] = 4, [TYPE_FRAME] = 2, [TYPE_SPACE] = 4, [TYPE_POOL] = 2, [TYPE_CAPTABLE] = 2,
    };
    cap_t dying = test_make(TYPE_NOTIFICATION, 0);

    for (word_t type = TYPE_MEMORY; type < TYPES; type++)
        subject.of_type[type] =
            control_slots[type] != 0 ? control_slots[type] : test_make(type, sizes[type]);
    subject.empty = test_slot();
    subject.scratch = test_slot();
    subject.dead = test_copy(dying, RIGHTS_ALL, 0);
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, dying, NULL), OK);
}

/* A copy with all rights but these, in the scratch slot. */
static cap_t without_rights(cap_t from, word_t rights)
{
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, subject.scratch), OK);
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, subject.scratch, ABI_ROOT_CAPTABLE, from,
                               RIGHTS_ALL & ~rights, 0, 0),
             OK);
    return subject.scratch;
}

/* A capability that is not of the type. */
static cap_t of_other_type(word_t type)
{
    return subject.of_type[type == TYPE_TIMER ? TYPE_ENDPOINT : TYPE_TIMER];
}

/* Good capabilities where they are asked for, 0 elsewhere. */
static struct args good_args(const struct abi_entry *entry)
{
    struct args args = {{0}};

    for (unsigned i = 0; i < entry->in_count; i++) {
        if (entry->in[i].kind == ABI_ARGUMENT_CAP)
            args.w[entry->in[i].word] = subject.of_type[entry->in[i].type];
    }
    return args;
}

static bool is_operation(const struct abi_entry *entry)
{
    return entry->call == ABI_CALL_INVOKE;
}

static void check_outcome(const struct abi_entry *entry, cap_t cap, struct args args,
                          status_t status, word_t culprit)
{
    if (!CHECK_EQ(outcome(cap, entry->operation, args), blames(status, culprit)))
        check_note("%s", entry->name);
}

/* ---- the invoked capability ---- */

static void bad_invoked_capability_is_refused(void)
{
    uint64_t before;

    make_subjects();
    before = state_digest();
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];
        struct args args = good_args(entry);

        if (!is_operation(entry))
            continue;
        check_outcome(entry, 0, args, ERR_BAD_CAPABILITY, 0);
        check_outcome(entry, SLOT_BEYOND, args, ERR_BAD_CAPABILITY, 0);
        check_outcome(entry, ~(word_t)0, args, ERR_BAD_CAPABILITY, 0);
        check_outcome(entry, subject.empty, args, ERR_BAD_CAPABILITY, 0);
        check_outcome(entry, subject.dead, args, ERR_PEER_GONE, 0);
    }
    CHECK_EQ(state_digest(), before);
}

static void operation_without_its_right_is_refused(void)
{
    make_subjects();
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];
        uint64_t before;

        if (!is_operation(entry) || !CHECK(entry->right != 0))
            continue;
        (void)without_rights(subject.of_type[entry->type], entry->right);
        before = state_digest();
        check_outcome(entry, subject.scratch, good_args(entry), ERR_NO_RIGHT, 0);
        CHECK_EQ(state_digest(), before);
    }
}

/* Numbers that no operation of the type has. */
static void unknown_operation_is_refused(void)
{
    static const word_t numbers[] = {0, 14, 99, 0xffff, 0x10000, (word_t)1 << 40};
    uint64_t before;

    make_subjects();
    before = state_digest();
    for (word_t type = TYPE_MEMORY; type < TYPES; type++) {
        for (unsigned i = 0; i < array_count(numbers); i++) {
            if (!CHECK_EQ(outcome(subject.of_type[type], numbers[i], (struct args){{0}}),
                          blames(ERR_BAD_CALL, 0)))
                check_note("type %lu, number %lu", (unsigned long)type, (unsigned long)numbers[i]);
        }
    }
    CHECK_EQ(state_digest(), before);
}

/* ---- capability arguments ---- */

static void try_argument(const struct abi_entry *entry, unsigned i)
{
    const struct abi_argument *in = &entry->in[i];
    const cap_t nowhere[] = {SLOT_BEYOND, ~(word_t)0, subject.empty};
    cap_t cap = subject.of_type[entry->type];
    struct args args = good_args(entry);
    uint64_t before;

    (void)without_rights(subject.of_type[in->type], in->right);
    before = state_digest();
    if (!in->is_optional) {
        args.w[in->word] = 0;
        check_outcome(entry, cap, args, ERR_BAD_CAPABILITY, i + 1);
    }
    for (unsigned n = 0; n < array_count(nowhere); n++) {
        args.w[in->word] = nowhere[n];
        check_outcome(entry, cap, args, ERR_BAD_CAPABILITY, i + 1);
    }
    args.w[in->word] = subject.dead;
    check_outcome(entry, cap, args, ERR_PEER_GONE, i + 1);
    for (word_t type = TYPE_MEMORY; type < TYPES; type++) {
        args.w[in->word] = subject.of_type[type];
        if (type != in->type)
            check_outcome(entry, cap, args, ERR_WRONG_TYPE, i + 1);
    }
    if (in->right != 0) {
        args.w[in->word] = subject.scratch;
        check_outcome(entry, cap, args, ERR_NO_RIGHT, i + 1);
    }
    CHECK_EQ(state_digest(), before);
}

static void bad_capability_arguments_are_refused(void)
{
    unsigned tried = 0;

    make_subjects();
    for (unsigned e = 0; e < ABI_ENTRY_COUNT; e++) {
        for (unsigned i = 0; i < abi_entries[e].in_count; i++) {
            if (abi_entries[e].in[i].kind != ABI_ARGUMENT_CAP)
                continue;
            try_argument(&abi_entries[e], i);
            tried++;
        }
    }
    CHECK(tried > 10);
}

/* ---- numbers ---- */

/* What would end the test, or write into its report. */
static bool is_harmful(const struct abi_entry *entry, word_t number)
{
    bool writes_log = entry->type == TYPE_LOG_CONTROL && entry->operation == OP_LOG_CONTROL_WRITE;

    return entry->type == TYPE_POWER_CONTROL || (writes_log && number <= ABI_LIST_BYTES);
}

/* Whatever number stands where: either it is done, or someone is blamed and nothing has changed. */
static bool try_number(const struct abi_entry *entry, unsigned i, word_t number)
{
    struct args args = good_args(entry);
    uint64_t before = state_digest();
    word_t result;

    args.w[entry->in[i].word] = number;
    mem_zero(rt_buffer()->list, sizeof(rt_buffer()->list));
    result = outcome(subject.of_type[entry->type], entry->operation, args);
    if (result == 0)
        return true;
    if (!CHECK(result % 10 <= entry->in_count) ||
        !CHECK(result / 10 != blames(ERR_BAD_ARGUMENT, 0) / 10 || result % 10 != 0) ||
        !CHECK_EQ(state_digest(), before))
        check_note("%s, argument %u is %lu: %lu", entry->name, i + 1, (unsigned long)number,
                   (unsigned long)result);
    return false;
}

static void extreme_numbers_are_done_or_refused(void)
{
    static const word_t numbers[] = {
        1,
        63,
        64,
        65,
        4095,
        4096,
        0x7fffffff,
        0xffffffff,
        (word_t)1 << 32,
        (word_t)1 << 39,
        (word_t)1 << 51,
        (word_t)1 << 63,
        ~(word_t)0 << 12,
        ~(word_t)0,
    };
    unsigned refused = 0;

    make_subjects();
    for (unsigned e = 0; e < ABI_ENTRY_COUNT; e++) {
        const struct abi_entry *entry = &abi_entries[e];

        for (unsigned i = 0; i < entry->in_count * array_count(numbers); i++) {
            unsigned argument = i / array_count(numbers);
            word_t number = numbers[i % array_count(numbers)];

            if (entry->in[argument].kind != ABI_ARGUMENT_CAP && !is_harmful(entry, number))
                refused += !try_number(entry, argument, number);
        }
    }
    CHECK(refused > 100);
}

/* ---- calls ---- */

/* The status of a call that must not block: its capability or its reply object is wrong. */
static status_t try_call(const struct abi_entry *entry, cap_t cap, cap_t reply)
{
    struct skr_message message = {.info = 0};

    return skr_trap_message(entry->call, cap, reply, &message);
}

static void calls_refuse_bad_capabilities(void)
{
    uint64_t before;
    cap_t reply;

    make_subjects();
    reply = subject.of_type[TYPE_REPLY];
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];

        if (is_operation(entry) || (entry->uses & ABI_USES_CAP) == 0)
            continue;
        (void)without_rights(subject.of_type[entry->type], entry->right);
        before = state_digest();
        CHECK_EQ(try_call(entry, 0, reply), ERR_BAD_CAPABILITY);
        CHECK_EQ(try_call(entry, SLOT_BEYOND, reply), ERR_BAD_CAPABILITY);
        CHECK_EQ(try_call(entry, subject.empty, reply), ERR_BAD_CAPABILITY);
        CHECK_EQ(try_call(entry, subject.dead, reply), ERR_PEER_GONE);
        CHECK_EQ(try_call(entry, of_other_type(entry->type), reply), ERR_WRONG_TYPE);
        CHECK_EQ(try_call(entry, subject.scratch, reply), ERR_NO_RIGHT);
        CHECK_EQ(state_digest(), before);
    }
}

static void calls_refuse_bad_reply_capabilities(void)
{
    cap_t endpoint, bad[4];
    static const status_t statuses[] = {ERR_BAD_CAPABILITY, ERR_BAD_CAPABILITY, ERR_PEER_GONE,
                                        ERR_WRONG_TYPE};

    make_subjects();
    endpoint = subject.of_type[TYPE_ENDPOINT];
    bad[0] = 0;
    bad[1] = subject.empty;
    bad[2] = subject.dead;
    bad[3] = endpoint;
    for (unsigned i = 0; i < ABI_ENTRY_COUNT; i++) {
        const struct abi_entry *entry = &abi_entries[i];

        for (unsigned n = 0; (entry->uses & ABI_USES_AUX) != 0 && n < array_count(bad); n++)
            CHECK_EQ(try_call(entry, endpoint, bad[n]), statuses[n]);
    }
}

/* Message infos with bits that mean nothing, or too much of something. */
static void calls_refuse_bad_message_infos(void)
{
    static const word_t infos[] = {
        ABI_MESSAGE_WORDS + 1,
        ABI_INFO_LENGTH_MASK,
        (ABI_MESSAGE_CAPS + 1) << ABI_INFO_CAPS_SHIFT,
        1 << 10,
        1 << 11,
        1 << ABI_INFO_EVENT_SHIFT,
        (word_t)1 << 32,
        (word_t)1 << 63,
    };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(infos); i++) {
        struct skr_message message = {.info = infos[i]};

        CHECK_EQ(skr_send_nowait(endpoint, &message), ERR_BAD_ARGUMENT);
        CHECK_EQ(skr_send(endpoint, &message), ERR_BAD_ARGUMENT);
        CHECK_EQ(skr_call(endpoint, &message), ERR_BAD_ARGUMENT);
    }
    CHECK_EQ(state_digest(), before);
}

static const struct check_test tests[] = {
    {"bad_invoked_capability_is_refused", bad_invoked_capability_is_refused},
    {"operation_without_its_right_is_refused", operation_without_its_right_is_refused},
    {"unknown_operation_is_refused", unknown_operation_is_refused},
    {"bad_capability_arguments_are_refused", bad_capability_arguments_are_refused},
    {"extreme_numbers_are_done_or_refused", extreme_numbers_are_done_or_refused},
    {"calls_refuse_bad_capabilities", calls_refuse_bad_capabilities},
    {"calls_refuse_bad_reply_capabilities", calls_refuse_bad_reply_capabilities},
    {"calls_refuse_bad_message_infos", calls_refuse_bad_message_infos},
};

const struct test_group refusal_tests = {tests, array_count(tests)};
