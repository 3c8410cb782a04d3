/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executable model of the capability rules: the same calls over naive data, for comparison with
 * the kernel.
 *
 * It shares nothing with the kernel but the ABI.  Whatever the kernel does with tagged rings,
 * balanced trees and bounded steps is done here with arrays that are searched from end to end, and
 * a call is one indivisible step.  It is loaded from a dump of the kernel's state, and writes the
 * same dump of its own.
 */
#ifndef TESTS_RANDOM_MODEL_H
#define TESTS_RANDOM_MODEL_H

#include <abi/calls.h>
#include <abi/message.h>
#include <abi/objects.h>
#include <abi/sizes.h>
#include <abi/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model_tree.h"

enum { MODEL_CORES = 8, MODEL_LINES = 1024, MODEL_DEPTH_MAX = 15 };

/* ---- objects ---- */

enum { HELD_SLOTS = 7 }; /* capabilities in a thread */
enum held {
    HELD_CAPTABLE,
    HELD_SPACE,
    HELD_BUDGET,
    HELD_FAULT,
    HELD_TIMEOUT,
    HELD_NOTIFICATION,
    HELD_BUFFER
};

enum state { STOPPED, READY, RUNNING, SENDING, RECEIVING, CALLING, WAITING, OUT_OF_TIME, FAULTED };
enum kind { KIND_MESSAGE, KIND_CALL, KIND_FAULT };
enum { OPTION_PASSIVE = 1, OPTION_FORWARDED = 2 };

struct registers {
    u64 call, cap, info, aux;
    u64 words[ABI_REGISTER_WORDS];
};

/* Something that lies in a memory. */
struct range {
    u64 base;
    u64 size;
    struct object *object; /* or */
    struct node *frame;    /* the frame's owner */
};

struct object {
    unsigned type;
    u64 base;
    u64 size;
    bool is_dead;
    struct object *memory; /* it lies in */
    struct node anchor;

    struct { /* memory */
        u64 kind;
        unsigned depth;
        struct list ranges; /* struct range, by address */
        struct list dead;   /* objects to clean */
    } m;
    struct { /* space */
        u64 free_pages;
        u64 free_records;
        u64 mapped;
        bool allows_write_execute;
        struct list pools;
        struct list mappings; /* struct node, by address */
        struct list tables;   /* struct table */
    } s;
    struct object *pool_space;
    struct { /* captable */
        unsigned size;
        struct object *chunk[ABI_CAPTABLE_CHUNKS_MAX];
    } * t;
    struct { /* chunk */
        struct object *table;
        unsigned position;
        struct node slot[ABI_CHUNK_SLOTS];
    } * c;
    struct thread *h;
    struct { /* budget */
        bool is_filled;
        unsigned core;
        u64 amount, period, share;
        int64_t left;
        u64 refill_at;
        u64 consumed;
        bool is_armed;
        struct list threads; /* struct object: everyone who runs on it */
        struct list waiting; /* those of them that wait for time */
        struct list debtors;
    } b;
    struct {                 /* endpoint */
        struct list senders; /* struct object, who goes first first */
        struct list receivers;
        struct list closed; /* struct node: session roots */
    } e;
    struct { /* reply */
        bool is_bound;
        bool may_grant;
        struct object *caller;
        struct object *server;
    } r;
    struct { /* notification */
        u64 bits;
        struct list waiters;
        struct object *bound;
    } n;
    struct {             /* interrupt, timer */
        bool is_claimed; /* or armed */
        u64 line;        /* or deadline */
        bool is_delivered;
        bool is_masked;
        u64 bits;
        struct node slot;
    } i;
};

struct thread {
    enum state state;
    unsigned priority, ceiling, options;
    bool is_stopped;
    bool is_root;
    unsigned core;
    struct object *running_on, *debtor;
    u64 minimum;
    struct object *waiting_on;
    enum kind kind;
    bool may_grant;
    u64 badge;
    struct object *answer, *reply;
    struct list kept;
    u64 fault_info;
    u64 fault_words[4];
    struct node held[HELD_SLOTS];
    u64 buffer_page;
    struct registers registers;
    u64 pc, sp, tp;
    bool has_fp;
    u64 fp[4];
    bool is_restarting; /* when it runs, it makes the call in its registers again */
};

enum { TABLE_LOWER, TABLE_UPPER, TABLE_LARGE };

/* A page table of a space: a last-level one covers 2 MiB, one above it 1 GiB; or a large page. */
struct table {
    u64 address;
    int kind;
};

/* What stands in a page that someone uses as a message buffer. */
struct page {
    u64 base;
    struct abi_buffer content;
};

struct core {
    struct object *current;
    struct list queue[ABI_PRIORITIES]; /* struct object */
    struct list refills;               /* budgets with more to wake when the timer fires */
    u64 share;
};

struct model {
    struct list memories; /* the initial ones */
    struct list pages;    /* struct page */
    struct list cleaning; /* memories with dead objects */
    struct list graves;   /* objects to free when the call is over: its maker may be among them */
    struct node top;      /* above everything that was not derived */
    struct node watch;
    u64 watch_bits;
    u64 kills;
    unsigned core_count;
    struct core core[MODEL_CORES];
    unsigned here; /* core that makes the call */
    u64 now;       /* ticks */
    u64 frequency;
    u64 line_count;
    struct object *lines[MODEL_LINES];
    u64 records_in_space, records_in_pool, records_in_page;
    u64 trap_bytes; /* size of the trap instruction */
    u64 user_top;
    char *text; /* of the last dump */
    size_t text_room;
    bool is_clock_running; /* time passes, so that what is left of it cannot be told */
    bool is_output_free;   /* the last call gave out what the model does not know */
    bool is_off;           /* the last call switched the machine off */
};

#include "model_parts.h"

#endif
