/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the PLIC driver on fake registers: plain memory, so the test plays the controller where
 * a register is more than that.
 */
#include "dev/plic.h"

#include <base/memory.h>
#include <check/check.h>

enum { CONTEXTS = 4, LINES = 97 };

/* Offsets of the manual's chapter 3, in words. */
enum {
    ENABLE = 0x2000 / 4,
    ENABLE_CONTEXT = 0x80 / 4,
    CONTEXT = 0x200000 / 4,
    CONTEXT_SIZE = 0x1000 / 4,
    CLAIM = 1,
};

static uint32_t regs[CONTEXT + CONTEXTS * CONTEXT_SIZE];
static struct plic plic;

static uint32_t *claim_register(unsigned context)
{
    return &regs[CONTEXT + context * CONTEXT_SIZE + CLAIM];
}

static uint32_t enabled(unsigned context, unsigned line)
{
    return regs[ENABLE + context * ENABLE_CONTEXT + line / 32] >> line % 32 & 1;
}

static void start(void)
{
    mem_zero(regs, sizeof regs);
    mem_set(regs, 0xff, CONTEXT * sizeof regs[0]);
    plic = (struct plic){0};
    plic_init(&plic, regs, LINES);
    for (unsigned context = 0; context < CONTEXTS; context++)
        plic_init_context(&plic, context);
}

/* The controller offers the line to a claim; what is completed replaces it. */
static unsigned claim(unsigned context, unsigned line)
{
    unsigned claimed;

    *claim_register(context) = line;
    claimed = plic_claim(&plic, context);
    *claim_register(context) = 0;
    return claimed;
}

static void init_masks_and_disables_every_line(void)
{
    start();
    for (unsigned line = 1; line < LINES; line++) {
        CHECK_EQ(regs[line], 0);
        for (unsigned context = 0; context < CONTEXTS; context++)
            CHECK_EQ(enabled(context, line), 0);
    }
    CHECK_EQ(regs[LINES], UINT32_MAX);
}

static void a_line_is_routed_to_one_context(void)
{
    start();
    plic_route(&plic, 40, 1);
    CHECK_EQ(enabled(1, 40), 1);
    CHECK_EQ(regs[40], 0);
    plic_route(&plic, 40, 3);
    CHECK_EQ(enabled(1, 40), 0);
    CHECK_EQ(enabled(3, 40), 1);
}

static void a_claimed_line_is_completed_by_unmask(void)
{
    start();
    plic_route(&plic, 40, 3);
    plic_unmask(&plic, 40);
    CHECK_EQ(regs[40], 1);
    CHECK_EQ(*claim_register(3), 0);
    CHECK_EQ(claim(3, 40), 40);
    plic_unmask(&plic, 40);
    CHECK_EQ(*claim_register(3), 40);
}

static void a_line_is_completed_once(void)
{
    start();
    plic_route(&plic, 40, 3);
    claim(3, 40);
    plic_unmask(&plic, 40);
    *claim_register(3) = 0;
    plic_unmask(&plic, 40);
    CHECK_EQ(*claim_register(3), 0);
}

static void a_new_route_frees_a_claimed_line(void)
{
    start();
    plic_route(&plic, 40, 1);
    claim(1, 40);
    plic_route(&plic, 40, 3);
    CHECK_EQ(*claim_register(1), 40);
    CHECK_EQ(*claim_register(3), 0);
}

static void nothing_pending_claims_nothing(void)
{
    start();
    CHECK_EQ(claim(1, 0), 0);
    plic_unmask(&plic, 5);
    CHECK_EQ(*claim_register(0), 0);
}

static const struct check_test tests[] = {
    {"init_masks_and_disables_every_line", init_masks_and_disables_every_line},
    {"a_line_is_routed_to_one_context", a_line_is_routed_to_one_context},
    {"a_claimed_line_is_completed_by_unmask", a_claimed_line_is_completed_by_unmask},
    {"a_line_is_completed_once", a_line_is_completed_once},
    {"a_new_route_frees_a_claimed_line", a_new_route_frees_a_claimed_line},
    {"nothing_pending_claims_nothing", nothing_pending_claims_nothing},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}
