/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls made of any bytes, on the portable kernel: none may break it, whatever becomes of the one
 * who makes them.
 *
 * A life begins with a few calls that make one object of each kind and a second thread, so that
 * there is something to be wrong about.  An input that leaves nobody able to run is over.
 */
#include "require.h"

#include <abi/boot.h>
#include <abi/calls.h>
#include <abi/message.h>
#include <abi/objects.h>
#include <kernel_side.h>
#include <string.h>

enum { RECORD_BYTES = 16, CALLS_MAX = 64, LIST_ENTRIES = 3, FIRST_SLOT = SIDE_FIRST_FREE };
enum { FREE_OFFSET = 1 << 20 }; /* in root's memory, before which the prelude's objects lie */

/* A byte as an argument: slots, pages and offsets come often, numbers that are never right now and
 * then. */
static uint64_t argument(uint8_t byte)
{
    static const uint64_t odd[] = {
        ~(uint64_t)0, (uint64_t)1 << 63, (uint64_t)1 << 39, (uint64_t)1 << 31, 4095, 513};

    if (byte < 0x60)
        return byte;
    if (byte < 0xa0)
        return FREE_OFFSET + (uint64_t)(byte - 0x60) * ABI_PAGE_SIZE;
    if (byte < 0xf0)
        return byte - 0xa0u + FIRST_SLOT;
    return odd[byte % (sizeof(odd) / sizeof(odd[0]))];
}

/* Returns whether somebody can still make calls. */
static bool make_call(const struct side_registers *registers, unsigned polls)
{
    uint64_t thread = side_current();
    struct side_registers all = *registers;
    struct side_registers now;
    struct side_outcome outcome;

    side_registers_read(thread, &now);
    all.pc = now.pc;
    all.sp = now.sp;
    all.tp = now.tp;
    side_registers_write(thread, &all);
    side_call(polls, &outcome);
    require(!outcome.is_off || outcome.exit_code != SIDE_PANIC);
    return !outcome.is_off;
}

static void invoke(uint64_t cap, uint64_t operation, uint64_t w0, uint64_t w1, uint64_t w2,
                   uint64_t w3, uint64_t w4)
{
    struct side_registers r = {.call = ABI_CALL_INVOKE,
                               .cap = cap,
                               .info = operation << ABI_INFO_LABEL_SHIFT,
                               .words = {w0, w1, w2, w3, w4}};

    require(make_call(&r, 0));
}

static void make_objects(void)
{
    uint64_t slot = FIRST_SLOT;

    for (uint64_t type = TYPE_MEMORY; type <= TYPE_TIMER; type++, slot++) {
        bool is_counted = type <= TYPE_CAPTABLE;

        invoke(ABI_ROOT_MEMORY, OP_MEMORY_MAKE, type, (type - TYPE_MEMORY) * 16 * ABI_PAGE_SIZE,
               is_counted ? 4 : 0, 1, slot);
    }
    invoke(FIRST_SLOT + TYPE_THREAD - TYPE_MEMORY, OP_THREAD_CONFIGURE, ABI_ROOT_CAPTABLE,
           ABI_ROOT_SPACE, ABI_ROOT_BUDGET, FIRST_SLOT + TYPE_ENDPOINT - TYPE_MEMORY, 0);
    invoke(FIRST_SLOT + TYPE_THREAD - TYPE_MEMORY, OP_THREAD_START, 0x1000, 0, 0, 0, 0);
}

/* What the record says also stands in the message buffer: slots to send and to receive in, and a
 * list of mappings. */
static void fill_buffer(const uint8_t *record)
{
    struct abi_buffer *buffer = side_buffer();

    if (buffer == NULL)
        return;
    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++) {
        buffer->caps[i] = argument(record[4 + i]);
        buffer->receive_slots[i] = argument(record[8 + i]);
    }
    for (unsigned i = 0; i < LIST_ENTRIES; i++) {
        struct abi_map_entry entry = {
            .frame = argument(record[5 + i]),
            .address = argument(record[6 + i]) << 12,
            .page = record[7 + i] & 3,
            .count_attributes = (uint64_t)(record[8 + i] & 15) << 8 | record[9 + i] % 20,
        };

        memcpy((char *)buffer->list + i * sizeof(entry), &entry, sizeof(entry));
    }
}

static bool take_record(const uint8_t *record, bool is_first)
{
    struct side_registers r = {.call = record[0] % (ABI_CALL_INVOKE + 1),
                               .cap = argument(record[1]),
                               .info = (uint64_t)record[2] % 16 << ABI_INFO_LABEL_SHIFT,
                               .aux = argument(record[12])};

    if (record[0] > 96 || (is_first && r.call == 0))
        r.call = ABI_CALL_INVOKE;
    if (r.call != ABI_CALL_INVOKE)
        r.info |= record[3];
    for (unsigned i = 0; i < 8; i++)
        r.words[i] = argument(record[4 + i]);
    fill_buffer(record);
    return make_call(&r, record[13] % 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t root;

    side_boot(1);
    root = side_current();
    make_objects();
    for (unsigned n = 0; n < CALLS_MAX && size >= RECORD_BYTES; n++) {
        bool can_go_on = take_record(data, side_current() == root);

        if (!can_go_on)
            return 0;
        require(side_tree_is_sound());
        require(side_translations_are_true(n));
        data += RECORD_BYTES;
        size -= RECORD_BYTES;
    }
    return 0;
}
