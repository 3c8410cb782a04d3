/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole state as lines of text, the same for the same state: a letter, then hexadecimal fields.
 * Objects come in the order of their addresses, and are named by them, as components know them:
 * nothing depends on where the kernel lies.
 *
 * A part is the number of lines given out before, and every part walks the whole state again: slow,
 * but there is nothing to remember between two calls.  What each line says stands with the function
 * that writes it.
 */
#include "debug/dump.h"

#include <abi/status.h>
#include <arch/paging.h>
#include <base/bits.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/timer.h"

enum { LINE_MAX = 256, HEX_BITS = 4 };

struct dump {
    char *out;
    size_t size;
    size_t used;
    word_t line;        /* of the walk */
    word_t first;       /* to be given out */
    bool is_full;
};

/* ---- fields ---- */

static void put(struct dump *dump, char c)
{
    dump->out[dump->used++] = c;
}

static void put_hex(struct dump *dump, uint64_t value)
{
    unsigned count = u64_last_set(value | 1) / HEX_BITS + 1;
    char *digit = dump->out + dump->used + count;

    dump->used += count;
    for (; count > 0; count--, value >>= HEX_BITS)
        *--digit = "0123456789abcdef"[value & 15];
}

static void field(struct dump *dump, uint64_t value)
{
    put(dump, ' ');
    put_hex(dump, value);
}

static void named(struct dump *dump, char kind, uint64_t address)
{
    put(dump, kind);
    put_hex(dump, address);
}

static void named_in(struct dump *dump, char kind, uint64_t address, uint64_t index)
{
    named(dump, kind, address);
    put(dump, '.');
    put_hex(dump, index);
}

/* false: the line was given out before, or finds no room any more. */
static bool begin(struct dump *dump, char letter)
{
    if (dump->is_full || dump->line++ < dump->first)
        return false;
    if (dump->size - dump->used < LINE_MAX) {
        dump->is_full = true;
        dump->line--;
        return false;
    }
    put(dump, letter);
    return true;
}

static void end(struct dump *dump)
{
    put(dump, '\n');
}

/* ---- names ---- */

static bool is_initial(const struct object *object)
{
    uintptr_t start = (uintptr_t)kernel.memory;

    return (uintptr_t)object - start < sizeof(kernel.memory);
}

/* Objects are named by where they lie; a memory that the kernel started with, by what it covers,
 * plus one. */
static uint64_t object_name(struct object *object)
{
    return is_initial(object) ? memory_of(object)->base + 1 : object->range.base;
}

static void object_field(struct dump *dump, struct object *object)
{
    field(dump, object == NULL ? 0 : object_name(object));
}

static uint64_t thread_name(struct thread *thread)
{
    return thread == NULL ? 0 : object_name(&thread->object);
}

/* The kernel's own node stands above everything that was not derived; all others lie in some
 * memory. */
static bool is_in_memory(const void *pointer)
{
    paddr_t paddr = virt_to_phys(pointer);

    for (unsigned i = 0; i < kernel.memory_count; i++) {
        if (paddr - kernel.memory[i].base < kernel.memory[i].size_bytes)
            return true;
    }
    return false;
}

/* The object whose memory holds a capability that is in no thread. */
static struct object *holder_of(struct cap *cap)
{
    paddr_t paddr = virt_to_phys(cap);
    struct tree_node *node = memory_find(paddr)->ranges.root;

    while (node != NULL) {
        struct range *range = container_of(node, struct range, node);

        if (paddr < (range->base & ~(uint64_t)1)) {
            node = node->child[TREE_LEFT];
            continue;
        }
        struct object *object = container_of(range, struct object, range);

        if ((range->base & 1) == 0 && paddr - range->base < object->size_bytes)
            return object;
        node = node->child[TREE_RIGHT];
    }
    return NULL;
}

static void name_thread_slot(struct dump *dump, struct cap *cap)
{
    unsigned slot = cap_type(cap) == TYPE_FRAME ? SLOT_BUFFER : cap->node.pages;
    struct thread *thread = container_of(cap - slot, struct thread, slots[0]);

    named_in(dump, 't', thread_name(thread), slot);
}

