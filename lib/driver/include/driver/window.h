/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's registers, as a driver is given them.
 */
#ifndef DRIVER_WINDOW_H
#define DRIVER_WINDOW_H

#include <base/types.h>

struct driver_window {
    vaddr_t base;
    uint32_t size; /* bytes from there that are the device's */
};

#endif
