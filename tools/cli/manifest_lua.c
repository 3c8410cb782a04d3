/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions: Lua that calls a function for each thing of a system.
 *
 *     system "demo" { memory = 64 * MiB }
 *     message_server "main" { image = "msgd", dir_access_control = { uart = { ... } } }
 *     app "uart" { image = { "pl011", "ns16550" }, resources = { device "line" { ... } } }
 *     supervise "uart" { "console" }
 *
 * Properties are the schema's, with _ for -.  Nodes in a list are tables by their names, or, where
 * their order matters, made by node, device, protocol.  The tree that results knows the line of
 * each call; a mistake ends the description with `FILE:LINE: CAUSE: CURE`.
 */
#include "lua_sandbox.h"
#include "manifest.h"
#include "schema.h"
#include <lua5.4/lauxlib.h>
#include <string.h>

enum { NODE_NAME = 1, NODE_BODY = 2, NODE_LINE = 3, CALL_LEVEL = 1, THINGS_MAX = 5000 };

static const char node_mark[] = "skerry.node";

/* Behind the functions: where things go. */
struct description {
    struct tree_node *root;
    const char *path;
    uint32_t things; /* names, values and nodes so far: looking them up is linear */
};

static void read_body(lua_State *lua, struct description *description, struct tree_node *node,
                      const struct schema_level *level, int body);

static struct description *description_of(lua_State *lua)
{
    struct description *description;

    lua_getfield(lua, LUA_REGISTRYINDEX, "skerry");
    description = lua_touserdata(lua, -1);
    lua_pop(lua, 1);
    return description;
}

static int line_of_call(lua_State *lua)
{
    lua_Debug about;

    if (lua_getstack(lua, CALL_LEVEL, &about) == 0 || lua_getinfo(lua, "l", &about) == 0)
        return 0;
    return about.currentline;
}

/* Ends the description; the message names the node, since lines are those of calls. */
static int mistake(lua_State *lua, const struct tree_node *node, const char *name, const char *why)
{
    struct description *description;

    luaL_checkstack(lua, LUA_MINSTACK, "no room for a mistake");
    description = description_of(lua);
    lua_pushfstring(lua, "%s:%d: %s %s: %s", description->path, node->place.line,
                    node->name[0] != '\0' ? node->name : "/", name, why);
    return lua_error(lua);
}

/* Names go into source text as they are. */
static void check_name(lua_State *lua, const struct tree_node *node, const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    if (name[0] == '\0' || strspn(name, letters) != strlen(name))
        mistake(lua, node, name, "is no name: use letters, digits, - and _ alone");
}

static void count_thing(lua_State *lua, const struct tree_node *node)
{
    struct description *description = description_of(lua);

    if (description->things++ >= THINGS_MAX)
        mistake(lua, node, "and all before it", "are too many values and nodes: describe less");
}

static struct tree_node *add_node(lua_State *lua, struct tree_node *parent, const char *name,
                                  struct place place)
{
    const struct tree_node here = {.name = parent->name, .place = place};

    count_thing(lua, &here);
    if (tree_find_node(parent, name) != NULL)
        mistake(lua, &here, name, "is described twice: rename or remove one");
    return tree_add_node(parent, name, place);
}

static void add_text(lua_State *lua, const struct tree_node *node, struct tree_property *property,
                     int at)
{
    size_t size;
    const char *text;

    if (lua_type(lua, at) != LUA_TSTRING)
        mistake(lua, node, property->name, "is not a text: write it as \"TEXT\"");
    text = lua_tolstring(lua, at, &size);
    if (strlen(text) != size)
        mistake(lua, node, property->name, "has a zero byte: remove it");
    tree_add_text(property, text);
}

static void add_number(lua_State *lua, const struct tree_node *node, struct tree_property *property,
                       int at)
{
    int is_integer = 0;
    lua_Integer number = 0;

    if (lua_type(lua, at) == LUA_TNUMBER)
        number = lua_tointegerx(lua, at, &is_integer);
    if (is_integer == 0 || number < 0)
        mistake(lua, node, property->name, "is not a number: write a whole one, not below 0");
    tree_add_number(property, (uint64_t)number);
}

