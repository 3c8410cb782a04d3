/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the kernel's first state, as boot/root.c does on a machine, and plays the processor.
 *
 * Root's own objects lie in a memory that nobody has a capability to, and root's slots hold copies
 * of theirs: whatever the random calls delete, there is always a thread that can go on.
 */
#include "kernel_side.h"

#include <abi/boot.h>
#include <abi/sizes.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <base/memory.h>
#include <stdio.h>

#include "debug/dump.h"
#include "host.h"
#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/make.h"
#include "object/space.h"
#include "object/thread.h"

enum {
    FREE_BYTES = 4 << 20, /* for the random calls */
    ROOT_CHUNKS = 4,
    ROOT_PRIORITY = 8,
    ROOT_CEILING = 40,
    DUMP_BYTES = 1 << 20,
    PREEMPTIONS_MAX = 100000,
};

struct kernel kernel;

static struct {
    struct cpu cpus[CPU_MAX];
    struct interrupt *lines[HOST_LINES];
    struct cap_node top;
    struct cap hidden_memory; /* what the kernel's own objects are made with */
    uint64_t next;            /* where the next of them goes */
    struct chunk *owners;     /* holds their first capabilities */
    unsigned owner_count;
    struct chunk *chunks[ROOT_CHUNKS];
    char dump[DUMP_BYTES];
} side;

/* ---- the first state ---- */

static void give_memory(uint64_t base, uint64_t bytes, unsigned kind)
{
    struct memory *memory = &kernel.memory[kernel.memory_count++];

    mem_zero(memory, sizeof(*memory));
    node_init(&memory->object.anchor, NODE_ANCHOR, TYPE_MEMORY);
    memory_init(memory, base, bytes, 0, kind);
    node_add_child(&side.top, &memory->object.anchor);
}

/* Like a chunk made by memory.make, but its own capability lies nowhere. */
static struct chunk *bare_chunk(void)
{
    struct memory *memory = memory_of(side.hidden_memory.object);
    struct chunk *chunk = phys_to_virt(side.next);
    struct range_place place;

    mem_zero(chunk, ABI_CHUNK_BYTES);
    kernel_assert(memory_find_place(memory, side.next, ABI_CHUNK_BYTES, &place) == OK);
    chunk->object.size_bytes = ABI_CHUNK_BYTES;
    chunk->object.range.base = side.next;
    memory_insert(memory, &chunk->object.range, &place);
    chunk->object.memory = memory;
    node_init(&chunk->object.anchor, NODE_ANCHOR, TYPE_CHUNK);
    node_add_child(&memory->object.anchor, &chunk->object.anchor);
    side.next += ABI_CHUNK_BYTES;
    return chunk;
}

static struct cap *make(enum abi_object_type type, word_t size)
{
    struct cap *owner = &side.owners->slots[side.owner_count++];
    uint64_t base = paddr_align_up(side.next, object_is_paged(type) ? PAGE_SIZE : ABI_OBJECT_ALIGN);

    side.next = base + object_bytes(type, size);
    if (type != TYPE_FRAME) {
        kernel_assert(make_object(&side.hidden_memory, type, base, size, owner) == OK);
        return owner;
    }
    kernel_assert(make_frame(&side.hidden_memory, base, size, owner) == OK);
    zero_pages(phys_to_virt(base), size);
    frame_made(owner);
    return owner;
}

static struct cap *root_slot(unsigned index)
{
    return &side.chunks[index / ABI_CHUNK_SLOTS]->slots[index % ABI_CHUNK_SLOTS];
}

static void give_control(unsigned slot, enum abi_object_type type, word_t badge)
{
    struct cap *cap = root_slot(slot);

    node_init(&cap->node, 0, type);
    cap->node.rights = RIGHT_READ | RIGHT_CONTROL | RIGHT_REVOKE;
    cap->badge = badge;
    node_add_child(&side.top, &cap->node);
}

static void give_controls(void)
{
    static const struct {
        uint8_t slot;
        uint8_t type;
    } controls[] = {
        {ABI_ROOT_INTERRUPTS, TYPE_INTERRUPT_CONTROL},
        {ABI_ROOT_POWER, TYPE_POWER_CONTROL},
        {ABI_ROOT_LOG, TYPE_LOG_CONTROL},
        {ABI_ROOT_PRIORITY, TYPE_PRIORITY_CONTROL},
        {ABI_ROOT_DMA, TYPE_DMA_CONTROL},
        {ABI_ROOT_SPACE_CONTROL, TYPE_SPACE_CONTROL},
    };

    for (unsigned i = 0; i < array_count(controls); i++)
        give_control(controls[i].slot, (enum abi_object_type)controls[i].type, 0);
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        give_control(ABI_ROOT_TIME + i, TYPE_TIME_CONTROL, i);
}

