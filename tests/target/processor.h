/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single instructions and whole register files, for tests that must know which instruction it was;
 * one file per architecture in arch/.
 */
#ifndef TESTS_PROCESSOR_H
#define TESTS_PROCESSOR_H

#include <base/types.h>

enum { PROCESSOR_INSTRUCTION_BYTES = 4, PROCESSOR_STEPS = 4 };

/* Each has its instruction at its own address, and returns behind it. */
word_t processor_load(vaddr_t address);
void processor_store(vaddr_t address, word_t value);
void processor_undefined(void);
void processor_return(void);

/* PROCESSOR_STEPS instructions that do nothing, then a return. */
void processor_steps(void);

/* Calls that address. */
void processor_execute(vaddr_t address);

/*
 * What a new thread finds: `argument` is one of these.  Ends with the trap for an unknown call, so
 * that a thread without a handler stays where it is.
 */
struct processor_entry {
    word_t sp;
    word_t tp;
    word_t others;   /* all other general registers, in one or */
    word_t floating; /* all floating-point and vector registers, likewise */
};

void processor_entry(struct processor_entry *argument);

/*
 * Fills all floating-point registers with patterns of its own, and looks at them again when the
 * counter has come to `end_ticks`: one bit for each that is another one.
 */
uint64_t processor_fpu_changed(word_t seed, uint64_t end_ticks);

/* The pattern that register `n` was filled with. */
static inline uint64_t processor_fpu_pattern(word_t seed, unsigned n)
{
    return seed + n;
}

/*
 * Reserves a word as atomic operations do, makes a yield (or waits for the counter), and stores:
 * 1 when that store still succeeds.
 */
word_t processor_reservation_after_yield(uint64_t *word);
word_t processor_reservation_after(uint64_t *word, uint64_t end_ticks);

/* The trap of a foreign system, whose number and arguments stand where such systems have them. */
word_t processor_foreign_call(word_t number, word_t a, word_t b, word_t c);

/*
 * Fills every general register but those of the answer with patterns, makes the trap, and compares:
 * a bit for each that changed.
 */
uint64_t processor_changed_by_foreign_call(word_t number);

/* Where the fields of thread.read's registers stand in the list area, in words. */
extern const word_t processor_fpu_flag;
extern const word_t processor_fpu_first;
extern const word_t processor_fpu_stride;
extern const word_t processor_w0;
extern const word_t processor_tp;

#endif
