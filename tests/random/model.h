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

typedef uint64_t u64;

enum { MODEL_CORES = 8, MODEL_LINES = 1024, MODEL_DEPTH_MAX = 15, CHUNKS_MAX = 2048 };

/* ---- lists of pointers, in order ---- */

struct list {
    void **item;
    unsigned count;
    unsigned room;
};

void m_list_insert(struct list *list, unsigned at, void *item);
void m_list_append(struct list *list, void *item);
void m_list_remove(struct list *list, const void *item);     /* which may be missing */
unsigned m_list_find(const struct list *list, const void *item); /* count: not there */

/* ---- the derivation tree ---- */

enum node_kind { NODE_CAP, NODE_ANCHOR, NODE_MAPPING, NODE_TOP };

struct object;

struct node {
    enum node_kind kind;
    struct node *parent;
    struct list children;

    /* a capability */
    struct object
        *holder; /* chunk, thread, interrupt or timer it is in; NULL: the kernel's watch */
    unsigned index;             /* slot in it */
    unsigned type;
    unsigned rights;            /* of a mapping: the most it may be given */
    bool is_owner;
    bool is_session;
    bool is_closed;
    bool is_making;
    struct object *object;      /* of an anchor: the object itself; of a mapping: the space */
    u64 badge;
    u64 base;                   /* frame, mapping: physical address */
    u64 pages;
    bool is_device;

    /* a mapping */
    u64 address;
    unsigned attributes;
};

/* ---- objects ---- */

enum { HELD_SLOTS = 7 };        /* capabilities in a thread */
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
    struct object *object;      /* or */
    struct node *frame;         /* the frame's owner */
};

struct object {
    unsigned type;
    u64 base;
    u64 size;
    bool is_dead;
    struct object *memory;      /* it lies in */
    struct node anchor;

