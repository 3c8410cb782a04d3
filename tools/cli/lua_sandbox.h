/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Lua that can compute and nothing else: no files, no programs, no clock, no chance, no memory
 * addresses; with bounded memory and a bounded number of instructions, so that every description
 * ends, and ends the same each time.
 */
#ifndef CLI_LUA_SANDBOX_H
#define CLI_LUA_SANDBOX_H

#include "program.h"

struct lua_State; /* of <lua5.4/lua.h> */

struct lua_sandbox {
    struct lua_State *lua;
    size_t used;
};

void lua_sandbox_open(struct lua_sandbox *sandbox);
void lua_sandbox_close(struct lua_sandbox *sandbox);

/* Runs the text; false, with the reason on stderr, when it does not end well. */
bool lua_sandbox_run(struct lua_sandbox *sandbox, const char *path, const struct bytes *text);

#endif