static void give_memories(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct cap *cap = root_slot(ABI_ROOT_MEMORY + i);
        struct object *object = &kernel.memory[i].object;

        node_init(&cap->node, 0, TYPE_MEMORY);
        cap->node.rights = (uint16_t)object_rights(TYPE_MEMORY);
        cap->object = object;
        node_add_child(&object->anchor, &cap->node);
    }
}

static struct thread *make_root(void)
{
    struct cap *table = make(TYPE_CAPTABLE, 2 * ROOT_CHUNKS);
    struct cap *space = make(TYPE_SPACE, 32);
    struct cap *thread_cap = make(TYPE_THREAD, 0);
    struct cap *budget = make(TYPE_BUDGET, 0);
    struct cap *buffer = make(TYPE_FRAME, 1);
    struct thread *thread = thread_of(thread_cap->object);
    word_t left;

    for (unsigned i = 0; i < ROOT_CHUNKS; i++) {
        captable_of(table->object)->directory[i] = side.chunks[i];
        side.chunks[i]->table = captable_of(table->object);
        side.chunks[i]->position = i;
    }
    cap_derive(root_slot(ABI_ROOT_CAPTABLE), table, ~(word_t)0);
    cap_derive(root_slot(ABI_ROOT_SPACE), space, ~(word_t)0);
    cap_derive(root_slot(ABI_ROOT_THREAD), thread_cap, ~(word_t)0);
    cap_derive(root_slot(ABI_ROOT_BUDGET), budget, ~(word_t)0);
    cap_derive(root_slot(ABI_ROOT_BUFFER), buffer, ~(word_t)0);
    thread_give(thread, SLOT_CAPTABLE, table);
    thread_give(thread, SLOT_SPACE, space);
    thread_give(thread, SLOT_BUDGET, budget);
    thread_give(thread, SLOT_BUFFER, buffer);
    kernel_assert(budget_fill(budget_of(budget->object), kernel.cpus[0], kernel.frequency,
                              kernel.frequency, &left) == OK);
    thread_set_budget(thread, budget_of(budget->object));
    thread->runnable.priority = ROOT_PRIORITY;
    thread->ceiling = ROOT_CEILING;
    thread->is_root = true;
    return thread;
}

static void make_second_budget(void)
{
    struct cap *budget = make(TYPE_BUDGET, 0);
    word_t left;

    cap_derive(root_slot(SIDE_SECOND_BUDGET), budget, ~(word_t)0);
    kernel_assert(budget_fill(budget_of(budget->object), kernel.cpus[1], kernel.frequency / 2,
                              kernel.frequency, &left) == OK);
}

static void init_kernel(unsigned cores)
{
    mem_zero(&kernel, sizeof(kernel));
    mem_zero(side.lines, sizeof(side.lines));
    list_init(&kernel.cleaners);
    list_init(&kernel.cleaning);
    kernel.cpu_count = cores;
    kernel.line_count = HOST_LINES;
    kernel.lines = side.lines;
    kernel.frequency = arch_time_frequency();
    space_ids_init(&kernel.space_ids, paging_id_bits());
    for (unsigned i = 0; i < cores; i++) {
        kernel.cpus[i] = &side.cpus[i];
        cpu_init(kernel.cpus[i], i);
        host_core_select(i);
        cpu_set_current(kernel.cpus[i]);
    }
    host_core_select(0);
}

