/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device scripts: a few register accesses that a manifest asks for when a component starts, or
 * between two of its instances.
 *
 * A script is a list of texts, a step each:
 *
 *     read REGISTER                     for what reading does to the device
 *     write REGISTER VALUE
 *     set REGISTER BITS                 reads, sets the bits, writes
 *     clear REGISTER BITS
 *     poll REGISTER MASK VALUE LIMIT    until (register & MASK) == VALUE, for LIMIT microseconds
 *     delay TIME                        microseconds
 *
 * REGISTER is DEVICE+OFFSET; numbers are decimal, or hexadecimal after 0x; registers have 32 bits.
 * Which devices and registers exist is the bus's business: a step that names another is refused
 * before the first one is done, and every script ends within a time that is known beforehand.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>

enum {
    SCRIPT_DEVICE_MAX = 23,      /* bytes of a device's name */
    SCRIPT_TIME_MAX_US = 10000,  /* of one step */
    SCRIPT_TOTAL_MAX_US = 50000, /* of all steps together */
};

enum script_verb {
    SCRIPT_READ,
    SCRIPT_WRITE,
    SCRIPT_SET,
    SCRIPT_CLEAR,
    SCRIPT_POLL,
    SCRIPT_DELAY,
};

struct script_step {
    enum script_verb verb;
    char device[SCRIPT_DEVICE_MAX + 1];
    uint32_t offset;
    uint32_t mask;    /* poll */
    uint32_t value;   /* write, set, clear, poll */
    uint32_t time_us; /* poll, delay */
};

/* Null, or what is wrong with the text. */
MUST_CHECK const char *script_parse(const char *text, struct script_step *step);

/* What a script works on. */
struct script_bus {
    void *state;
    /* Whether the bus lets a script touch the register. */
    bool (*has)(void *state, const char *device, uint32_t offset);
    uint32_t (*read)(void *state, const char *device, uint32_t offset);
    void (*write)(void *state, const char *device, uint32_t offset, uint32_t value);
    uint64_t (*now_us)(void *state);
};

/*
 * Null, or what is wrong; `step` is then the number of the text at fault.  Does not touch the bus's
 * registers.
 */
MUST_CHECK const char *script_check(const char *const *texts, uint32_t count,
                                    const struct script_bus *bus, uint32_t *step);

/*
 * Checks the whole script, then does it.  ERR_NOT_PERMITTED: it is not a script that this bus
 * allows, and nothing was done.  ERR_IO_FAILED: the device did not become what a poll waits for;
 * `step` is the number of that text.
 */
MUST_CHECK status_t script_run(const char *const *texts, uint32_t count,
                               const struct script_bus *bus, uint32_t *step);

#endif