static void name_cap(struct dump *dump, struct cap *cap)
{
    if (cap == &kernel.watch) {
        put(dump, 'w');
        return;
    }
    if ((cap->node.flags & CAP_IN_THREAD) != 0) {
        name_thread_slot(dump, cap);
        return;
    }
    if (!is_in_memory(cap)) {
        put(dump, 'k');
        return;
    }
    struct object *holder = holder_of(cap);

    if (object_type(holder) == TYPE_CHUNK)
        named_in(dump, 'c', object_name(holder), (uint64_t)(cap - chunk_of(holder)->slots));
    else
        named(dump, 'i', object_name(holder));
}

static void name_node(struct dump *dump, struct cap_node *node)
{
    if ((node->flags & NODE_ANCHOR) != 0) {
        named(dump, 'o', object_name(container_of(node, struct object, anchor)));
    } else if ((node->flags & NODE_MAPPING) != 0) {
        struct mapping *mapping = container_of(node, struct mapping, node);

        named_in(dump, 'm', object_name(&mapping->space->object), mapping->address);
    } else {
        name_cap(dump, container_of(node, struct cap, node));
    }
}

/* Where a node stands in the tree: its first child, and its next sibling or (^) its parent; - for
 * none. */
static void place(struct dump *dump, struct cap_node *node)
{
    word_t next = (word_t)node->next;

    put(dump, ' ');
    if (node->first == NULL)
        put(dump, '-');
    else
        name_node(dump, node->first);
    put(dump, ' ');
    if ((next & 1) != 0)
        put(dump, '^');
    if (next == 0)
        put(dump, '-');
    else
        name_node(dump, (struct cap_node *)(next & ~(word_t)1));
}

/* ---- capabilities ---- */

static void flag(struct dump *dump, const struct cap *cap, unsigned flags, char letter)
{
    if ((cap->node.flags & flags) != 0)
        put(dump, letter);
}

/* s slot type rights flags (.: none; o owner, s session, c closed, m making), then frame: base
 * pages device, else: object badge, then its place in the tree.  Nothing for an empty one. */
static void dump_slot(struct dump *dump, struct cap *cap, unsigned slot)
{
    if (cap_is_empty(cap) || !begin(dump, 's'))
        return;
    field(dump, slot);
    field(dump, cap->node.type);
    field(dump, cap->node.rights);
    put(dump, ' ');
    put(dump, '.');
    flag(dump, cap, CAP_OWNER, 'o');
    flag(dump, cap, CAP_SESSION, 's');
    flag(dump, cap, CAP_CLOSED, 'c');
    flag(dump, cap, CAP_MAKING, 'm');
    if (cap_type(cap) == TYPE_FRAME) {
        field(dump, frame_base(cap));
        field(dump, frame_pages(cap));
        field(dump, frame_is_device(cap));
    } else if (cap_type(cap) != TYPE_DEAD) {
        object_field(dump, cap->object);
        field(dump, cap->badge);
    }
    if (cap_type(cap) != TYPE_DEAD)
        place(dump, &cap->node);
    end(dump);
}

/* ---- queues ---- */

/* q thread: one of those that wait, in order. */
static void dump_queue(struct dump *dump, char letter, const struct wait_queue *queue)
{
    for (struct waiter *waiter = wait_queue_first(queue); waiter != NULL;
         waiter = waiter_next(waiter)) {
        if (begin(dump, letter)) {
            field(dump, thread_name(container_of(waiter, struct thread, waiter)));
            end(dump);
        }
    }
}

/* ---- objects ---- */

/* M kind depth */
static void dump_memory(struct dump *dump, struct memory *memory)
{
    if (begin(dump, 'M')) {
        field(dump, memory->kind);
        field(dump, memory->depth);
        end(dump);
    }
}

static size_t record_count(const struct space *space)
{
    size_t count = 0;

    for (struct mapping *record = space->free_records; record != NULL;
         record = (struct mapping *)record->node.next)
        count++;
    return count;
}

