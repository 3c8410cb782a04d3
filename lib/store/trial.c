/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window begins when the last missing app becomes ready, so losing one begins it anew.
 */
#include <store/trial.h>

static uint64_t app_bit(uint32_t app)
{
    return app < TRIAL_APPS_MAX ? UINT64_C(1) << app : 0;
}

void trial_start(struct trial *trial, uint32_t app_count, uint64_t window_ns)
{
    *trial = (struct trial){.window_ns = window_ns};
    for (uint32_t app = 0; app < app_count; app++)
        trial->expected |= app_bit(app);
}

void trial_ready(struct trial *trial, uint32_t app, uint64_t now_ns)
{
    if ((trial->ready & app_bit(app)) != 0)
        return;
    trial->ready |= app_bit(app);
    trial->since_ns = now_ns;
}

void trial_lost(struct trial *trial, uint32_t app)
{
    trial->ready &= ~app_bit(app);
}

bool trial_is_well(const struct trial *trial, uint64_t now_ns)
{
    if ((trial->ready & trial->expected) != trial->expected)
        return false;
    return now_ns - trial->since_ns >= trial->window_ns;
}
