/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes: woken by a notification; end and faults come as messages to one endpoint.
 */
#include "probe.h"

#include <abi/boot.h>
#include <base/memory.h>

enum { BUDGET_NS = 10 * TEST_NS_PER_MS };

uint32_t probe_return_instruction(void)
{
    static const uint32_t RETURN_AARCH64 = 0xd65f03c0, RETURN_RISCV64 = 0x00008067;

    return test_boot()->machine == ABI_MACHINE_AARCH64 ? RETURN_AARCH64 : RETURN_RISCV64;
}

static bool do_access(struct probe *probe)
{
    word_t value = 0;
    bool worked;

    switch (probe->access) {
    case MAP_READ:
        worked = probe_read(probe->address, &value) != 0;
        probe->value = value;
        return worked;
    case MAP_WRITE: return probe_write(probe->address, probe->value) != 0;
    default: return probe_execute(probe->address) != 0;
    }
}

static void probe_run(void *argument)
{
    static const struct skr_message done;
    struct probe *probe = argument;
    word_t bits;

    while (skr_wait(probe->go, &bits) == OK) {
        probe->worked = do_access(probe);
        (void)skr_send(probe->endpoint, &done);
    }
}

bool probe_start(struct probe *probe, unsigned core)
{
    struct rt_thread_options options = {
        .run = probe_run,
        .argument = probe,
        .budget = core == 0 ? ABI_ROOT_BUDGET : test_budget(core, BUDGET_NS, BUDGET_NS),
        .priority = TEST_PRIORITY,
        .ceiling = TEST_PRIORITY,
    };

    *probe = (struct probe){
        .go = test_make(TYPE_NOTIFICATION, 0),
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
    };
    options.fault = probe->endpoint;
    probe->worker = test_thread_with(&options);
    return CHECK(probe->worker->thread.cap != 0);
}

bool probe_try(struct probe *probe, word_t access, vaddr_t address)
{
    struct skr_message message;

    probe->access = access;
    probe->address = address;
    probe->fault = (struct child_fault){0};
    if (!CHECK_EQ(skr_signal(probe->go, 1), OK))
        return false;
    for (;;) {
        if (!CHECK_EQ(skr_receive(probe->endpoint, probe->reply, &message), OK))
            return false;
        if (skr_info_event(message.info) == EVENT_SEND)
            return probe->worked;
        probe->fault.kind = skr_info_label(message.info);
        mem_copy(probe->fault.words, message.words, sizeof(probe->fault.words));
        message.info = skr_info(1, 1, 0);
        message.words[0] = (word_t)probe_refused;
        CHECK_EQ(skr_reply(probe->reply, &message), OK);
    }
}

word_t probe_word(struct probe *probe, vaddr_t address)
{
    CHECK(probe_try(probe, MAP_READ, address));
    return probe->value;
}

bool probe_faults(struct probe *probe, word_t access, vaddr_t address)
{
    return !probe_try(probe, access, address) && probe->fault.kind == FAULT_PAGE &&
           probe->fault.words[0] == address && probe->fault.words[2] == access;
}
