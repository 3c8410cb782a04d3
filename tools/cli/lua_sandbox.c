/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a description has of Lua is listed here; all else is gone before it runs.  Left out, besides
 * what reaches the machine: functions that take long without counting as instructions (patterns,
 * rep, move), that differ between runs (pairs without order, random, addresses), or that would let
 * a description go on after it was stopped (pcall, coroutines).
 */
#include "lua_sandbox.h"
#include <lua5.4/lauxlib.h>
#include <lua5.4/lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_MAX = 64 << 20,
    INSTRUCTIONS_MAX = 2 * 1000 * 1000,
    KIB = 1 << 10,
    MIB = 1 << 20,
};

static const char *const base_names[] = {"assert", "error",    "ipairs", "select",
                                         "type",   "tonumber", NULL};
static const char *const string_names[] = {"byte", "char",  "format",  "len", "lower",
                                           "sub",  "upper", "reverse", NULL};
static const char *const table_names[] = {"concat", "insert", "remove", "sort", "unpack", NULL};
static const char *const math_names[] = {"abs", "ceil",      "floor", "max", "maxinteger",
                                         "min", "tointeger", "type",  "ult", NULL};

static void *take_memory(void *state, void *memory, size_t old_size, size_t size)
{
    struct lua_sandbox *sandbox = state;
    size_t kept = memory != NULL ? old_size : 0;
    void *taken;

    if (size == 0) {
        free(memory);
        sandbox->used -= kept;
        return NULL;
    }
    if (size > kept && size - kept > MEMORY_MAX - sandbox->used)
        return NULL;
    taken = realloc(memory, size);
    if (taken != NULL)
        sandbox->used += size - kept;
    return taken;
}

static void stop(lua_State *lua, lua_Debug *about)
{
    (void)about;
    luaL_where(lua, 0);
    lua_pushfstring(lua, "takes more than %d instructions: does a loop not end?", INSTRUCTIONS_MAX);
    lua_concat(lua, 2);
    (void)lua_error(lua);
}

/* Text of a value; a table's would be an address. */
static int plain_text(lua_State *lua)
{
    int type = lua_type(lua, 1);

    if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA)
        return luaL_error(lua, "a %s has no text: take it apart", lua_typename(lua, type));
    luaL_tolstring(lua, 1, NULL);
    return 1;
}