/* S free-pages free-records mapped-pages allows-write-execute, p pool for each, m address pages
 * paddr attributes rights place. */
static void dump_space(struct dump *dump, struct space *space)
{
    space_settle(space);
    if (begin(dump, 'S')) {
        field(dump, space_free_pages(space));
        field(dump, record_count(space));
        field(dump, space->mapped_pages);
        field(dump, space->allows_write_execute);
        end(dump);
    }
    for (struct list_node *n = list_first(&space->pools); n != NULL;
         n = list_next(&space->pools, n)) {
        if (begin(dump, 'p')) {
            object_field(dump, &container_of(n, struct pool, in_space)->object);
            end(dump);
        }
    }
    for (struct tree_node *n = tree_first(&space->mappings); n != NULL; n = tree_next(n)) {
        struct mapping *mapping = container_of(n, struct mapping, by_address);

        if (begin(dump, 'm')) {
            field(dump, mapping->address);
            field(dump, mapping->node.pages);
            field(dump, mapping->paddr);
            field(dump, mapping->node.type);
            field(dump, mapping->node.rights);
            place(dump, &mapping->node);
            end(dump);
        }
    }
}

/* P space */
static void dump_pool(struct dump *dump, struct pool *pool)
{
    if (begin(dump, 'P')) {
        object_field(dump, pool->space == NULL ? NULL : &pool->space->object);
        end(dump);
    }
}

/* T size, d position chunk for each that is there. */
static void dump_captable(struct dump *dump, struct captable *table)
{
    if (begin(dump, 'T')) {
        field(dump, table->chunk_count);
        end(dump);
    }
    for (unsigned i = 0; i < table->chunk_count; i++) {
        if (table->directory[i] != NULL && begin(dump, 'd')) {
            field(dump, i);
            object_field(dump, &table->directory[i]->object);
            end(dump);
        }
    }
}

/* C table position, then its slots. */
static void dump_chunk(struct dump *dump, struct chunk *chunk)
{
    if (begin(dump, 'C')) {
        object_field(dump, chunk->table == NULL ? NULL : &chunk->table->object);
        field(dump, chunk->table == NULL ? 0 : chunk->position);
        end(dump);
    }
    for (unsigned i = 0; i < ABI_CHUNK_SLOTS; i++)
        dump_slot(dump, &chunk->slots[i], i);
}

/* W waiting-on kind badge may-grant reply answer fault: what a thread has to do with messages; zero
 * where it has nothing. */
static void dump_messages(struct dump *dump, struct thread *thread)
{
    bool is_sender = thread->state == THREAD_SENDING || thread->state == THREAD_CALLING;
    bool is_fault = is_sender && thread->send_kind == SEND_FAULT;
    bool is_queued = thread->state == THREAD_SENDING || thread->state == THREAD_RECEIVING ||
                     thread->state == THREAD_WAITING;

    if (!begin(dump, 'W'))
        return;
    object_field(dump, is_queued ? thread->waiting_on : NULL);
    field(dump, is_sender ? thread->send_kind : 0);
    field(dump, thread->state == THREAD_SENDING ? thread->badge : 0);
    field(dump, thread->state == THREAD_RECEIVING && thread->may_grant);
    object_field(dump, thread->reply == NULL ? NULL : &thread->reply->object);
    object_field(dump, thread->answer == NULL ? NULL : &thread->answer->object);
    field(dump, is_fault ? thread->fault_info : 0);
    end(dump);
}

/* H state priority ceiling options stopped core budget debtor minimum buffer-page progress, W, k
 * reply for each kept one, slots. */
