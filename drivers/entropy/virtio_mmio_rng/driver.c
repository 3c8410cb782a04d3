/* SPDX-License-Identifier: Apache-2.0 */
/*
 * virtio entropy device (virtio 1.1, sections 3.1 and 5.4).
 *
 * Needs one window, one interrupt and one page that the device can reach.  The queue holds one
 * descriptor, which always names the same buffer.
 */
#include "rng.h"

#include <base/memory.h>

static void write_address(const struct driver_window *window, uint32_t offset, uint64_t address)
{
    driver_write32(window, offset, (uint32_t)address);
    driver_write32(window, offset + sizeof(uint32_t), (uint32_t)(address >> 32));
}

static void set_queue_up(const struct rng *rng)
{
    const struct driver_window *window = &rng->window;

    driver_write32(window, VIRTIO_QUEUE_SELECT, 0);
    driver_write32(window, VIRTIO_QUEUE_SIZE, QUEUE_SIZE);
    write_address(window, VIRTIO_QUEUE_DESCRIPTORS,
                  rng->address + offsetof(struct rng_shared, descriptors));
    write_address(window, VIRTIO_QUEUE_DRIVER, rng->address + offsetof(struct rng_shared, driver));
    write_address(window, VIRTIO_QUEUE_DEVICE, rng->address + offsetof(struct rng_shared, device));
    driver_write32(window, VIRTIO_QUEUE_READY, 1);
}

status_t rng_start(struct rng *rng, const struct driver_window *window, struct rng_shared *shared,
                   uint64_t address)
{
    uint32_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;

    *rng = (struct rng){.window = *window, .shared = shared, .address = address};
    if (driver_read32(window, VIRTIO_MAGIC) != VIRTIO_MAGIC_VALUE ||
        driver_read32(window, VIRTIO_VERSION) != VIRTIO_VERSION_MODERN ||
        driver_read32(window, VIRTIO_DEVICE) != VIRTIO_DEVICE_ENTROPY)
        return ERR_NOT_SUPPORTED;
    driver_write32(window, VIRTIO_STATUS, 0);
    driver_write32(window, VIRTIO_STATUS, status);
    driver_write32(window, VIRTIO_DRIVER_FEATURES_SELECT, 1);
    driver_write32(window, VIRTIO_DRIVER_FEATURES, VIRTIO_FEATURE_VERSION_1);
    status |= STATUS_FEATURES_OK;
    driver_write32(window, VIRTIO_STATUS, status);
    if ((driver_read32(window, VIRTIO_STATUS) & STATUS_FEATURES_OK) == 0)
        return ERR_NOT_SUPPORTED;
    driver_write32(window, VIRTIO_QUEUE_SELECT, 0);
    if (driver_read32(window, VIRTIO_QUEUE_SIZE_MAX) < QUEUE_SIZE)
        return ERR_NOT_SUPPORTED;
    set_queue_up(rng);
    driver_write32(window, VIRTIO_STATUS, status | STATUS_DRIVER_OK);
    return OK;
}

void rng_ask(struct rng *rng)
{
    struct rng_shared *shared = rng->shared;

    if (rng->asked != rng->answered)
        return;
    shared->descriptors[0] = (struct virtio_descriptor){
        .address = rng->address + offsetof(struct rng_shared, bytes),
        .size = RNG_BYTES,
        .flags = DESCRIPTOR_WRITE,
    };
    shared->driver.ring[rng->asked % QUEUE_SIZE] = 0;
    driver_barrier();
    *(volatile uint16_t *)&shared->driver.index = ++rng->asked;
    driver_barrier();
    driver_write32(&rng->window, VIRTIO_QUEUE_NOTIFY, 0);
}

uint32_t rng_collect(struct rng *rng, uint8_t bytes[RNG_BYTES])
{
    struct rng_shared *shared = rng->shared;
    uint32_t pending = driver_read32(&rng->window, VIRTIO_IRQ_STATUS);
    uint32_t size;

    if (pending != 0)
        driver_write32(&rng->window, VIRTIO_IRQ_ACK, pending);
    driver_barrier();
    if (rng->asked == rng->answered ||
        *(volatile const uint16_t *)&shared->device.index != rng->asked)
        return 0;
    driver_barrier();
    size = shared->device.ring[rng->answered % QUEUE_SIZE].size;
    rng->answered = rng->asked;
    size = (uint32_t)word_min(size, RNG_BYTES);
    mem_copy(bytes, shared->bytes, size);
    mem_zero(shared->bytes, RNG_BYTES);
    return size;
}
