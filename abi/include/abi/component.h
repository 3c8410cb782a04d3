/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How components fare: the numbers that root's introspection answers with.
 * The protocols `inspect` and `control` say where they occur; numbers are never reused.
 */
#ifndef ABI_COMPONENT_H
#define ABI_COMPONENT_H

enum abi_component_state {
    ABI_COMPONENT_DOWN = 0,     /* stopped, or not started yet */
    ABI_COMPONENT_STARTING = 1, /* runs, and has not said that it is ready */
    ABI_COMPONENT_READY = 2,
    ABI_COMPONENT_DIED = 3,     /* halted; its memory is kept for diagnosis */
    ABI_COMPONENT_GIVEN_UP = 4, /* restarted too often, or it cannot be started */
    ABI_COMPONENT_EMPTY = 5,    /* waits for an image to be installed */
};

/* Why an instance ended. */
enum abi_death {
    ABI_DEATH_NONE = 0,
    ABI_DEATH_PAGE_FAULT = 1,     /* address, pc; access is 1 read, 2 write, 4 execute */
    ABI_DEATH_STACK_OVERFLOW = 2, /* a page fault in the page below the stack */
    ABI_DEATH_EXCEPTION = 3,      /* address is the syndrome */
    ABI_DEATH_ABORT = 4,          /* it found itself broken */
    ABI_DEATH_EXIT = 5,           /* access is its code */
    ABI_DEATH_BAD_CALL = 6,       /* an unknown system call; access is its number */
    ABI_DEATH_DEADLOCK = 7,       /* no heartbeat, and blocked */
    ABI_DEATH_ENDLESS_LOOP = 8,   /* no heartbeat, and running all the time */
    ABI_DEATH_STARVED = 9,        /* no heartbeat, and given no processor time */
    ABI_DEATH_KILLED = 10,        /* by control */
    ABI_DEATH_OTHER_FAULT = 11,   /* access is the kernel's fault number */
};

/* What root's journal records. */
enum abi_journal {
    ABI_JOURNAL_START = 1, /* detail: which instance */
    ABI_JOURNAL_READY = 2,
    ABI_JOURNAL_LATE = 3,  /* not ready in time; nobody waits for it any more */
    ABI_JOURNAL_STOP = 4,  /* all it had is given back */
    ABI_JOURNAL_DEATH = 5, /* detail: enum abi_death */
    ABI_JOURNAL_GIVEN_UP = 6,
    ABI_JOURNAL_SKIPPED = 7, /* a heartbeat is missing; detail: how many in a row */
};

#endif
