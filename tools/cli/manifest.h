/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of `skerry manifest` share: from a file that a person wrote to a manifest that
 * has been read and found good.
 */
#ifndef CLI_MANIFEST_H
#define CLI_MANIFEST_H

#include "command.h"
#include "tree.h"
#include <manifest/manifest.h>
#include <stdio.h>

struct loaded {
    struct bytes blob;
    struct bytes source;       /* of a .lua: the device tree source that was made of it */
    struct manifest *manifest; /* points into the blob */
};

/*
 * Loads a .lua, .dts or .dtb file, or a system's folder, and looks whether `bundle`, where it is
 * not null, has what it names.  Every mistake is told on stderr as FILE:LINE: NODE PROPERTY: CAUSE:
 * CURE, and so is what is allowed and probably not meant.  False, with nothing to free, when there
 * are mistakes.
 */
bool manifest_load(struct loaded *loaded, const char *path, const char *bundle);
void manifest_unload(struct loaded *loaded);

/* Whether the bundle has the images that the manifest names, and they fit. */
bool manifest_check_bundle(const struct manifest *manifest, const char *path,
                           const struct manifest_listener *listener);

/* Tells what is allowed and probably not meant. */
void manifest_look(const struct manifest *manifest, const struct manifest_listener *listener);

/* What runs, with what, and who may talk to whom. */
void manifest_show_text(const struct manifest *manifest, FILE *out);
void manifest_show_json(const struct manifest *manifest, FILE *out);

/* The same as a picture, in one of graphviz's formats.  False, with the reason on stderr. */
bool manifest_draw(const struct manifest *manifest, const char *format, const char *path);

/* The tree that a Lua description makes; null, with the reason on stderr, when it is wrong. */
struct tree_node *manifest_from_lua(const char *path, const struct bytes *text);

#endif
