/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's end of the random caller: a first component that makes the calls it is told to over
 * the serial port, and says what came back.  Which calls, and what should come back, the model
 * knows at the other end; nothing here decides anything.
 *
 * A line in: C, the twelve registers, then pairs of a word of the message buffer and its value;
 * or D.  A line out: R, the twelve registers, a hash of the buffer's words and slots, and a hash of
 * the state dump; or the whole dump, and a dot.  All numbers are hexadecimal.
 */
#include <abi/boot.h>
#include <rt/call.h>
#include <rt/map.h>
#include <rt/startup.h>
#include <skr/objects.h>

#include "serial.h"

enum {
    PORT_SLOT = ABI_ROOT_FIRST_FREE,
    REGISTERS = 12,
    HASHED_WORDS = ABI_MESSAGE_WORDS + 2 * ABI_MESSAGE_CAPS,
};

static const vaddr_t PORT_ADDRESS = 0x2000000000;

static struct {
    volatile uint32_t *port;
    struct abi_buffer *buffer;
    char last; /* character read */
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

/* The number before the next space or line end, which is target.last afterwards. */
static word_t get_hex(void)
{
    word_t value = 0;

    for (;;) {
        char c = serial_get(target.port);

        target.last = c;
        if (c >= '0' && c <= '9')
            value = value << 4 | (word_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (word_t)(c - 'a' + 10);
        else
            return value;
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

static void make_call(void)
{
    word_t r[REGISTERS];
    uint64_t hash;

    for (unsigned i = 0; i < REGISTERS; i++)
        r[i] = get_hex();
    while (target.last == ' ') {
        word_t index = get_hex();
        word_t value = get_hex();

        ((word_t *)(void *)target.buffer)[index] = value;
    }
    r[0] = (word_t)skr_trap(r[0], &r[1], &r[2], &r[3], &r[4]);
    hash = hash_bytes(HASH_START, (const char *)target.buffer, HASHED_WORDS * sizeof(word_t));
    put_text("R");
    for (unsigned i = 0; i < REGISTERS; i++)
        put_hex(r[i]);
    put_hex(hash);
    put_hex(dump(false));
    put_text("\n");
}

static status_t open_port(const struct abi_boot_info *boot)
{
    struct rt_mapping mapping = {.frame = PORT_SLOT,
                                 .address = PORT_ADDRESS,
                                 .pages = 1,
                                 .attributes = MAP_READ | MAP_WRITE};
    word_t done;

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];

        if (SERIAL_BASE - memory->base < memory->size_bytes) {
            status_t status =
                skr_memory_make(memory->slot, TYPE_FRAME, (word_t)(SERIAL_BASE - memory->base), 1,
                                1, PORT_SLOT, &done);

            return status != OK ? status : rt_map(ABI_ROOT_SPACE, &mapping);
        }
    }
    return ERR_NOT_FOUND;
}

int root_main(const struct abi_boot_info *boot)
{
    target.buffer = (struct abi_buffer *)(vaddr_t)boot->buffer_address;
    if (open_port(boot) != OK)
        return 1;
    target.port = (volatile uint32_t *)PORT_ADDRESS;
    put_text("\nREADY");
    put_hex(boot->time_frequency);
    put_text("\n");
    for (;;) {
        char c = serial_get(target.port);

        if (c == 'C' && serial_get(target.port) == ' ') {
            make_call();
        } else if (c == 'D') {
            (void)dump(true);
            put_text(".\n");
        }
    }
}
