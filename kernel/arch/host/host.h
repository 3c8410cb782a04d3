/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a harness does to the simulated machine: it plays the processors, the clock and the devices.
 *
 * Time stands still unless the harness moves it.  Cores take turns in one host thread:
 * host_core_select says whose turn it is.  A core that is interrupted by another one must be given
 * a trap_interrupt before anything else.
 */
#ifndef KERNEL_ARCH_HOST_H
#define KERNEL_ARCH_HOST_H

#include <arch/context.h>
#include <arch/cpu.h>
#include <base/types.h>
#include <setjmp.h>

enum { HOST_LINES = 32, HOST_TLB_ENTRIES = 64, HOST_CONSOLE_BYTES = 512 };
enum { HOST_SLEEPS_FOR_EVER = 102 };   /* exit code: nobody is ready, and no timer runs */

/* A translation that a core remembers. */
struct host_translation {
    paddr_t root;
    word_t id;
    vaddr_t address;        /* of its page */
    paddr_t paddr;
    unsigned attributes;    /* 0: the entry is free */
};

struct host_core {
    struct cpu *cpu;
    uint64_t timer;         /* deadline; UINT64_MAX: off */
    bool is_interrupted;    /* by another core, and has not entered the kernel since */
    paddr_t root;           /* active space; 0: none */
    word_t id;
    bool is_fpu_on;
    struct arch_fpu fpu;    /* the registers */
    struct host_translation tlb[HOST_TLB_ENTRIES];
    unsigned tlb_next;
};

struct host {
    unsigned core;                      /* whose turn it is */
    struct host_core cores[CPU_MAX];
    uint64_t now;
    unsigned polls_until_pending; /* preemption points until one sees an interrupt; 0: none will */
    bool is_pending;
    bool line_pending[HOST_LINES];
    bool line_masked[HOST_LINES];
    bool is_in_request;                 /* a core waits for the lock only to answer another */
    jmp_buf request_answered;
    jmp_buf *idle; /* where a core goes that has nothing to do; NULL: time moves on */
    jmp_buf *power;                     /* where power off, reboot and panic go */
    unsigned exit_code;
    unsigned console_used;
    char console[HOST_CONSOLE_BYTES];   /* the last of what the kernel printed */
};

extern struct host host;

void host_init(unsigned cores);
void host_core_select(unsigned core);

/* The running program touches an address: the translation the core uses, remembered from now on.
 * NULL: page fault. */
const struct host_translation *host_access(vaddr_t address);

/* Every remembered translation is still what its tables say; NULL, or the first that is not. */
const struct host_translation *host_stale_translation(void);

/* Translate by the tables.  false: not mapped. */
bool host_walk(paddr_t root, vaddr_t address, paddr_t *paddr, unsigned *attributes);

/* Forget what is remembered under an id (address and pages as in paging_flush_range). */
void host_forget(word_t id, vaddr_t address, size_t pages);

#endif
