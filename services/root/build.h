/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component while it is built; for build.c, image.c and startup.c.
 *
 * Everything that it can write to at its start is one frame: the writable segments of its image,
 * its heap, the page that tells it what it has, and its message buffer.
 */
#ifndef ROOT_BUILD_H
#define ROOT_BUILD_H

#include "root.h"

#include <base/elf.h>

struct build {
    struct root *root;
    struct component *component;
    const struct manifest_component *entry;
    word_t next;      /* offset in its memory that is free from there on */
    word_t next_slot; /* in its captable */
    struct bundle_file image;
    struct elf elf;
    word_t frame_pages;
    word_t image_pages; /* of the frame: the image's writable segments */
    word_t heap_pages;
    word_t stack_pages; /* of the frame: its stack, when the image's own is not used */
    vaddr_t image_end;
    vaddr_t heap_address;
    vaddr_t told_address; /* of struct rt_startup; the message buffer follows */
    vaddr_t buffer_address;
    vaddr_t stack_address; /* lowest of its stack */
    vaddr_t stack_top;     /* 0: the image knows */
    vaddr_t file_address;  /* of the manifest, in a message server */
    vaddr_t free_address;
    struct rt_startup *told; /* where root writes it */
};

/* Notes why the component cannot be built, and answers `status`. */
status_t build_refuse(struct build *build, const char *what, const char *why, status_t status);

/* Opens the image, checks it, and decides where everything lies. */
status_t image_open(struct build *build);
/* Maps constants and code in place; copies data into the frame that root has at `window`. */
status_t image_map(struct build *build, uint8_t *window);
/* Maps pages of a frame that root holds. */
status_t build_map(cap_t space, cap_t frame, word_t page, word_t pages, vaddr_t address,
                   word_t attributes);

/* The same, of the frame that is the component's own; root remembers what lies where. */
status_t build_map_own(struct build *build, word_t page, word_t pages, vaddr_t address,
                       word_t attributes);

/* Copies a capability of root's into the component's captable; the slot is 0 when it failed. */
status_t build_give(struct build *build, cap_t from, word_t rights, word_t badge, uint32_t *slot);
/* The same, under a name that the component can look for. */
status_t build_give_named(struct build *build, const char *name, const char *suffix, cap_t from,
                          word_t rights, uint32_t kind);

/* What the component is told beside its capabilities. */
status_t startup_fill(struct build *build);

#endif