static void dump_thread(struct dump *dump, struct thread *thread)
{
    if (begin(dump, 'H')) {
        field(dump, thread->state);
        field(dump, thread_priority(thread));
        field(dump, thread->ceiling);
        field(dump, thread->options);
        field(dump, thread_is_unusual(thread, UNUSUAL_STOPPED));
        field(dump, thread->cpu == NULL ? 0 : thread->cpu->index);
        object_field(dump, thread->running_on == NULL ? NULL : &thread->running_on->object);
        object_field(dump, thread->debtor == NULL ? NULL : &thread->debtor->object);
        field(dump, thread->minimum);
        field(dump, thread->buffer_page);
        field(dump, thread->progress | thread->progress_pages);
        end(dump);
    }
    dump_messages(dump, thread);
    for (struct list_node *n = list_first(&thread->kept_replies); n != NULL;
         n = list_next(&thread->kept_replies, n)) {
        if (begin(dump, 'k')) {
            object_field(dump, &container_of(n, struct reply, kept)->object);
            end(dump);
        }
    }
    for (unsigned i = 0; i < THREAD_SLOTS; i++)
        dump_slot(dump, &thread->slots[i], i);
}

/* B filled core amount period share, b thread for each that waits. */
static void dump_budget(struct dump *dump, struct budget *budget)
{
    if (begin(dump, 'B')) {
        field(dump, budget->cpu != NULL);
        field(dump, budget->cpu == NULL ? 0 : budget->cpu->index);
        field(dump, budget->amount);
        field(dump, budget->period);
        field(dump, budget->share);
        end(dump);
    }
    for (struct list_node *n = list_first(&budget->waiting); n != NULL;
         n = list_next(&budget->waiting, n)) {
        if (begin(dump, 'b')) {
            field(dump, thread_name(container_of(n, struct thread, runnable.link)));
            end(dump);
        }
    }
}

/* x thread for each sender, r for each receiver, z session root for each closed session. */
static void dump_endpoint(struct dump *dump, struct endpoint *endpoint)
{
    dump_queue(dump, 'x', &endpoint->senders);
    dump_queue(dump, 'r', &endpoint->receivers);
    for (struct list_node *n = list_first(&endpoint->closed); n != NULL;
         n = list_next(&endpoint->closed, n)) {
        if (begin(dump, 'z')) {
            put(dump, ' ');
            name_cap(dump, container_of(n, struct cap, closed));
            end(dump);
        }
    }
}

/* R bound caller server may-grant */
static void dump_reply(struct dump *dump, struct reply *reply)
{
    if (begin(dump, 'R')) {
        field(dump, reply->is_bound);
        field(dump, thread_name(reply->caller));
        field(dump, thread_name(reply->server));
        field(dump, reply->is_bound && reply->may_grant);
        end(dump);
    }
}

/* N bits bound, n thread for each that waits. */
static void dump_notification(struct dump *dump, struct notification *notification)
{
    if (begin(dump, 'N')) {
        field(dump, notification->bits);
        field(dump, thread_name(notification->bound));
        end(dump);
    }
    dump_queue(dump, 'n', &notification->waiters);
}

/* I claimed line delivered bits, slot. */
static void dump_interrupt(struct dump *dump, struct interrupt *interrupt)
{
    if (begin(dump, 'I')) {
        field(dump, interrupt->is_claimed);
        field(dump, interrupt->is_claimed ? interrupt->line : 0);
        field(dump, interrupt->is_delivered);
        field(dump, interrupt->bits);
        end(dump);
    }
    dump_slot(dump, &interrupt->notification, 0);
}

/* A armed deadline bits, slot. */
static void dump_timer(struct dump *dump, struct timer *timer)
{
    bool is_armed = timer->timeout.armed_in != NULL;

    if (begin(dump, 'A')) {
        field(dump, is_armed);
        field(dump, is_armed ? timer->timeout.deadline : 0);
        field(dump, timer->bits);
        end(dump);
    }
    dump_slot(dump, &timer->notification, 0);
}

