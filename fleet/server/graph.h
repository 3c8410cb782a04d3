/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a manifest makes of a system, as a graph: apps, who may ask whom, who has which device; and
 * how two of them differ.
 */
#ifndef SERVER_GRAPH_H
#define SERVER_GRAPH_H

#include <base/types.h>
#include <jansson.h>

/* The graph of a compiled manifest, or null with the reason in `problem`. */
json_t *graph_of_manifest(const void *blob, size_t size, char *problem, size_t problem_size);

/*
 * {gained, lost}, each with apps, connections, devices and powers.  `from` may be null: everything
 * is gained then.
 */
json_t *graph_difference(const json_t *from, const json_t *to);

#endif
