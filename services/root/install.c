/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image lies in the installer's ring memory, which is root's: it stays mapped while root
 * copies, whatever the installer does.  What is checked is the copy.
 */
#include "build.h"
#include "install.h"

#include <base/memory.h>
#include <rt/map.h>

/* Each component has a place of its own for what was installed for it. */
static const vaddr_t INSTALLED = 0x2200000000;
static const vaddr_t PLACE_BYTES = 1 << 25; /* more than the manifest lets an image have */

vaddr_t install_address(const struct root *root, const struct component *component)
{
    return INSTALLED + component_index(root, component) * PLACE_BYTES;
}

static word_t pages_of(uint64_t bytes)
{
    return (word_t)((bytes + ABI_PAGE_SIZE - 1) / ABI_PAGE_SIZE);
}

void install_forget(struct root *root, struct component *component)
{
    rt_unmake(&root->maker, &component->installed); /* with its mappings */
    component->installed_bytes = 0;
}

static status_t copy(struct root *root, const struct component *installer,
                     const struct component *component, uint64_t offset, uint64_t size)
{
    uint8_t *to = (uint8_t *)install_address(root, component);
    word_t first = (word_t)(offset / ABI_PAGE_SIZE);
    word_t pages = pages_of(offset % ABI_PAGE_SIZE + size);
    const uint8_t *from;
    status_t status;

    status = build_map(ABI_ROOT_SPACE, component->installed.cap, 0, pages_of(size),
                       install_address(root, component), MAP_READ | MAP_WRITE);
    if (status == OK)
        status = root_look(installer->ring.cap, first, pages, &from);
    if (status != OK)
        return status;
    mem_copy(to, from + offset % ABI_PAGE_SIZE, (size_t)size);
    root_look_away(pages);
    return rt_protect(ABI_ROOT_SPACE, install_address(root, component), pages_of(size), MAP_READ);
}

static status_t check(struct root *root, struct component *component)
{
    struct build build = {.root = root, .component = component, .entry = component->entry};

    return image_open(&build);
}

status_t install_image(struct root *root, const struct component *installer,
                       struct component *component, uint64_t offset, uint64_t size)
{
    uint64_t ring_bytes = installer->entry->ring_bytes;
    status_t status;

    if (size == 0 || offset > ring_bytes || size > ring_bytes - offset)
        return ERR_BAD_ARGUMENT;
    if (size > component->entry->image_bytes_max)
        return ERR_OVER_LIMIT;
    install_forget(root, component);
    status = rt_make(&root->maker, TYPE_FRAME, pages_of(size), 1, &component->installed);
    if (status != OK)
        return ERR_NO_MEMORY;
    component->installed_bytes = size;
    status = copy(root, installer, component, offset, size);
    if (status == OK)
        status = check(root, component);
    if (status != OK)
        install_forget(root, component);
    return status;
}
