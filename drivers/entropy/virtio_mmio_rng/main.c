/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entropy service over the device: bytes are asked for before they are wanted.
 */
#include "rng.h"

#include <base/memory.h>
#include <component/server.h>
#include <driver/resources.h>
#include <protocol/entropy_server.h>
#include <rt/print.h>

struct entropy_service {
    struct component self;
    struct component_server server;
    struct rng rng;
    cap_t irq;
    uint8_t bytes[RNG_BYTES]; /* made and not given out: the last `count` */
    uint32_t count;
};

static struct entropy_service the_service;

static void collect(struct entropy_service *service)
{
    if (service->count == 0)
        service->count = rng_collect(&service->rng, service->bytes);
    if (service->count == 0)
        rng_ask(&service->rng);
}

status_t entropy_on_read(void *state, struct ipc_request *request, const struct entropy_read_in *in,
                         struct entropy_read_out *out)
{
    struct entropy_service *service = ((struct component_server *)state)->state;

    (void)request;
    if (in->count == 0 || in->count > RNG_BYTES)
        return ERR_BAD_ARGUMENT;
    collect(service);
    if (service->count == 0)
        return ERR_WOULD_BLOCK;
    out->data_size = word_min(in->count, service->count);
    service->count -= (uint32_t)out->data_size;
    mem_copy(out->data, service->bytes + service->count, out->data_size);
    mem_zero(service->bytes + service->count, out->data_size);
    collect(service);
    return OK;
}

static void on_signal(void *state, word_t bits)
{
    struct entropy_service *service = state;

    if ((bits & COMPONENT_BIT_IRQ) == 0)
        return;
    collect(service);
    (void)skr_interrupt_acknowledge(service->irq);
}

int component_main(const struct rt_startup *startup)
{
    struct entropy_service *service = &the_service;
    struct driver_window window;
    uint64_t address = 0;
    void *shared = NULL;
    status_t status;

    component_init(&service->self, startup);
    status = driver_map_window(&service->self, "entropy", VIRTIO_BYTES, &window);
    if (status == OK)
        status = driver_make_dma(&service->self, 1, &shared, &address);
    if (status == OK)
        status = driver_bind_interrupt(&service->self, "entropy", &service->irq);
    if (status == OK)
        status = rng_start(&service->rng, &window, shared, address);
    if (status != OK)
        return status;
    collect(service);

    service->server.on_signal = on_signal;
    service->server.state = service;
    status = component_server_init(&service->server, &service->self, &entropy_protocol, "main");
    if (status != OK)
        return status;
    component_serve(&service->server);
}
