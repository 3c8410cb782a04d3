/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver's resources: it asks for what it needs by the names of its manifest entry, and gets that
 * or a reason.  It never looks for a device.
 */
#ifndef DRIVER_RESOURCES_H
#define DRIVER_RESOURCES_H

#include <component/component.h>
#include <driver/window.h>

/* Maps a device's registers.  ERR_NOT_FOUND: none of this name, or fewer than `bytes`. */
MUST_CHECK status_t driver_map_window(struct component *self, const char *name, uint32_t bytes,
                                      struct driver_window *window);

/* Has the device's interrupt delivered as COMPONENT_BIT_IRQ; it is pending or not, as it comes. */
MUST_CHECK status_t driver_bind_interrupt(struct component *self, const char *name, cap_t *irq);

/* Pages that the device can reach, zeroed and mapped; `address` is where it finds them. */
MUST_CHECK status_t driver_make_dma(struct component *self, word_t pages, void **memory,
                                    uint64_t *address);

#endif
