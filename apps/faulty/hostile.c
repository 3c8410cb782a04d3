/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an app that was taken over would try: everything that it can name.
 */
#include "faulty.h"

#include <ipc/pack.h>
#include <protocol/fault_server.h>
#include <protocol/names_client.h>
#include <protocol/root_client.h>
#include <rt/map.h>

enum {
    LABELS = 40,        /* tried on each capability */
    STRAY_SLOTS = 4096, /* tried beyond the captable's end */
    STRAY_TOKENS = 200,
    STRAY_ADDRESS = 0x10000000,
};

status_t fault_on_hoard(void *state, struct ipc_request *request, struct fault_hoard_out *out)
{
    struct faulty *faulty = faulty_of(state);
    cap_t slot = component_take_slot(&faulty->self);
    word_t offset = 0, size = 0;

    (void)request;
    out->count = 0;
    if (slot == 0 || skr_memory_info(faulty->self.startup->memory, &size, NULL) != OK)
        return ERR_BAD_STATE;
    for (; offset < size; offset += ABI_PAGE_SIZE) {
        if (skr_memory_make(faulty->self.startup->memory, TYPE_FRAME, offset, 1, 1, slot, NULL) !=
            OK)
            continue;
        out->count++;
        slot = component_take_slot(&faulty->self);
        if (slot == 0)
            break;
    }
    return OK;
}

/* Garbage in all words; its own memory as a capability. */
static void send_garbage(struct faulty *faulty, cap_t cap, word_t label, word_t *answered)
{
    struct ipc_message message = {.info = ipc_info(label, ABI_MESSAGE_WORDS, 1)};

    for (word_t i = 0; i < ABI_MESSAGE_WORDS; i++)
        message.words[i] = ~(word_t)0 / (i + 1);
    message.caps[0] = faulty->self.wake;
    if (ipc_call(cap, &message) == OK && ipc_reply_status(&message) == OK)
        (*answered)++;
}

status_t fault_on_babble(void *state, struct ipc_request *request, struct fault_babble_out *out)
{
    struct faulty *faulty = faulty_of(state);
    const struct rt_startup *startup = faulty->self.startup;

    (void)request;
    out->answered = 0;
    for (uint32_t i = 0; i < startup->cap_count; i++) {
        cap_t cap = startup->caps[i].slot;
        word_t type = TYPE_NONE;

        /* A call of its own faults is no crime: it would die of it. */
        if (skr_captable_query(startup->captable, cap, &type, NULL, NULL, NULL) != OK ||
            type != TYPE_ENDPOINT || cap == faulty->self.faults)
            continue;
        for (word_t label = 1; label < LABELS; label++)
            send_garbage(faulty, cap, label << IPC_OPERATION_BITS | label, &out->answered);
        for (word_t version = 1; version < 4; version++)
            for (word_t operation = 1; operation < LABELS; operation++)
                send_garbage(faulty, cap, version << IPC_OPERATION_BITS | operation,
                             &out->answered);
    }
    return OK;
}

static word_t steal_tokens(struct faulty *faulty)
{
    cap_t names = rt_startup_find(faulty->self.startup, "main");
    word_t gained = 0, more;

    for (word_t token = 1; token < STRAY_TOKENS; token++) {
        gained += names_transfer(names, token, rt_startup_environment(faulty->self.startup, "name"),
                                 faulty->self.wake) == OK;
        gained += names_deliver(names, token, faulty->self.wake, &more) == OK;
        gained += names_refuse(names, token, 1) == OK;
    }
    return gained;
}

/* Slots that it was not given hold nothing, and what it was given cannot be changed. */
static word_t use_strange_slots(struct faulty *faulty)
{
    const struct rt_startup *startup = faulty->self.startup;
    struct rt_mapping mapping = {.address = STRAY_ADDRESS, .pages = 1, .attributes = MAP_READ};
    word_t bits = 0, gained = 0;

    for (cap_t slot = startup->slot_count; slot < STRAY_SLOTS; slot++) {
        mapping.frame = slot;
        gained += skr_signal(slot, ~(word_t)0) == OK;
        gained += skr_poll(slot, &bits) == OK;
        gained += rt_map(startup->space, &mapping) == OK;
        gained += skr_captable_delete(startup->captable, slot) == OK;
    }
    gained += skr_time_control_fill(faulty->self.parent, startup->budget, 1, 1000000, NULL) == OK;
    gained += skr_power_control_off(faulty->self.parent) == OK;
    gained += skr_thread_set_priority(startup->thread, 63, 63, 0) == OK;
    return gained;
}

status_t fault_on_reach(void *state, struct ipc_request *request, struct fault_reach_out *out)
{
    struct faulty *faulty = faulty_of(state);

    (void)request;
    out->gained = steal_tokens(faulty) + use_strange_slots(faulty);
    return OK;
}

status_t fault_on_flood(void *state, struct ipc_request *request, const struct fault_flood_in *in)
{
    struct faulty *faulty = faulty_of(state);

    (void)request;
    for (word_t i = 0; i < in->count; i++)
        component_say(&faulty->self, "a line that nobody wants, number %u", (unsigned)i);
    return OK;
}
