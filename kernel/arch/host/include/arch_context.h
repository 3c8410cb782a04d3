/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: a thread's registers are a plain structure, which the harness reads and writes as a program
 * would.
 */
#ifndef ARCH_HOST_CONTEXT_H
#define ARCH_HOST_CONTEXT_H

#include <base/types.h>
#include <stdbool.h>

struct arch_context {
    word_t x[12];
    word_t pc;
    word_t sp;
    word_t tp;
    word_t is_forwarded;
};

struct arch_fpu {
    uint64_t value[4];
};

enum {
    REGISTER_WORDS = 0,
    REGISTER_CALL = 8,
    REGISTER_CAP,
    REGISTER_INFO,
    REGISTER_AUX,
    REGISTER_FOREIGN = REGISTER_CALL,
    TRAP_BYTES = 4,
    HOST_BREAKPOINTS = 2
};

struct arch_debug {
    word_t address[HOST_BREAKPOINTS];
    uint32_t kind[HOST_BREAKPOINTS];
    bool is_stepping;
};

#endif