    struct {                    /* memory */
        u64 kind;
        unsigned depth;
        struct list ranges;     /* struct range, by address */
        struct list dead;       /* objects to clean */
    } m;
    struct {                    /* space */
        u64 free_pages;
        u64 free_records;
        u64 mapped;
        bool allows_write_execute;
        struct list pools;
        struct list mappings;   /* struct node, by address */
        struct list tables;     /* struct table */
    } s;
    struct object *pool_space;
    struct {                    /* captable */
        unsigned size;
        struct object *chunk[CHUNKS_MAX];
    } *t;
    struct {                    /* chunk */
        struct object *table;
        unsigned position;
        struct node slot[ABI_CHUNK_SLOTS];
    } *c;
    struct thread *h;
    struct {                    /* budget */
        bool is_filled;
        unsigned core;
        u64 amount, period, share;
        int64_t left;
        u64 refill_at;
        u64 consumed;
        bool is_armed;
        struct list threads;    /* struct object: everyone who runs on it */
        struct list waiting;    /* those of them that wait for time */
        struct list debtors;
    } b;
    struct {                    /* endpoint */
        struct list senders;    /* struct object, who goes first first */
        struct list receivers;
        struct list closed;     /* struct node: session roots */
    } e;
    struct {                    /* reply */
        bool is_bound;
        bool may_grant;
        struct object *caller;
        struct object *server;
    } r;
    struct {                    /* notification */
        u64 bits;
        struct list waiters;
        struct object *bound;
    } n;
    struct {                    /* interrupt, timer */
        bool is_claimed;        /* or armed */
        u64 line;               /* or deadline */
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
    bool is_restarting;         /* when it runs, it makes the call in its registers again */
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
    struct list queue[ABI_PRIORITIES];      /* struct object */
    struct list refills;                    /* budgets with more to wake when the timer fires */
    u64 share;
};

struct model {
    struct list memories;       /* the initial ones */
    struct list pages;          /* struct page */
    struct list cleaning;       /* memories with dead objects */
    struct list graves; /* objects to free when the call is over: its maker may be among them */
    struct node top;            /* above everything that was not derived */
    struct node watch;
    u64 watch_bits;
    u64 kills;
    unsigned core_count;
    struct core core[MODEL_CORES];
    unsigned here;              /* core that makes the call */
    u64 now;                    /* ticks */
    u64 frequency;
    u64 line_count;
    struct object *lines[MODEL_LINES];
    u64 records_in_space, records_in_pool, records_in_page;
    u64 trap_bytes;             /* size of the trap instruction */
    u64 user_top;
    char *text;                 /* of the last dump */
    size_t text_room;
    bool is_clock_running;      /* time passes, so that what is left of it cannot be told */
    bool is_output_free;        /* the last call gave out what the model does not know */
    bool is_off;                /* the last call switched the machine off */
};

/* ---- model.c: tree, memory, death ---- */

struct object *m_object_new(unsigned type, u64 base, u64 size, struct object *memory);
struct object *model_find(const struct model *m, u64 base);     /* object at an address, or NULL */
void m_memory_add(struct object *memory, u64 base, u64 size, struct object *object,
                  struct node *frame);
struct range *m_memory_overlap(const struct object *memory, u64 base, u64 size);

void m_node_add(struct node *parent, struct node *child);
void m_node_insert(struct node *parent, unsigned at, struct node *child);
unsigned m_node_position(const struct node *node);
void m_node_remove(struct model *m, struct node *node);           /* its children take its place */
bool m_node_is_empty(const struct node *cap);
status_t m_cap_check(const struct node *cap);
void m_cap_clear(struct node *cap);
void m_cap_derive(struct model *m, struct node *to, struct node *from, u64 rights);
void m_cap_move(struct model *m, struct node *from, struct node *to);
void m_cap_delete(struct model *m, struct node *cap);
void m_cap_revoke(struct model *m, struct node *cap, u64 *killed);
void m_object_kill(struct model *m, struct object *object);
struct abi_buffer *model_page(struct model *m, u64 base);
bool model_clean_step(struct model *m, struct object *memory);
void model_clean(struct model *m);
void model_bury(struct model *m);


/* ---- model_space.c ---- */

status_t m_space_map(struct model *m, struct object *space, struct node *frame,
                     const struct abi_map_entry *entry, u64 *missing);
status_t m_space_change(struct model *m, struct object *space, const struct abi_map_entry *entry,
                        bool is_unmap, u64 *missing);
void m_mapping_remove(struct model *m, struct node *mapping);
bool m_space_clean_step(struct model *m, struct object *space);
void m_space_load_tables(struct object *space, const struct node *mapping);

/* ---- model_thread.c: time, queues, life ---- */

struct object *m_held_object(const struct object *thread, enum held held);
struct abi_buffer *m_thread_buffer(struct model *m, struct object *thread);
void m_thread_release(struct model *m, struct object *thread);    /* it runs: no more */
void m_thread_make_ready(struct model *m, struct object *thread);
void m_thread_hand_over(struct model *m, struct object *thread);
void m_thread_set_budget(struct model *m, struct object *thread, struct object *budget);
void m_thread_clear_debt(struct object *thread);
void m_restart_call(struct model *m, struct object *thread);
void m_thread_stop(struct model *m, struct object *thread);
status_t m_thread_resume(struct model *m, struct object *thread);
status_t m_thread_cancel(struct model *m, struct object *thread, status_t status);
void m_thread_set_priority(struct model *m, struct object *thread, unsigned priority);
void m_thread_fault_lost(struct model *m, struct object *thread);
void m_thread_fault(struct model *m, struct object *thread, u64 fault, const u64 words[4]);
void m_thread_unbind(struct object *thread);
void m_thread_on_kill(struct model *m, struct object *thread);
bool m_thread_clean_step(struct model *m, struct object *thread);
void m_held_died(struct model *m, struct node *cap);
void m_queue_insert(struct list *queue, struct object *thread);
bool m_budget_is_unlimited(const struct object *budget);
status_t m_budget_fill(struct model *m, struct object *budget, unsigned core, u64 amount,
                       u64 period, u64 *left);
void m_budget_wait(struct object *budget, struct object *thread);
bool m_budget_clean_step(struct model *m, struct object *budget);
void model_leave(struct model *m);      /* choose who runs next on this core */

/* ---- model_ipc.c ---- */

status_t m_message_check(struct model *m, struct object *sender, bool may_grant);
status_t m_ipc_send(struct model *m, struct object *sender, struct node *cap, enum kind kind,
                    bool wait);
status_t m_ipc_receive(struct model *m, struct object *receiver, struct node *cap,
                       struct object *reply, bool wait);
status_t m_ipc_reply(struct model *m, struct object *server, struct object *reply);
void m_reply_release(struct object *reply);
void m_reply_lose_caller(struct model *m, struct object *reply);
void m_reply_fail(struct model *m, struct object *reply, status_t status);
void m_reply_on_kill(struct model *m, struct object *reply);
void m_session_emptied(struct model *m, struct node *root);
void m_session_reopened(struct node *root);
bool m_endpoint_clean_step(struct model *m, struct object *endpoint);
void m_signal_object(struct model *m, struct object *notification, u64 bits);
void m_signal_cap(struct model *m, struct node *cap, u64 bits);
u64 m_fault_info(u64 fault);
bool m_fault_is_trap(u64 info);

/* ---- model_call.c and model_ops.c ---- */

/* The running thread makes the call in its registers. */
void model_call(struct model *m);
void model_interrupt(struct model *m, unsigned line);
void model_timer(struct model *m);      /* this core's timer fires; model_leave follows */
bool model_is_mapped(const struct object *thread, u64 address);
status_t model_invoke(struct model *m, struct object *self, struct node *cap, u64 operation,
                      u64 words[8], u64 *culprit);
struct node *model_slot(const struct object *table, u64 index);
status_t m_cap_lookup(const struct object *self, u64 index, struct node **out);
status_t m_cap_argument(const struct object *self, u64 index, unsigned type, unsigned rights,
                        struct node **out);
status_t m_cap_lookup_empty(const struct object *self, u64 index, struct node **out);

/* ---- model_dump.c and model_load.c ---- */

/* Text of the whole state, in a buffer that the next dump uses again. */
const char *model_dump(struct model *m, size_t *length);
/* false: the text is not one, and why goes to standard error. */
bool model_load(struct model *m, const char *text);
void model_free(struct model *m);

#endif
