/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses that may fault: a probe is a thread that tries them and tells how each one went.
 *
 * The functions in arch/<cpu>/probe.S have one place to go on at after a fault, so whoever takes
 * the fault answers it with that place and the function returns 0.
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include "child.h"
#include "frame.h"

/* Not 0 when the access worked.  What is executed must begin with a return instruction. */
word_t probe_read(vaddr_t address, word_t *value);
word_t probe_write(vaddr_t address, word_t value);
word_t probe_execute(vaddr_t address);

/* Where they go on after a fault; they return 0 then. */
extern const char probe_refused[];

/* The instruction that returns from a function, as it stands in memory. */
uint32_t probe_return_instruction(void);

/* A thread of the test's own space, on a core of its own choice. */
struct probe {
    cap_t go, endpoint, reply;
    struct rt_worker *worker;
    volatile word_t access; /* MAP_READ, MAP_WRITE or MAP_EXECUTE */
    volatile vaddr_t address;
    volatile word_t value; /* written, or read */
    volatile bool worked;
    struct child_fault fault; /* the last one */
};

/* Ends with the test; false after a failed check. */
bool probe_start(struct probe *probe, unsigned core);

/* Does one access and tells whether it worked.  When it did not, probe->fault says why. */
bool probe_try(struct probe *probe, word_t access, vaddr_t address);

/* The word at an address; a failed check when it can't be read. */
word_t probe_word(struct probe *probe, vaddr_t address);

/* The access faults, and the fault says so: its address and its kind. */
bool probe_faults(struct probe *probe, word_t access, vaddr_t address);

#endif
