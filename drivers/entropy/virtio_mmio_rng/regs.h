/* SPDX-License-Identifier: Apache-2.0 */
/*
 * virtio over MMIO, version 2: registers (section 4.2.2) and the split queue (section 2.6).
 */
#ifndef VIRTIO_MMIO_REGS_H
#define VIRTIO_MMIO_REGS_H

#include <base/types.h>

enum virtio_register {
    VIRTIO_MAGIC = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE = 0x008,
    VIRTIO_DRIVER_FEATURES = 0x020,
    VIRTIO_DRIVER_FEATURES_SELECT = 0x024,
    VIRTIO_QUEUE_SELECT = 0x030,
    VIRTIO_QUEUE_SIZE_MAX = 0x034,
    VIRTIO_QUEUE_SIZE = 0x038,
    VIRTIO_QUEUE_READY = 0x044,
    VIRTIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_IRQ_STATUS = 0x060,
    VIRTIO_IRQ_ACK = 0x064,
    VIRTIO_STATUS = 0x070,
    VIRTIO_QUEUE_DESCRIPTORS = 0x080, /* low half; the high one follows, as for the next two */
    VIRTIO_QUEUE_DRIVER = 0x090,
    VIRTIO_QUEUE_DEVICE = 0x0a0,
    VIRTIO_BYTES = 0x100,
};

enum {
    VIRTIO_MAGIC_VALUE = 0x74726976,
    VIRTIO_VERSION_MODERN = 2,
    VIRTIO_DEVICE_ENTROPY = 4,
    VIRTIO_FEATURE_VERSION_1 = 1, /* of the second word of features */
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    DESCRIPTOR_WRITE = 2, /* the device writes it */
};

struct virtio_descriptor {
    uint64_t address;
    uint32_t size;
    uint16_t flags;
    uint16_t next;
};

enum { QUEUE_SIZE = 2 };

struct virtio_driver_ring {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[QUEUE_SIZE];
    uint16_t used_event;
};

struct virtio_used {
    uint32_t id;
    uint32_t size;
};

struct virtio_device_ring {
    uint16_t flags;
    uint16_t index;
    struct virtio_used ring[QUEUE_SIZE];
    uint16_t avail_event;
};

static_assert(sizeof(struct virtio_descriptor) == 16, "no padding");
static_assert(offsetof(struct virtio_device_ring, ring) == 4, "layout");

#endif