void side_boot(unsigned cores)
{
    struct thread *root;

    host_init(cores);
    mem_set(host_ram, 0xa5, sizeof(host_ram));
    init_kernel(cores);
    node_init(&side.top, 0, TYPE_NONE);
    give_memory(HOST_RAM_BASE, FREE_BYTES, ABI_MEMORY_RAM | ABI_MEMORY_KERNEL_USABLE);
    give_memory(HOST_DEVICE_BASE, HOST_DEVICE_BYTES, 0);
    give_memory(HOST_RAM_BASE + FREE_BYTES, HOST_RAM_BYTES - FREE_BYTES,
                ABI_MEMORY_RAM | ABI_MEMORY_KERNEL_USABLE);
    side.hidden_memory = (struct cap){.object = &kernel.memory[2].object};
    side.hidden_memory.node.type = TYPE_MEMORY;
    side.next = HOST_RAM_BASE + FREE_BYTES;
    side.owner_count = 1;
    side.owners = bare_chunk();
    for (unsigned i = 0; i < ROOT_CHUNKS; i++)
        side.chunks[i] = bare_chunk();
    give_memories();
    give_controls();
    root = make_root();
    if (cores > 1)
        make_second_budget();
    while (side.hidden_memory.node.first != NULL) {
        struct cap_node *node = side.hidden_memory.node.first;

        node_detach(node);
        node_add_child(&kernel.memory[2].object.anchor, node);
    }
    context_init(&root->context, 0x10000, 0x20000, 0, 0);
    (void)kernel_enter(kernel.cpus[0], false);
    kernel_assert(thread_resume(root) == OK);
    (void)kernel_leave(kernel.cpus[0]);
    for (unsigned i = 1; i < cores; i++) {
        host_core_select(i);
        side_wake();
    }
    host_core_select(0);
}

void side_select(unsigned core)
{
    host_core_select(core);
}

bool side_is_interrupted(unsigned core)
{
    return host.cores[core].is_interrupted || side_timer_is_due(core);
}

bool side_timer_is_due(unsigned core)
{
    return host.cores[core].timer <= host.now;
}

/* ---- threads ---- */

static struct thread *thread_at(uint64_t base)
{
    return phys_to_virt(base);
}

uint64_t side_current(void)
{
    struct thread *thread = cpu_current()->current;

    return thread == NULL ? 0 : thread->object.range.base;
}

void side_registers_read(uint64_t base, struct side_registers *out)
{
    const struct arch_context *context = &thread_at(base)->context;

    *out = (struct side_registers){.call = context->x[REGISTER_CALL],
                                   .cap = context->x[REGISTER_CAP],
                                   .info = context->x[REGISTER_INFO],
                                   .aux = context->x[REGISTER_AUX],
                                   .pc = context->pc,
                                   .sp = context->sp,
                                   .tp = context->tp};
    mem_copy(out->words, &context->x[REGISTER_WORDS], sizeof(out->words));
}

void side_registers_write(uint64_t base, const struct side_registers *in)
{
    struct arch_context *context = &thread_at(base)->context;

    context->x[REGISTER_CALL] = in->call;
    context->x[REGISTER_CAP] = in->cap;
    context->x[REGISTER_INFO] = in->info;
    context->x[REGISTER_AUX] = in->aux;
    context->pc = in->pc;
    context->sp = in->sp;
    context->tp = in->tp;
    mem_copy(&context->x[REGISTER_WORDS], in->words, sizeof(in->words));
}

void *side_page(uint64_t base)
{
    return phys_to_virt(base);
}

/* ---- traps ---- */

enum trap { TRAP_CALL, TRAP_FAULT, TRAP_INTERRUPT };

/* A core that finds nobody to run leaves its stack for good: nothing stays on it between traps. */
static void trap(enum trap kind, const struct trap_fault *fault)
{
    struct thread *self = cpu_current()->current;
    jmp_buf idle;

    host.idle = host.core == 0 ? NULL : &idle;
    if (setjmp(idle) == 0) {
        if (kind == TRAP_INTERRUPT)
            (void)trap_interrupt(self);
        else if (kind == TRAP_FAULT)
            (void)trap_fault(self, fault);
        else if (self->context.is_forwarded)
            (void)trap_forwarded(self);
        else
            (void)trap_call(self);
    }
    host.idle = NULL;
}

void side_wake(void)
{
    trap(TRAP_INTERRUPT, NULL);
}

/* A preempted thread goes on at once, also when somebody above it woke up: who that is runs next.
 * The model does a call in one piece, and could not be compared in between. */
static void go_on(struct thread *self)
{
    struct cpu *cpu = cpu_current();
    struct thread *next = cpu->current;

    if (next == self)
        return;
    run_queue_remove(&cpu->queue, &self->runnable);
    next->state = THREAD_READY;
    run_queue_push_front(&cpu->queue, &next->runnable);
    self->state = THREAD_RUNNING;
    cpu->current = self;
}

/* false: the call is over.  With several cores the lock looks for interrupts first; the preemption
 * points are what comes behind it. */
static bool trap_once(struct thread *self, unsigned polls)
{
    word_t pc = self->context.pc;

    host.polls_until_pending = polls == 0 ? 0 : polls + (kernel.cpu_count > 1);
    self->context.pc = pc + TRAP_BYTES;
    trap(TRAP_CALL, NULL);
    host.polls_until_pending = 0;
    return self->context.pc == pc;
}

