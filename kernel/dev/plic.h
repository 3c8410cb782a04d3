/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Platform-level interrupt controller.
 * RISC-V Platform-Level Interrupt Controller Specification 1.0.0.
 *
 * A claimed line stays blocked in its gateway until it is completed.  So claiming is masking:
 * completion waits for plic_unmask, and a level that the driver has dealt with by then is not
 * reported twice.  Lines count from 1.  A context is one core's place to claim at; which one
 * belongs to which core is the caller's knowledge.
 */
#ifndef DEV_PLIC_H
#define DEV_PLIC_H

#include <base/types.h>

enum { PLIC_LINES_MAX = 1024, PLIC_CONTEXT_BYTES = 0x1000, PLIC_CONTEXTS_START = 0x200000 };

struct plic {
    volatile void *regs;
    unsigned line_count;                        /* line 0 included */
    uint32_t claimed[PLIC_LINES_MAX / 32];      /* one bit a line; changed atomically */
    uint16_t context[PLIC_LINES_MAX];           /* 1 + where the line is enabled; 0: nowhere */
};

/* Every line masked, whatever the loader left. */
void plic_init(struct plic *plic, volatile void *regs, unsigned line_count);

/* No line enabled, none held back by a threshold. */
void plic_init_context(struct plic *plic, unsigned context);

/* Deliver the line to this context and no other.  It is masked before and after. */
void plic_route(struct plic *plic, unsigned line, unsigned context);

/* The most urgent pending line, masked until plic_unmask; 0 when there is none. */
unsigned plic_claim(struct plic *plic, unsigned context);

void plic_mask(struct plic *plic, unsigned line);
void plic_unmask(struct plic *plic, unsigned line);

#endif
