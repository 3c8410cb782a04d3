/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug console: the log appears on the firmware's port as it is written, until the port's
 * registers are given away.  For tests and for bringing up a machine; release kernels link
 * no_mirror.c, which does nothing.
 */
#ifndef KERNEL_DEBUG_MIRROR_H
#define KERNEL_DEBUG_MIRROR_H

#include <base/types.h>

/* Something was written. */
void mirror_log(void);

/* A frame was made of device registers: if the port is among them, it has a driver from now on. */
void mirror_frame_made(paddr_t base, uint64_t size_bytes);

#endif