/* A value, or a list of values, at the top of the stack. */
static void add_values(lua_State *lua, struct tree_node *node, const char *name,
                       enum tree_value kind)
{
    struct tree_property *property = tree_add_property(node, name, kind);
    void (*add)(lua_State *, const struct tree_node *, struct tree_property *, int) =
        kind == TREE_TEXTS ? add_text : add_number;
    int list = lua_gettop(lua);
    lua_Integer count;

    if (!lua_istable(lua, list)) {
        add(lua, node, property, list);
        return;
    }
    count = (lua_Integer)lua_rawlen(lua, list);
    for (lua_Integer i = 1; i <= count; i++) {
        count_thing(lua, node);
        lua_rawgeti(lua, list, i);
        add(lua, node, property, lua_gettop(lua));
        lua_pop(lua, 1);
    }
    lua_pushnil(lua);
    while (lua_next(lua, list) != 0) {
        if (!lua_isinteger(lua, -2) || lua_tointeger(lua, -2) < 1 || lua_tointeger(lua, -2) > count)
            mistake(lua, node, name, "is a list with names in it: write values alone");
        lua_pop(lua, 1);
    }
    if (count == 0)
        mistake(lua, node, name, "is an empty list: remove it");
}

static void add_property(lua_State *lua, struct tree_node *node,
                         const struct manifest_member *member)
{
    switch (member->kind) {
    case MANIFEST_FLAG:
        if (!lua_isboolean(lua, -1))
            mistake(lua, node, member->name, "is neither true nor false: write one of them");
        if (lua_toboolean(lua, -1))
            (void)tree_add_property(node, member->name, TREE_FLAG);
        break;
    case MANIFEST_NUMBER:
    case MANIFEST_SIZE:
    case MANIFEST_NUMBERS: add_values(lua, node, member->name, TREE_NUMBERS); break;
    default: add_values(lua, node, member->name, TREE_TEXTS);
    }
}

/* A node that the functions node, device and so on made. */
static bool is_made_node(lua_State *lua, int at)
{
    bool is_made = false;

    if (lua_istable(lua, at) && lua_getmetatable(lua, at)) {
        luaL_getmetatable(lua, node_mark);
        is_made = lua_rawequal(lua, -1, -2) != 0;
        lua_pop(lua, 2);
    }
    return is_made;
}

static void add_made_node(lua_State *lua, struct description *description, struct tree_node *parent,
                          const struct schema_level *level)
{
    struct place place = {.file = description->path};
    struct schema_level below;
    const char *name;

    lua_rawgeti(lua, -1, NODE_NAME);
    lua_rawgeti(lua, -2, NODE_LINE);
    lua_rawgeti(lua, -3, NODE_BODY);
    name = lua_tostring(lua, -3);
    place.line = (int)lua_tointeger(lua, -2);
    if (schema_elements(level) == NULL)
        mistake(lua, parent, name, "is a node where none may stand: remove it");
    below = schema_below(level, name);
    read_body(lua, description, add_node(lua, parent, name, place), &below, lua_gettop(lua));
    lua_pop(lua, 3);
}

