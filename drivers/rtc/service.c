/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rtc service: the device is read when somebody asks.
 */
#include <component/server.h>
#include <driver/resources.h>
#include <driver/rtc.h>
#include <protocol/rtc_server.h>
#include <rt/print.h>

struct rtc {
    struct component self;
    struct component_server server;
    struct driver_window window;
    uint64_t turned_ns; /* sum of what setting it changed, modulo 2^64 */
};

static struct rtc the_rtc;

static struct rtc *rtc_of(void *state)
{
    return ((struct component_server *)state)->state;
}

status_t rtc_on_read(void *state, struct ipc_request *request, struct rtc_read_out *out)
{
    struct rtc *rtc = rtc_of(state);

    (void)request;
    out->now = rtc_read(&rtc->window);
    out->step = rtc_step_ns;
    out->turned = rtc->turned_ns;
    return OK;
}

status_t rtc_on_set(void *state, struct ipc_request *request, const struct rtc_set_in *in)
{
    struct rtc *rtc = rtc_of(state);
    uint64_t before = rtc_read(&rtc->window);
    status_t status = rtc_set(&rtc->window, in->now);

    (void)request;
    if (status == OK)
        rtc->turned_ns += in->now / rtc_step_ns * rtc_step_ns - before;
    return status;
}

int component_main(const struct rt_startup *startup)
{
    struct rtc *rtc = &the_rtc;
    status_t status;

    component_init(&rtc->self, startup);
    status = driver_map_window(&rtc->self, "rtc", rtc_window_bytes, &rtc->window);
    if (status != OK)
        rt_panic("rtc: the manifest gives no clock");
    rtc_start(&rtc->window);
    rtc->server.state = rtc;
    status = component_server_init(&rtc->server, &rtc->self, &rtc_protocol, "main");
    if (status != OK)
        return status;
    component_serve(&rtc->server);
}
