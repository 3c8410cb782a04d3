/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Platform-level interrupt controller: the register file of plic.h's manual, chapters 3 to 9.
 * All lines have the same priority: whose interrupt comes first is decided by thread priorities.
 */
#include "dev/plic.h"

#include "dev/mmio.h"

enum {
    PRIORITY = 0x0,
    ENABLE = 0x2000,
    ENABLE_CONTEXT_BYTES = 0x80,
    THRESHOLD = 0x0,    /* from here on within a context */
    CLAIM = 0x4,
};

enum { PRIORITY_MASKED = 0, PRIORITY_ON = 1 };

static size_t line_word(unsigned line)
{
    return line / 32;
}

static uint32_t line_bit(unsigned line)
{
    return (uint32_t)1 << line % 32;
}

static size_t enable_register(unsigned context, size_t word)
{
    return ENABLE + (size_t)context * ENABLE_CONTEXT_BYTES + 4 * word;
}

static size_t context_register(unsigned context, size_t offset)
{
    return PLIC_CONTEXTS_START + (size_t)context * PLIC_CONTEXT_BYTES + offset;
}

static void line_enable(struct plic *plic, unsigned context, unsigned line, bool on)
{
    size_t offset = enable_register(context, line_word(line));
    uint32_t lines = mmio_read32(plic->regs, offset);

    lines = on ? lines | line_bit(line) : lines & ~line_bit(line);
    mmio_write32(plic->regs, offset, lines);
}

/* Gives a claimed line back to its gateway, which only listens while the line is enabled. */
static void line_complete(struct plic *plic, unsigned line)
{
    uint32_t *claimed = &plic->claimed[line_word(line)];
    uint32_t bit = line_bit(line);

    if ((__atomic_fetch_and(claimed, ~bit, __ATOMIC_RELAXED) & bit) != 0)
        mmio_write32(plic->regs, context_register(plic->context[line] - 1u, CLAIM), line);
}

void plic_init(struct plic *plic, volatile void *regs, unsigned line_count)
{
    plic->regs = regs;
    plic->line_count = line_count < PLIC_LINES_MAX ? line_count : PLIC_LINES_MAX;
    for (unsigned line = 1; line < plic->line_count; line++)
        plic_mask(plic, line);
}

void plic_init_context(struct plic *plic, unsigned context)
{
    for (unsigned line = 0; line < plic->line_count; line += 32)
        mmio_write32(plic->regs, enable_register(context, line_word(line)), 0);
    mmio_write32(plic->regs, context_register(context, THRESHOLD), 0);
}

void plic_route(struct plic *plic, unsigned line, unsigned context)
{
    plic_mask(plic, line);
    line_complete(plic, line);
    if (plic->context[line] != 0)
        line_enable(plic, plic->context[line] - 1u, line, false);
    plic->context[line] = (uint16_t)(context + 1);
    line_enable(plic, context, line, true);
}

unsigned plic_claim(struct plic *plic, unsigned context)
{
    unsigned line = mmio_read32(plic->regs, context_register(context, CLAIM));

    if (line != 0)
        __atomic_fetch_or(&plic->claimed[line_word(line)], line_bit(line), __ATOMIC_RELAXED);
    return line;
}

void plic_mask(struct plic *plic, unsigned line)
{
    mmio_write32(plic->regs, PRIORITY + 4 * (size_t)line, PRIORITY_MASKED);
}

void plic_unmask(struct plic *plic, unsigned line)
{
    mmio_write32(plic->regs, PRIORITY + 4 * (size_t)line, PRIORITY_ON);
    line_complete(plic, line);
}