/* One pair of a body: its name is at -2, its value at -1. */
static void add_named(lua_State *lua, struct description *description, struct tree_node *node,
                      const struct schema_level *level, const char *name)
{
    const struct manifest_member *member = schema_find(level, name);
    struct schema_level below;

    check_name(lua, node, name);
    if (member != NULL && manifest_is_property(member)) {
        if (tree_find_property(node, member->name) != NULL)
            mistake(lua, node, name, "stands there twice, with - and with _: remove one");
        add_property(lua, node, member);
        return;
    }
    if (member == NULL && schema_elements(level) == NULL) {
        const char *meant = schema_suggest(level, name);

        mistake(lua, node, name,
                meant != NULL ? lua_pushfstring(lua, "is not known here: did you mean '%s'?", meant)
                              : "is not known here: remove or correct it");
    }
    if (!lua_istable(lua, -1))
        mistake(lua, node, name, "is not a table: write it as { ... }");
    below = schema_below(level, name);
    node = add_node(lua, node, member != NULL ? member->name : name, node->place);
    if (member != NULL && schema_is_by_name(member)) {
        lua_pushnil(lua);
        while (lua_next(lua, -2) != 0) {
            count_thing(lua, node);
            if (lua_type(lua, -2) != LUA_TSTRING)
                mistake(lua, node, name, "has a value without a name: write NAME = \"TEXT\"");
            check_name(lua, node, lua_tostring(lua, -2));
            add_values(lua, node, lua_tostring(lua, -2), TREE_TEXTS);
            lua_pop(lua, 1);
        }
        tree_sort_properties(node);
        return;
    }
    read_body(lua, description, node, &below, lua_gettop(lua));
}

/* A body's names in order: lua_next has none that is the same each time. */
static void push_sorted_names(lua_State *lua, const struct tree_node *node, int body)
{
    lua_Integer count = 0;

    lua_newtable(lua);
    lua_pushnil(lua);
    while (lua_next(lua, body) != 0) {
        count_thing(lua, node);
        lua_pop(lua, 1);
        if (lua_type(lua, -1) == LUA_TSTRING) {
            lua_Integer at = ++count;

            for (; at > 1; at--) {
                bool is_before;

                lua_rawgeti(lua, -2, at - 1);
                is_before = strcmp(lua_tostring(lua, -1), lua_tostring(lua, -2)) > 0;
                if (!is_before) {
                    lua_pop(lua, 1);
                    break;
                }
                lua_rawseti(lua, -3, at);
            }
            lua_pushvalue(lua, -1);
            lua_rawseti(lua, -3, at);
        } else if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) < 1 ||
                   lua_tointeger(lua, -1) > (lua_Integer)lua_rawlen(lua, body)) {
            mistake(lua, node, "?", "has something without a name: write NAME = VALUE");
        }
    }
}

static void read_body(lua_State *lua, struct description *description, struct tree_node *node,
                      const struct schema_level *level, int body)
{
    int names;

    luaL_checkstack(lua, LUA_MINSTACK, "nodes in nodes in nodes");
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(lua, body); i++) {
        lua_rawgeti(lua, body, i);
        if (!is_made_node(lua, lua_gettop(lua)))
            mistake(lua, node, "?", "has something without a name: write NAME = VALUE, or a node");
        add_made_node(lua, description, node, level);
        lua_pop(lua, 1);
    }
    push_sorted_names(lua, node, body);
    names = lua_gettop(lua);
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(lua, names); i++) {
        lua_rawgeti(lua, names, i);
        lua_pushvalue(lua, -1);
        lua_rawget(lua, body);
        add_named(lua, description, node, level, lua_tostring(lua, -2));
        lua_pop(lua, 2);
    }
    lua_pop(lua, 1);
}

/* The body of `app "x" { ... }`: upvalues are the list it goes to and its name. */
static int add_element(lua_State *lua)
{
    struct description *description = description_of(lua);
    const struct schema_level top = schema_top();
    const char *list = lua_tostring(lua, lua_upvalueindex(1));
    const char *name = lua_tostring(lua, lua_upvalueindex(2));
    const struct schema_level level = schema_below(&top, list);
    const struct schema_level below = schema_below(&level, name);
    struct place place = {description->path, (int)lua_tointeger(lua, lua_upvalueindex(3))};
    struct tree_node *parent = tree_find_node(description->root, list);

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    if (parent == NULL)
        parent = tree_add_node(description->root, list, place);
    read_body(lua, description, add_node(lua, parent, name, place), &below, 1);
    return 0;
}

