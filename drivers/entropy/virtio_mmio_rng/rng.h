/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entropy device: asked for bytes, it writes them and interrupts.
 */
#ifndef VIRTIO_MMIO_RNG_RNG_H
#define VIRTIO_MMIO_RNG_RNG_H

#include "regs.h"

#include <abi/status.h>
#include <base/compiler.h>
#include <driver/access.h>

enum { RNG_BYTES = 64 }; /* of one request */

/* What device and driver share: one page. */
struct rng_shared {
    struct virtio_descriptor descriptors[QUEUE_SIZE];
    struct virtio_driver_ring driver;
    uint8_t pad[64];
    ALIGNED(4) struct virtio_device_ring device;
    uint8_t bytes[RNG_BYTES];
};

struct rng {
    struct driver_window window;
    struct rng_shared *shared;
    uint64_t address; /* of `shared`, for the device */
    uint16_t asked;   /* requests made */
    uint16_t answered;
};

/* Takes the device into use.  ERR_NOT_SUPPORTED: it is no entropy device of virtio 1. */
status_t rng_start(struct rng *rng, const struct driver_window *window, struct rng_shared *shared,
                   uint64_t address);

/* Asks for bytes, unless it was asked already. */
void rng_ask(struct rng *rng);

/* After an interrupt: takes what came; the number of bytes, 0 when none did. */
uint32_t rng_collect(struct rng *rng, uint8_t bytes[RNG_BYTES]);

#endif
