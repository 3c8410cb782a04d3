/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that come at run time: root's own copy, within what the manifest grants the app.
 */
#ifndef ROOT_INSTALL_H
#define ROOT_INSTALL_H

#include "root.h"

/* Where root sees what was installed for the component. */
vaddr_t install_address(const struct root *root, const struct component *component);

/*
 * Copies the image out of the installer's ring memory, in place of what was installed before.
 * Statuses as in control.install.
 */
status_t install_image(struct root *root, const struct component *installer,
                       struct component *component, uint64_t offset, uint64_t size);

/* Gives the image's memory back. */
void install_forget(struct root *root, struct component *component);

#endif