static void check_called_name(lua_State *lua)
{
    struct tree_node here = {.name = (char[]){""}, .place = {.line = line_of_call(lua)}};

    check_name(lua, &here, luaL_checkstring(lua, 1));
}

static int name_element(lua_State *lua)
{
    check_called_name(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, line_of_call(lua));
    lua_pushcclosure(lua, add_element, 3);
    return 1;
}

static int make_node(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    lua_createtable(lua, 3, 0);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_rawseti(lua, 2, NODE_NAME);
    lua_pushvalue(lua, 1);
    lua_rawseti(lua, 2, NODE_BODY);
    lua_pushvalue(lua, lua_upvalueindex(2));
    lua_rawseti(lua, 2, NODE_LINE);
    luaL_setmetatable(lua, node_mark);
    return 1;
}

static int name_node(lua_State *lua)
{
    check_called_name(lua);
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, line_of_call(lua));
    lua_pushcclosure(lua, make_node, 2);
    return 1;
}

static int add_system(lua_State *lua)
{
    struct description *description = description_of(lua);
    const struct schema_level top = schema_top();

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    read_body(lua, description, description->root, &top, 1);
    return 0;
}

static int name_system(lua_State *lua)
{
    struct description *description = description_of(lua);

    if (tree_find_property(description->root, "system") != NULL)
        return luaL_error(lua, "a second system: describe one");
    check_called_name(lua);
    description->root->place.line = line_of_call(lua);
    tree_add_text(tree_add_property(description->root, "system", TREE_TEXTS), lua_tostring(lua, 1));
    lua_pushcfunction(lua, add_system);
    return 1;
}

static int add_supervision(lua_State *lua)
{
    struct description *description = description_of(lua);
    struct place place = {description->path, (int)lua_tointeger(lua, lua_upvalueindex(2))};
    const char *name = lua_tostring(lua, lua_upvalueindex(1));
    struct tree_node *node = tree_find_node(description->root, "supervision");

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    if (node == NULL)
        node = tree_add_node(description->root, "supervision", place);
    count_thing(lua, node);
    if (tree_find_property(node, name) != NULL)
        return luaL_error(lua, "'%s' is supervised twice: put all into one list", name);
    add_values(lua, node, name, TREE_TEXTS);
    return 0;
}

static int name_supervision(lua_State *lua)
{
    check_called_name(lua);
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, line_of_call(lua));
    lua_pushcclosure(lua, add_supervision, 2);
    return 1;
}

/* Runs protected. */
static int add_functions(lua_State *lua)
{
    static const struct {
        const char *name;
        lua_CFunction call;
        const char *list;
    } functions[] = {
        {"system", name_system, ""},
        {"supervise", name_supervision, ""},
        {"message_server", name_element, "msg_servers"},
        {"app", name_element, "apps"},
        {"aux_device", name_element, "aux_devices"},
        {"node", name_node, ""},
        {"device", name_node, ""},
        {"protocol", name_node, ""},
    };

    lua_pushvalue(lua, 1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "skerry");
    luaL_newmetatable(lua, node_mark);
    for (size_t i = 0; i < array_count(functions); i++) {
        lua_pushstring(lua, functions[i].list);
        lua_pushcclosure(lua, functions[i].call, 1);
        lua_setglobal(lua, functions[i].name);
    }
    return 0;
}

struct tree_node *manifest_from_lua(const char *path, const struct bytes *text)
{
    struct description description = {.path = path};
    struct lua_sandbox sandbox;
    bool is_good;

    lua_sandbox_open(&sandbox);
    description.root = tree_new("", (struct place){path, 1});
    lua_pushcfunction(sandbox.lua, add_functions);
    lua_pushlightuserdata(sandbox.lua, &description);
    is_good = lua_pcall(sandbox.lua, 1, 0, 0) == LUA_OK && lua_sandbox_run(&sandbox, path, text);
    lua_sandbox_close(&sandbox);
    if (is_good)
        return description.root;
    tree_free(description.root);
    return NULL;
}
