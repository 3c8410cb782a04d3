/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The uart service: output waits in a queue until the line takes it, input goes through a ring.
 *
 * Everything the device wants comes as its interrupt; a call only fills the queue and starts the
 * line if it was idle.
 */
#include <base/memory.h>
#include <component/server.h>
#include <driver/resources.h>
#include <driver/uart.h>
#include <protocol/uart_server.h>
#include <ring/ring.h>
#include <rt/print.h>

enum { QUEUE_BYTES = 4096, BYTES_PER_INTERRUPT = 64 };

struct uart {
    struct component self;
    struct component_server server;
    struct driver_window window;
    cap_t irq;

    uint8_t queue[QUEUE_BYTES]; /* from `first` on, round */
    uint32_t first;
    uint32_t count;

    struct component_lent input; /* none: nobody opened the line */
    struct ring_producer ring;
    cap_t input_wake;
    uint32_t input_session;
    bool has_lost;
};

static struct uart the_uart;

static struct uart *uart_of(void *state)
{
    return ((struct component_server *)state)->state;
}

/* ---- output ---- */

static void send_queued(struct uart *uart)
{
    while (uart->count > 0 && uart_can_send(&uart->window)) {
        uart_send(&uart->window, uart->queue[uart->first]);
        uart->first = (uart->first + 1) % QUEUE_BYTES;
        uart->count--;
    }
    uart_want_room(&uart->window, uart->count > 0);
}

status_t uart_on_write(void *state, struct ipc_request *request, const struct uart_write_in *in,
                       struct uart_write_out *out)
{
    struct uart *uart = uart_of(state);
    word_t done = 0;

    (void)request;
    while (done < in->data_size && uart->count < QUEUE_BYTES)
        uart->queue[(uart->first + uart->count++) % QUEUE_BYTES] = in->data[done++];
    out->written = done;
    send_queued(uart);
    return OK;
}

/* ---- input ---- */

static void close_input(struct uart *uart)
{
    component_unmap_lent(&uart->self, &uart->input);
    component_drop(&uart->self, uart->input_wake);
    uart->input_wake = 0;
}

status_t uart_on_open(void *state, struct ipc_request *request, const struct uart_open_in *in)
{
    struct uart *uart = uart_of(state);
    struct component_lent lent;
    status_t status = component_map_lent(&uart->self, &in->ring, &lent);

    if (status != OK)
        return status;
    close_input(uart);
    ipc_take_cap(request, in->ring.frame);
    ipc_take_cap(request, in->wake);
    uart->input = lent;
    uart->input_wake = in->wake;
    uart->input_session = component_session(request);
    return ring_producer_init(&uart->ring, (void *)lent.address, 1,
                              component_ring_slots(lent.bytes, 1));
}

status_t uart_on_close(void *state, struct ipc_request *request)
{
    struct uart *uart = uart_of(state);

    if (uart->input.frame == 0 || uart->input_session != component_session(request))
        return ERR_BAD_STATE;
    close_input(uart);
    return OK;
}

static void take_input(struct uart *uart)
{
    word_t events = 0;

    for (unsigned n = 0; n < BYTES_PER_INTERRUPT && uart_has_byte(&uart->window); n++) {
        uint8_t byte = uart_take_byte(&uart->window);
        uint32_t done = 0;

        if (uart->input.frame != 0 && ring_push(&uart->ring, &byte, 1, &done) == OK)
            events |= UART_EVENT_INPUT;
        else
            uart->has_lost = true;
    }
    if (uart->input.frame == 0)
        return;
    if (uart->has_lost)
        events |= UART_EVENT_LOST;
    uart->has_lost = false;
    if (ring_publish(&uart->ring) || (events & UART_EVENT_LOST) != 0)
        (void)skr_signal(uart->input_wake, events);
}

static void on_signal(void *state, word_t bits)
{
    struct uart *uart = state;

    if ((bits & COMPONENT_BIT_IRQ) == 0)
        return;
    uart_settle(&uart->window); /* first: what happens from here on interrupts again */
    take_input(uart);
    send_queued(uart);
    (void)skr_interrupt_acknowledge(uart->irq); /* last: the line is level-triggered */
}

static void on_closed(void *state, uint32_t session)
{
    struct uart *uart = state;

    if (uart->input.frame != 0 && uart->input_session == session)
        close_input(uart);
}

int component_main(const struct rt_startup *startup)
{
    struct uart *uart = &the_uart;
    status_t status;

    component_init(&uart->self, startup);
    status = driver_map_window(&uart->self, "line", uart_window_bytes, &uart->window);
    if (status == OK)
        status = driver_bind_interrupt(&uart->self, "line", &uart->irq);
    if (status != OK)
        rt_panic("uart: the manifest gives no line");
    uart_start(&uart->window);

    uart->server.on_signal = on_signal;
    uart->server.on_closed = on_closed;
    uart->server.state = uart;
    status = component_server_init(&uart->server, &uart->self, &uart_protocol, "main");
    if (status != OK)
        return status;
    component_serve(&uart->server);
}
