/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entropy driver with a fake device that reads the queue as a real one would.
 */
#include "rng.h"

#include <base/memory.h>
#include <check/check.h>

enum { FAKE_BASE = 0x40000000 };

static struct {
    uint32_t registers[VIRTIO_BYTES / 4];
    uint32_t version;
    uint32_t status;
    bool refuses_features;
    uint32_t claims; /* bytes that the device says it wrote */
    unsigned notified;
} fake;

static struct rng_shared shared;
static struct rng rng;
static const struct driver_window window;

uint32_t driver_read32(const struct driver_window *w, uint32_t offset)
{
    (void)w;
    switch (offset) {
    case VIRTIO_MAGIC: return VIRTIO_MAGIC_VALUE;
    case VIRTIO_VERSION: return fake.version;
    case VIRTIO_DEVICE: return VIRTIO_DEVICE_ENTROPY;
    case VIRTIO_QUEUE_SIZE_MAX: return 256;
    case VIRTIO_STATUS:
        return fake.refuses_features ? fake.status & ~(uint32_t)STATUS_FEATURES_OK : fake.status;
    default: return fake.registers[offset / 4];
    }
}

/* Fills the buffer of the descriptor that the driver offered. */
static void answer(void)
{
    const struct virtio_descriptor *descriptor = &shared.descriptors[0];
    size_t offset = (size_t)(descriptor->address - FAKE_BASE);

    CHECK_EQ(offset, offsetof(struct rng_shared, bytes));
    CHECK_EQ(descriptor->flags, DESCRIPTOR_WRITE);
    mem_set((uint8_t *)&shared + offset, 0x5a, descriptor->size);
    shared.device.ring[shared.device.index % QUEUE_SIZE] = (struct virtio_used){0, fake.claims};
    shared.device.index++;
    fake.registers[VIRTIO_IRQ_STATUS / 4] = 1;
}

void driver_write32(const struct driver_window *w, uint32_t offset, uint32_t value)
{
    (void)w;
    fake.registers[offset / 4] = value;
    if (offset == VIRTIO_STATUS)
        fake.status = value;
    if (offset == VIRTIO_IRQ_ACK)
        fake.registers[VIRTIO_IRQ_STATUS / 4] &= ~value;
    if (offset == VIRTIO_QUEUE_NOTIFY)
        fake.notified++;
}

void driver_barrier(void)
{
}

static status_t start(void)
{
    mem_zero(&fake, sizeof(fake));
    mem_zero(&shared, sizeof(shared));
    fake.version = VIRTIO_VERSION_MODERN;
    fake.claims = RNG_BYTES;
    return rng_start(&rng, &window, &shared, FAKE_BASE);
}

static void start_makes_the_device_ready(void)
{
    CHECK_EQ(start(), OK);
    CHECK_EQ(fake.status,
             STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
    CHECK_EQ(fake.registers[VIRTIO_QUEUE_READY / 4], 1);
    CHECK_EQ(fake.registers[VIRTIO_QUEUE_DESCRIPTORS / 4], FAKE_BASE);
}

static void an_old_transport_is_refused(void)
{
    mem_zero(&fake, sizeof(fake));
    fake.version = 1;
    CHECK_EQ(rng_start(&rng, &window, &shared, FAKE_BASE), ERR_NOT_SUPPORTED);
    fake.version = VIRTIO_VERSION_MODERN;
    fake.refuses_features = true;
    CHECK_EQ(rng_start(&rng, &window, &shared, FAKE_BASE), ERR_NOT_SUPPORTED);
}

static void what_the_device_wrote_is_collected_once(void)
{
    uint8_t bytes[RNG_BYTES] = {0};

    start();
    rng_ask(&rng);
    CHECK_EQ(rng_collect(&rng, bytes), 0);
    answer();
    CHECK_EQ(rng_collect(&rng, bytes), RNG_BYTES);
    CHECK_EQ(bytes[0], 0x5a);
    CHECK_EQ(bytes[RNG_BYTES - 1], 0x5a);
    CHECK_EQ(shared.bytes[0], 0);
    CHECK_EQ(fake.registers[VIRTIO_IRQ_STATUS / 4], 0);
    CHECK_EQ(rng_collect(&rng, bytes), 0);
}

static void one_request_is_under_way_at_a_time(void)
{
    uint8_t bytes[RNG_BYTES];

    start();
    rng_ask(&rng);
    rng_ask(&rng);
    CHECK_EQ(fake.notified, 1);
    for (unsigned i = 0; i < 5; i++) {
        answer();
        CHECK_EQ(rng_collect(&rng, bytes), RNG_BYTES);
        rng_ask(&rng);
    }
    CHECK_EQ(fake.notified, 6);
}

static void a_device_that_claims_too_much_is_not_believed(void)
{
    uint8_t bytes[RNG_BYTES];

    start();
    rng_ask(&rng);
    fake.claims = UINT32_MAX;
    answer();
    CHECK_EQ(rng_collect(&rng, bytes), RNG_BYTES);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"start_makes_the_device_ready", start_makes_the_device_ready},
        {"an_old_transport_is_refused", an_old_transport_is_refused},
        {"what_the_device_wrote_is_collected_once", what_the_device_wrote_is_collected_once},
        {"one_request_is_under_way_at_a_time", one_request_is_under_way_at_a_time},
        {"a_device_that_claims_too_much_is_not_believed",
         a_device_that_claims_too_much_is_not_believed},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