/* What a preempted call left to whoever has time, since it killed its own thread or found its table
 * gone.  The core looks again afterwards: cleaning may have woken somebody above who runs. */
static void clean_rest(void)
{
    bool has_cleaned = false;

    while (memory_clean_any_step())
        has_cleaned = true;
    if (has_cleaned)
        trap(TRAP_INTERRUPT, NULL);
}

void side_call(unsigned polls, struct side_outcome *outcome)
{
    struct thread *self = cpu_current()->current;
    jmp_buf power;

    *outcome = (struct side_outcome){.preemptions = 0};
    host.power = &power;
    if (setjmp(power) != 0) {
        outcome->is_off = true;
        outcome->exit_code = host.exit_code;
        return;
    }
    while (trap_once(self, polls)) {
        outcome->is_cut = self->object.is_dead ||
                          (self->state != THREAD_RUNNING && self->state != THREAD_READY);
        if (outcome->is_cut)
            break;
        kernel_assert(++outcome->preemptions < PREEMPTIONS_MAX);
        go_on(self);
        trap(TRAP_INTERRUPT, NULL);
        go_on(self);
    }
    host.is_pending = false;
    if (polls != 0)
        clean_rest();
}

void side_fault(uint64_t kind, uint64_t address, uint64_t access, uint64_t syndrome)
{
    struct trap_fault fault = {
        .kind = kind, .address = address, .access = access, .syndrome = syndrome};

    trap(TRAP_FAULT, &fault);
}

void side_interrupt(unsigned line)
{
    host.line_pending[line] = true;
    trap(TRAP_INTERRUPT, NULL);
}

/* ---- checks ---- */

bool side_translations_are_true(unsigned seed)
{
    struct space *space = host.cores[host.core].cpu->space;
    struct tree_node *node = NULL;

    if (host_stale_translation() != NULL)
        return false;
    if (space != NULL) {
        space_settle(space);
        node = tree_first(&space->mappings);
    }
    for (unsigned i = 0; node != NULL; i++, node = tree_next(node)) {
        struct mapping *mapping = container_of(node, struct mapping, by_address);

        if ((i + seed) % 4 == 0)
            kernel_assert(host_access(mapping->address +
                                      seed % mapping->node.pages * (vaddr_t)PAGE_SIZE) != NULL);
    }
    return true;
}

/* Down to the first child, along the siblings, and up again; bounded by what fits into memory. */
bool side_tree_is_sound(void)
{
    const struct cap_node *node = &side.top;

    for (unsigned long steps = 0; steps < HOST_RAM_BYTES / sizeof(struct cap_node); steps++) {
        const struct cap_node *first = node->first;
        uintptr_t next = (uintptr_t)node->next;

        if (first != NULL) {
            if (first->prev != first && ((uintptr_t)first->prev->next | 1) != ((uintptr_t)node | 1))
                return false;
            node = first;
            continue;
        }
        for (; node != &side.top && (next & 1) != 0; next = (uintptr_t)node->next) {
            const struct cap_node *parent = (const struct cap_node *)(next - 1);

            if (parent->first->prev != node)
                return false;
            node = parent;
        }
        if (node == &side.top)
            return true;
        if (((const struct cap_node *)next)->prev != node)
            return false;
        node = (const struct cap_node *)next;
    }
    return false;
}

void *side_buffer(void)
{
    return thread_buffer(cpu_current()->current);
}

const char *side_dump(size_t *length)
{
    word_t next;
    word_t used;

    kernel_assert(dump_part(0, side.dump, sizeof(side.dump) - 1, &next, &used) == OK && next == 0);
    side.dump[used] = '\0';
    *length = used;
    return side.dump;
}

void side_print_console(void)
{
    unsigned first =
        host.console_used > HOST_CONSOLE_BYTES ? host.console_used - HOST_CONSOLE_BYTES : 0;

    (void)printf("# ");
    for (unsigned i = first; i < host.console_used; i++) {
        char c = host.console[i % HOST_CONSOLE_BYTES];

        (void)printf(c == '\n' ? "\n# " : c >= ' ' && c <= '~' ? "%c" : "?", c);
    }
    (void)printf("\n");
}

uint64_t side_user_top(void)
{
    return USER_TOP;
}

uint64_t side_now(void)
{
    return host.now;
}

uint64_t side_frequency(void)
{
    return kernel.frequency;
}
