/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapping record: one run of pages of one frame in one space.  It is paid for by the space, hangs
 * in the space's tree by address, unless it is the latest one, and below the frame capability it
 * was made through.
 */
#ifndef KERNEL_OBJECT_MAPPING_H
#define KERNEL_OBJECT_MAPPING_H

#include "object/cap.h"

struct space;

struct mapping {
    struct cap_node
        node; /* pages; rights: the most it may ever be given; type: attributes now (MAP_*) */
    struct tree_node by_address;
    struct space *space;
    vaddr_t address;
    paddr_t paddr;
};

/* Unmap the last piece of a mapping (up to 512 pages); the record goes with the last one. */
void mapping_remove_step(struct mapping *mapping);

#endif
