/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portable kernel on the simulated machine, as the random caller sees it: threads are named by
 * where they lie, and nothing of the kernel's own types shows.
 */
#ifndef TESTS_RANDOM_KERNEL_SIDE_H
#define TESTS_RANDOM_KERNEL_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct side_registers {
    uint64_t call, cap, info, aux;
    uint64_t words[8];
    uint64_t pc, sp, tp;
};

/* What root finds in its captable beside the slots of abi/boot.h. */
enum {
    SIDE_SECOND_BUDGET = 15,
    /* of core 1 */ SIDE_DEVICE_SLOT = 25,
    SIDE_FIRST_FREE = 64,
    SIDE_TRAP_BYTES = 4,
    SIDE_LINES = 32
};

/* Start the machine: root runs on core 0, and its caps are named by abi/boot.h. */
void side_boot(unsigned cores);

/* Whose turn it is.  A core that others interrupted must be woken before it does anything else. */
void side_select(unsigned core);
bool side_is_interrupted(unsigned core);
bool side_timer_is_due(unsigned core);
void side_wake(void);

/* The running thread, 0: none; and registers of any live thread. */
uint64_t side_current(void);
void side_registers_read(uint64_t thread, struct side_registers *out);
void side_registers_write(uint64_t thread, const struct side_registers *in);

/* The page behind a physical address. */
void *side_page(uint64_t base);

/* The running thread makes the call in its registers, again as long as it is preempted; polls:
 * preemption points until the first one sees an interrupt, 0: none does. */
struct side_outcome {
    unsigned preemptions;
    bool is_off; /* the machine was switched off, with exit_code */
    unsigned exit_code;
    bool is_cut; /* preempted, it had killed or stopped its own thread, or taken its time: so it is
                    not over, and nobody goes on with it */
};

void side_call(unsigned polls, struct side_outcome *outcome);

/* The running thread faults; an interrupt arrives. */
void side_fault(uint64_t kind, uint64_t address, uint64_t access, uint64_t syndrome);
void side_interrupt(unsigned line);

enum { SIDE_PANIC = 101 }; /* exit code of a broken invariant of the kernel's own */

/* Let the running program touch what is mapped, and look whether any core remembers what is not
 * true any more. */
bool side_translations_are_true(unsigned seed);

/* Every node of the derivation tree is tied to its neighbours, both ways. */
bool side_tree_is_sound(void);

/* The message buffer of the running thread, or NULL. */
void *side_buffer(void);

/* Text of the whole state; valid until the next one. */
const char *side_dump(size_t *length);

/* The last of what the kernel printed. */
void side_print_console(void);

uint64_t side_user_top(void);
uint64_t side_now(void);
uint64_t side_frequency(void);

#endif