/* O type base size dead place, then what the type has to say. */
static void dump_object(struct dump *dump, struct object *object)
{
    if (begin(dump, 'O')) {
        field(dump, object_type(object));
        field(dump, object_name(object));
        field(dump, is_initial(object) ? memory_of(object)->size_bytes : object->size_bytes);
        field(dump, object->is_dead);
        place(dump, &object->anchor);
        end(dump);
    }
    switch (object_type(object)) {
    case TYPE_MEMORY: dump_memory(dump, memory_of(object)); break;
    case TYPE_SPACE: dump_space(dump, space_of(object)); break;
    case TYPE_POOL: dump_pool(dump, pool_of(object)); break;
    case TYPE_CAPTABLE: dump_captable(dump, captable_of(object)); break;
    case TYPE_CHUNK: dump_chunk(dump, chunk_of(object)); break;
    case TYPE_THREAD: dump_thread(dump, thread_of(object)); break;
    case TYPE_BUDGET: dump_budget(dump, budget_of(object)); break;
    case TYPE_ENDPOINT: dump_endpoint(dump, endpoint_of(object)); break;
    case TYPE_REPLY: dump_reply(dump, reply_of(object)); break;
    case TYPE_NOTIFICATION: dump_notification(dump, notification_of(object)); break;
    case TYPE_INTERRUPT: dump_interrupt(dump, interrupt_of(object)); break;
    case TYPE_TIMER: dump_timer(dump, timer_of(object)); break;
    default: break;
    }
}

/* F base owner-capability: a frame's range. */
static void dump_frame(struct dump *dump, struct cap *frame)
{
    if (begin(dump, 'F')) {
        field(dump, frame_base(frame));
        put(dump, ' ');
        name_cap(dump, frame);
        end(dump);
    }
}

/* ---- the walk ---- */

/* What lies in a memory, by address, and what lies in the memories in it. */
static void dump_ranges(struct dump *dump, struct memory *memory)
{
    struct tree_node *outer[MEMORY_DEPTH_MAX + 1];
    struct tree_node *node = tree_first(&memory->ranges);
    unsigned depth = 0;

    while (!dump->is_full && (node != NULL || depth != 0)) {
        if (node == NULL) {
            node = tree_next(outer[--depth]);
            continue;
        }
        struct range *range = container_of(node, struct range, node);
        struct object *object = container_of(range, struct object, range);

        if ((range->base & 1) != 0) {
            dump_frame(dump, container_of(range, struct cap, range));
        } else {
            dump_object(dump, object);
            if (object_type(object) == TYPE_MEMORY) {
                outer[depth++] = node;
                node = tree_first(&memory_of(object)->ranges);
                continue;
            }
        }
        node = tree_next(node);
    }
}

/* U core current, u thread for each that is ready, the first to run first. */
static void dump_core(struct dump *dump, struct cpu *cpu)
{
    if (begin(dump, 'U')) {
        field(dump, cpu->index);
        field(dump, thread_name(cpu->current));
        end(dump);
    }
    for (unsigned i = ABI_PRIORITIES; i-- > 0;) {
        struct list *list = &cpu->queue.lists[i];

        for (struct list_node *n = list_first(list); n != NULL; n = list_next(list, n)) {
            if (begin(dump, 'u')) {
                field(dump, thread_name(container_of(n, struct thread, runnable.link)));
                end(dump);
            }
        }
    }
}

/* G mapping records in a space, a pool, a page: what a model needs to know of their sizes. */
static void dump_geometry(struct dump *dump)
{
    if (begin(dump, 'G')) {
        field(dump, (PAGE_SIZE - sizeof(struct space)) / sizeof(struct mapping));
        field(dump, (PAGE_SIZE - sizeof(struct pool)) / sizeof(struct mapping));
        field(dump, PAGE_SIZE / sizeof(struct mapping));
        end(dump);
    }
}

/* w bits: what is signalled for faults nobody takes. */
static void dump_watch(struct dump *dump)
{
    if (begin(dump, 'w')) {
        field(dump, kernel.watch_bits);
        end(dump);
    }
    dump_slot(dump, &kernel.watch, 0);
}

status_t dump_part(word_t part, char *out, size_t size, word_t *next, word_t *used)
{
    struct dump dump = {.out = out, .size = size, .first = part};

    dump_geometry(&dump);
    dump_watch(&dump);
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        dump_core(&dump, kernel.cpus[i]);
    for (unsigned i = 0; i < kernel.memory_count; i++) {
        dump_object(&dump, &kernel.memory[i].object);
        dump_ranges(&dump, &kernel.memory[i]);
    }
    *next = dump.is_full ? dump.line : 0;
    *used = dump.used;
    return OK;
}
