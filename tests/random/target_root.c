/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's end of the random caller: a first component that makes the calls it is told to in a
 * shared page, and says what came back.  Which calls, and what should come back, the model knows
 * at the other end; nothing here decides anything.
 *
 * On the serial port: READY with the clock's frequency and the page's physical address, then a
 * line for each request: R when the call was made, or the whole dump and a dot.
 */
#include <abi/boot.h>
#include <rt/call.h>
#include <rt/map.h>
#include <rt/startup.h>
#include <skr/objects.h>

#include "line.h"
#include "serial.h"

enum {
    PORT_SLOT = ABI_ROOT_FIRST_FREE,
    LINE_SLOT,
    HASHED_WORDS = ABI_MESSAGE_WORDS + 2 * ABI_MESSAGE_CAPS,
};

static const vaddr_t PORT_ADDRESS = 0x2000000000, LINE_ADDRESS = 0x2000001000;

static struct {
    volatile uint32_t *port;
    struct line *line;
    struct abi_buffer *buffer;
} target;

/* ---- the serial port ---- */

static void put_text(const char *text)
{
    while (*text != '\0')
        serial_put(target.port, *text++);
}

static void put_hex(uint64_t value)
{
    unsigned shift = 60;

    while (shift != 0 && value >> shift == 0)
        shift -= 4;
    serial_put(target.port, ' ');
    for (;; shift -= 4) {
        serial_put(target.port, "0123456789abcdef"[value >> shift & 15]);
        if (shift == 0)
            return;
    }
}

/* ---- the state ---- */

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 1099511628211u;
    return hash;
}

static const uint64_t HASH_START = 14695981039346656037u;

/* Each part of the dump, to be hashed or told. */
static uint64_t dump(bool is_told)
{
    const char *bytes = (const char *)target.buffer->list;
    uint64_t hash = HASH_START;
    word_t part = 0;

    do {
        word_t size = 0;

        if (skr_log_control_dump(ABI_ROOT_LOG, part, &part, &size) != OK)
            return 0;
        hash = hash_bytes(hash, bytes, size);
        for (word_t i = 0; is_told && i < size; i++)
            serial_put(target.port, bytes[i]);
    } while (part != 0);
    return hash;
}

/* ---- calls ---- */

static void make_call(struct line *line)
{
    uint64_t *r = line->registers;
    word_t *words = (word_t *)(void *)target.buffer;

    for (uint32_t i = 0; i < line->change_count; i++)
        words[line->changes[i].index] = line->changes[i].value;
    r[0] = (word_t)skr_trap(r[0], &r[1], &r[2], &r[3], &r[4]);
    line->buffer_hash =
        hash_bytes(HASH_START, (const char *)target.buffer, HASHED_WORDS * sizeof(word_t));
    line->state_hash = dump(false);
    put_text("R\n");
}

/* ---- start ---- */

static status_t map_page(cap_t memory, uint64_t offset, cap_t slot, vaddr_t address)
{
    struct rt_mapping mapping = {
        .frame = slot, .address = address, .pages = 1, .attributes = MAP_READ | MAP_WRITE};
    status_t status = skr_memory_make(memory, TYPE_FRAME, (word_t)offset, 1, 1, slot, NULL);

    return status != OK ? status : rt_map(ABI_ROOT_SPACE, &mapping);
}

static bool open_port(const struct abi_boot_info *boot)
{
    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];

        if (SERIAL_BASE - memory->base < memory->size_bytes)
            return map_page(memory->slot, SERIAL_BASE - memory->base, PORT_SLOT, PORT_ADDRESS) ==
                   OK;
    }
    return false;
}

/* In the last page of the first memory there is; its address, or 0. */
static uint64_t open_line(const struct abi_boot_info *boot)
{
    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];
        uint64_t last = memory->size_bytes - ABI_PAGE_SIZE;

        if ((memory->kind & ABI_MEMORY_KERNEL_USABLE) != 0 && memory->first_free <= last)
            return map_page(memory->slot, last, LINE_SLOT, LINE_ADDRESS) == OK
                       ? memory->base + last
                       : 0;
    }
    return 0;
}

static uint32_t await_request(uint32_t before)
{
    uint32_t asked;

    do
        asked = __atomic_load_n(&target.line->asked, __ATOMIC_ACQUIRE);
    while (asked == before);
    return asked;
}

int root_main(const struct abi_boot_info *boot)
{
    uint64_t line_paddr = open_line(boot);
    uint32_t asked = 0;

    if (line_paddr == 0 || !open_port(boot))
        return 1;
    target.buffer = (struct abi_buffer *)(vaddr_t)boot->buffer_address;
    target.line = (struct line *)LINE_ADDRESS;
    target.port = (volatile uint32_t *)PORT_ADDRESS;
    put_text("\nREADY");
    put_hex(boot->time_frequency);
    put_hex(line_paddr);
    put_text("\n");
    for (;;) {
        asked = await_request(asked);
        if (target.line->request == LINE_CALL) {
            make_call(target.line);
        } else {
            (void)dump(true);
            put_text(".\n");
        }
    }
}
