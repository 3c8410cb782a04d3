/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of the model, file by file.  Included by model.h, which has the data.
 */
#ifndef TESTS_RANDOM_MODEL_PARTS_H
#define TESTS_RANDOM_MODEL_PARTS_H

#include "model.h"

/* ---- model.c: tree, memory, death ---- */

struct object *m_object_new(unsigned type, u64 base, u64 size, struct object *memory);
struct object *model_find(const struct model *m, u64 base); /* object at an address, or NULL */
void m_memory_add(struct object *memory, u64 base, u64 size, struct object *object,
                  struct node *frame);
struct range *m_memory_overlap(const struct object *memory, u64 base, u64 size);

void m_node_add(struct node *parent, struct node *child);
void m_node_insert(struct node *parent, unsigned at, struct node *child);
unsigned m_node_position(const struct node *node);
void m_node_remove(struct model *m, struct node *node); /* its children take its place */
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
void m_thread_release(struct model *m, struct object *thread); /* it runs: no more */
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
void model_leave(struct model *m); /* choose who runs next on this core */

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
void model_timer(struct model *m); /* this core's timer fires; model_leave follows */
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