/* string.format, but not for what would be an address. */
static int plain_format(lua_State *lua)
{
    for (int i = 1; i <= lua_gettop(lua); i++) {
        if (lua_type(lua, i) > LUA_TSTRING)
            return luaL_error(lua, "a %s has no text: take it apart", luaL_typename(lua, i));
    }
    for (const char *at = luaL_checkstring(lua, 1); *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 'p')
            return luaL_error(lua, "addresses are not for descriptions: remove %%p");
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

/* pairs in an order that is the same each time: numbers, then texts. */
static const char ordered_pairs[] =
    "local next, sort, type, error = ...\n"
    "local function before(a, b)\n"
    "    if type(a) ~= type(b) then return type(a) == 'number' end\n"
    "    return a < b\n"
    "end\n"
    "return function(t)\n"
    "    if type(t) ~= 'table' then error('pairs needs a table', 2) end\n"
    "    local keys, at = {}, 0\n"
    "    for key in next, t do\n"
    "        if type(key) ~= 'number' and type(key) ~= 'string' then\n"
    "            error('pairs needs numbers and texts as keys', 2)\n"
    "        end\n"
    "        keys[#keys + 1] = key\n"
    "    end\n"
    "    sort(keys, before)\n"
    "    return function()\n"
    "        at = at + 1\n"
    "        if keys[at] ~= nil then return keys[at], t[keys[at]] end\n"
    "    end\n"
    "end\n";

/* Copies what is listed from the table on top into the one below. */
static void copy_names(lua_State *lua, const char *const *names)
{
    for (; *names != NULL; names++) {
        lua_getfield(lua, -1, *names);
        lua_setfield(lua, -3, *names);
    }
}

/* A library's table with what is listed alone; it stays on the stack. */
static void make_library(lua_State *lua, const char *name, lua_CFunction open,
                         const char *const *names)
{
    lua_newtable(lua);
    luaL_requiref(lua, name, open, 0);
    copy_names(lua, names);
    lua_pop(lua, 1);
}

static void add_pairs(lua_State *lua)
{
    if (luaL_loadbufferx(lua, ordered_pairs, sizeof(ordered_pairs) - 1, "=pairs", "t") != LUA_OK)
        lua_error(lua);
    lua_getglobal(lua, "next");
    lua_getfield(lua, 2, "sort");
    lua_getglobal(lua, "type");
    lua_getglobal(lua, "error");
    lua_call(lua, 4, 1);
    lua_setfield(lua, 1, "pairs");
}

/* Texts' methods would otherwise bring back all of the string library. */
static void limit_methods(lua_State *lua)
{
    lua_pushliteral(lua, "");
    if (lua_getmetatable(lua, -1)) {
        lua_getfield(lua, 1, "string");
        lua_setfield(lua, -2, "__index");
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

/* Runs protected: memory may run out even here.  Slot 1 is the new world, 2 its table library. */
static int make_world(lua_State *lua)
{
    lua_newtable(lua);
    make_library(lua, LUA_TABLIBNAME, luaopen_table, table_names);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, 1, "table");
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
    lua_pushvalue(lua, 1);
    lua_insert(lua, -2);
    copy_names(lua, base_names);
    lua_pop(lua, 2);
    make_library(lua, LUA_STRLIBNAME, luaopen_string, string_names);
    lua_getfield(lua, -1, "format");
    lua_pushcclosure(lua, plain_format, 1);
    lua_setfield(lua, -2, "format");
    lua_setfield(lua, 1, "string");
    make_library(lua, LUA_MATHLIBNAME, luaopen_math, math_names);
    lua_setfield(lua, 1, "math");
    lua_pushcfunction(lua, plain_text);
    lua_setfield(lua, 1, "tostring");
    lua_pushinteger(lua, KIB);
    lua_setfield(lua, 1, "KiB");
    lua_pushinteger(lua, MIB);
    lua_setfield(lua, 1, "MiB");
    add_pairs(lua);
    limit_methods(lua);
    lua_pushvalue(lua, 1);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

void lua_sandbox_open(struct lua_sandbox *sandbox)
{
    *sandbox = (struct lua_sandbox){0};
    sandbox->lua = lua_newstate(take_memory, sandbox);
    if (sandbox->lua == NULL)
        out_of_memory();
    lua_pushcfunction(sandbox->lua, make_world);
    if (lua_pcall(sandbox->lua, 0, 0, 0) != LUA_OK) {
        fprintf(stderr, "skerry: Lua does not start: %s\n", lua_tostring(sandbox->lua, -1));
        exit(EXIT_FAILURE);
    }
}

void lua_sandbox_close(struct lua_sandbox *sandbox)
{
    lua_close(sandbox->lua);
}

/* What ended the description; Lua names the place where there is one. */
static void tell(lua_State *lua, const char *path, int status)
{
    const char *why =
        lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "ends without a reason";

    if (status == LUA_ERRMEM)
        fprintf(stderr, "%s: takes more than %d MiB of memory: let it make less\n", path,
                MEMORY_MAX / MIB);
    else if (strncmp(why, path, strlen(path)) != 0)
        fprintf(stderr, "%s: %s\n", path, why);
    else
        fprintf(stderr, "%s%s\n", why,
                strstr(why, "a nil value") != NULL
                    ? ": a description has system, app, message_server, aux_device, supervise, "
                      "and a part of Lua that reaches nothing"
                    : "");
}

bool lua_sandbox_run(struct lua_sandbox *sandbox, const char *path, const struct bytes *text)
{
    lua_State *lua = sandbox->lua;
    char name[4096];
    int status;

    snprintf(name, sizeof(name), "@%s", path);
    lua_sethook(lua, stop, LUA_MASKCOUNT, INSTRUCTIONS_MAX);
    status = luaL_loadbufferx(lua, text->data, text->size, name, "t");
    if (status == LUA_OK)
        status = lua_pcall(lua, 0, 0, 0);
    if (status != LUA_OK)
        tell(lua, path, status);
    return status == LUA_OK;
}
