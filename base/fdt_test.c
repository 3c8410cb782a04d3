/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree reader on a small machine, and on every damaged form of it.
 *
 * The blob is put together here, so that each test can spoil exactly one thing.
 */
#include <base/fdt.h>
#include <base/memory.h>
#include <check/check.h>

enum { BLOB_MAX = 4096, BLOCK_MAX = 2048 };
enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

struct block {
    uint8_t bytes[BLOCK_MAX];
    uint32_t size;
};

struct builder {
    struct block reservations;
    struct block structure;
    struct block strings;
};

struct blob {
    uint8_t bytes[BLOB_MAX];
    uint32_t size;
};

static void store(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void add_u32(struct block *block, uint32_t value)
{
    store(block->bytes + block->size, value);
    block->size += 4;
}

static void add_bytes(struct block *block, const void *bytes, size_t size)
{
    mem_copy(block->bytes + block->size, bytes, size);
    block->size += (uint32_t)size;
}

static void begin(struct builder *builder, const char *name)
{
    add_u32(&builder->structure, BEGIN_NODE);
    add_bytes(&builder->structure, name, str_length(name) + 1);
    while (builder->structure.size % 4 != 0)
        add_bytes(&builder->structure, "", 1);
}

static void end(struct builder *builder)
{
    add_u32(&builder->structure, END_NODE);
}

static void prop(struct builder *builder, const char *name, const void *value, size_t size)
{
    add_u32(&builder->structure, PROP);
    add_u32(&builder->structure, (uint32_t)size);
    add_u32(&builder->structure, builder->strings.size);
    add_bytes(&builder->structure, value, size);
    while (builder->structure.size % 4 != 0)
        add_bytes(&builder->structure, "", 1);
    add_bytes(&builder->strings, name, str_length(name) + 1);
}

static void prop_cells(struct builder *builder, const char *name, const uint32_t *cells,
                       size_t count)
{
    uint8_t value[64];

    for (size_t i = 0; i < count; i++)
        store(value + 4 * i, cells[i]);
    prop(builder, name, value, 4 * count);
}

static void prop_cell(struct builder *builder, const char *name, uint32_t cell)
{
    prop_cells(builder, name, &cell, 1);
}

/* Header, reservations, structure, strings. */
static void join(const struct builder *builder, struct blob *blob)
{
    uint32_t reservations = FDT_HEADER_BYTES;
    uint32_t structure = reservations + builder->reservations.size;
    uint32_t strings = structure + builder->structure.size;
    const uint32_t header[FDT_HEADER_BYTES / 4] = {
        0xd00dfeed, strings + builder->strings.size, structure, strings, reservations, 17, 16, 3,
        builder->strings.size, builder->structure.size,
    };

    for (size_t i = 0; i < array_count(header); i++)
        store(blob->bytes + 4 * i, header[i]);
    mem_copy(blob->bytes + reservations, builder->reservations.bytes, builder->reservations.size);
    mem_copy(blob->bytes + structure, builder->structure.bytes, builder->structure.size);
    mem_copy(blob->bytes + strings, builder->strings.bytes, builder->strings.size);
    blob->size = header[1];
}

static void add_devices(struct builder *builder)
{
    begin(builder, "soc");
    prop_cell(builder, "#address-cells", 1);
    prop_cell(builder, "#size-cells", 1);
    prop_cells(builder, "ranges",
               (const uint32_t[]){0x0, 0x1, 0x0, 0x1000, 0x8000, 0x0, 0x8000, 0x1000}, 8);

    begin(builder, "uart@100");
    prop(builder, "compatible", "arm,pl011\0arm,primecell", 24);
    prop_cells(builder, "reg", (const uint32_t[]){0x100, 0x10, 0x8000, 0x1000, 0xf80, 0x81}, 6);
    add_u32(&builder->structure, NOP);
    prop_cell(builder, "phandle", 7);
    end(builder);

    begin(builder, "bus@200");
    prop_cell(builder, "#address-cells", 1);
    prop_cell(builder, "#size-cells", 1);
    prop_cells(builder, "ranges", (const uint32_t[]){0x10, 0x200, 0x100}, 3);
    begin(builder, "rtc@20");
    prop(builder, "compatible", "acme,rtc", 9);
    prop(builder, "status", "disabled", 9);
    prop_cells(builder, "reg", (const uint32_t[]){0x20, 0x4}, 2);
    end(builder);
    end(builder);

    begin(builder, "island");
    begin(builder, "lost@0");
    prop_cells(builder, "reg", (const uint32_t[]){0, 0, 1}, 3);
    end(builder);
    end(builder);
    end(builder);
}

static void build(struct builder *builder)
{
    *builder = (struct builder){0};
    for (unsigned i = 0; i < 2; i++) {
        add_u32(&builder->reservations, 0);
        add_u32(&builder->reservations, 0x4000 * (1 - i));
        add_u32(&builder->reservations, 0);
        add_u32(&builder->reservations, 0x100 * (1 - i));
    }

    add_u32(&builder->structure, NOP);
    begin(builder, "");
    prop(builder, "model", "test machine", 13);
    prop_cell(builder, "interrupt-parent", 7);
    prop_cell(builder, "#address-cells", 2);
    prop_cell(builder, "#size-cells", 2);
    prop(builder, "empty", "", 0);
    begin(builder, "memory@40000000");
    prop(builder, "device_type", "memory", 7);
    prop_cells(builder, "reg",
               (const uint32_t[]){0, 0x40000000, 0, 0x10000000, 1, 0, 2, 0x1000,
                                  UINT32_MAX, 0, 1, 0}, 12);
    end(builder);
    add_u32(&builder->structure, NOP);
    add_devices(builder);
    begin(builder, "chosen");
    prop_cells(builder, "start", (const uint32_t[]){1, 2}, 2);
    end(builder);
    end(builder);
    add_u32(&builder->structure, END);
}

static struct builder builder;
static struct blob blob;
static struct fdt fdt;

static void open_machine(void)
{
    build(&builder);
    join(&builder, &blob);
    CHECK_EQ(fdt_open(&fdt, blob.bytes, blob.size), FDT_OK);
}

static void walk_meets_every_node_in_order(void)
{
    static const char *const names[] = {
        "", "memory@40000000", "soc", "uart@100", "bus@200", "rtc@20", "island", "lost@0", "chosen",
    };
    static const uint32_t depths[] = {0, 1, 1, 2, 2, 3, 2, 3, 1};
    struct fdt_node node;
    size_t count = 0;

    open_machine();
    CHECK_EQ(fdt.boot_cpu, 3);
    CHECK_EQ(fdt_claimed_size(blob.bytes), blob.size);
    fdt_root(&fdt, &node);
    do {
        if (!CHECK(count < array_count(names)))
            return;
        CHECK_STR(fdt_name(&node), names[count]);
        CHECK_EQ(node.depth, depths[count]);
        count++;
    } while (fdt_next(&node));
    CHECK_EQ(count, array_count(names));
}

static void siblings_skip_what_is_below_them(void)
{
    struct fdt_node soc;
    struct fdt_node node;

    open_machine();
    CHECK(fdt_find_path(&fdt, "/soc", &soc));
    CHECK(fdt_first_child(&soc, &node));
    CHECK_STR(fdt_name(&node), "uart@100");
    CHECK(!fdt_first_child(&node, &node));
    CHECK(fdt_next_sibling(&node));
    CHECK_STR(fdt_name(&node), "bus@200");
    CHECK(fdt_next_sibling(&node));
    CHECK_STR(fdt_name(&node), "island");
    CHECK(!fdt_next_sibling(&node));
    CHECK_STR(fdt_name(&node), "island");
    CHECK(fdt_parent(&node, &node) && fdt_parent(&node, &node));
    CHECK_STR(fdt_name(&node), "");
    CHECK(!fdt_parent(&node, &node));
    CHECK(!fdt_next_sibling(&node));
}

static void nodes_are_found_by_path_phandle_and_compatible(void)
{
    struct fdt_node node;

    open_machine();
    CHECK(fdt_find_path(&fdt, "/", &node) && node.depth == 0);
    CHECK(fdt_find_path(&fdt, "/soc/bus/rtc", &node));
    CHECK_STR(fdt_name(&node), "rtc@20");
    CHECK(fdt_find_path(&fdt, "/soc/uart@100:115200n8", &node));
    CHECK_STR(fdt_name(&node), "uart@100");
    CHECK(!fdt_find_path(&fdt, "/soc/uart@101", &node));
    CHECK(!fdt_find_path(&fdt, "/so", &node));
    CHECK(!fdt_find_path(&fdt, "soc", &node));
    CHECK(!fdt_find_path(&fdt, "", &node));

    CHECK(fdt_find_phandle(&fdt, 7, &node));
    CHECK_STR(fdt_name(&node), "uart@100");
    CHECK(!fdt_find_phandle(&fdt, 8, &node));

    fdt_root(&fdt, &node);
    CHECK(fdt_next_compatible(&node, "arm,primecell"));
    CHECK_STR(fdt_name(&node), "uart@100");
    CHECK(!fdt_next_compatible(&node, "arm,primecell"));
    CHECK(fdt_is_compatible(&node, "arm,pl011"));
    CHECK(!fdt_is_compatible(&node, "arm,pl01"));
    CHECK(!fdt_is_compatible(&node, ""));
    CHECK(fdt_is_enabled(&node));
    CHECK(fdt_next_compatible(&node, "acme,rtc") && !fdt_is_enabled(&node));
}

static void properties_are_read_in_turn_and_by_name(void)
{
    struct fdt_property property = {0};
    struct fdt_node node;
    const char *text;
    uint64_t u64;
    uint32_t u32;

    open_machine();
    CHECK(fdt_find_path(&fdt, "/soc/uart", &node));
    CHECK(fdt_next_property(&node, &property));
    CHECK_STR(property.name, "compatible");
    CHECK(fdt_string(&property, 1, &text));
    CHECK_STR(text, "arm,primecell");
    CHECK(!fdt_string(&property, 2, &text));
    CHECK(fdt_next_property(&node, &property) && fdt_next_property(&node, &property));
    CHECK_STR(property.name, "phandle");
    CHECK(!fdt_next_property(&node, &property));

    CHECK(fdt_find_path(&fdt, "/chosen", &node));
    CHECK(fdt_read_u64(&node, "start", &u64) && u64 == 0x100000002u);
    CHECK(!fdt_read_u32(&node, "start", &u32));
    CHECK(fdt_find_property(&node, "start", &property));
    CHECK(fdt_cell(&property, 1, &u32) && u32 == 2);
    CHECK(!fdt_cell(&property, 2, &u32));
    CHECK(fdt_cells(&property, 2, 0, &u64) && u64 == 0);
    CHECK(!fdt_cells(&property, 1, 2, &u64));
    CHECK(!fdt_cells(&property, UINT32_MAX, 1, &u64));
    CHECK(fdt_inherited_u32(&node, "interrupt-parent", &u32) && u32 == 7);
    CHECK(!fdt_inherited_u32(&node, "interrupt", &u32));

    fdt_root(&fdt, &node);
    CHECK(fdt_read_string(&node, "model", &text));
    CHECK_STR(text, "test machine");
    CHECK(!fdt_read_string(&node, "#size-cells-not", &text));
    CHECK(!fdt_read_string(&node, "empty", &text));
    CHECK(!fdt_read_u64(&node, "empty", &u64));
}

static bool reg_is(const char *path, uint32_t index, paddr_t start, uint64_t size)
{
    struct fdt_range range;
    struct fdt_node node;

    return fdt_find_path(&fdt, path, &node) && fdt_reg(&node, index, &range) &&
           range.start == start && range.size == size;
}

static bool has_reg(const char *path, uint32_t index)
{
    struct fdt_range range;
    struct fdt_node node;

    return fdt_find_path(&fdt, path, &node) && fdt_reg(&node, index, &range);
}

static void reg_is_translated_through_every_bus(void)
{
    open_machine();
    CHECK(reg_is("/memory", 0, 0x40000000, 0x10000000));
    CHECK(reg_is("/memory", 1, 0x100000000u, 0x200001000u));
    CHECK(!has_reg("/memory", 2)); /* wraps */
    CHECK(!has_reg("/memory", 3));
    CHECK(reg_is("/soc/uart", 0, 0x100000100u, 0x10));
    CHECK(reg_is("/soc/uart", 1, 0x8000, 0x1000));
    CHECK(!has_reg("/soc/uart", 2)); /* one byte beyond its window */
    CHECK(!has_reg("/soc/uart", 3));
    CHECK(!has_reg("/soc/uart", UINT32_MAX));
    CHECK(reg_is("/soc/bus/rtc", 0, 0x100000210u, 4));
    CHECK(!has_reg("/soc/island/lost", 0)); /* its bus has no ranges */
    CHECK(!has_reg("/", 0));
}

static void reservations_are_listed(void)
{
    struct fdt_range range;

    open_machine();
    CHECK(fdt_reservation(&fdt, 0, &range));
    CHECK_EQ(range.start, 0x4000);
    CHECK_EQ(range.size, 0x100);
    CHECK(!fdt_reservation(&fdt, 1, &range));
    CHECK(!fdt_reservation(&fdt, UINT32_MAX, &range));
}

static void every_truncation_is_refused(void)
{
    open_machine();
    for (uint32_t size = 0; size < blob.size; size++)
        CHECK(fdt_open(&fdt, blob.bytes, size) != FDT_OK);

    /* Also when the header agrees to the shorter size. */
    for (uint32_t size = FDT_HEADER_BYTES; size < blob.size; size++) {
        store(blob.bytes + 4, size);
        CHECK(fdt_open(&fdt, blob.bytes, size) != FDT_OK);
    }
}

/* Everything a reader could ask, so that the sanitizers see it. */
static void walk_everything(void)
{
    struct fdt_range range;
    struct fdt_node node;
    struct fdt_node child;
    const char *text;
    uint64_t number;

    fdt_root(&fdt, &node);
    do {
        struct fdt_property property = {0};

        while (fdt_next_property(&node, &property)) {
            CHECK(property.value + property.size <= blob.bytes + blob.size);
            fdt_string(&property, 1, &text);
            fdt_cells(&property, 1, 2, &number);
        }
        fdt_is_compatible(&node, "acme,rtc");
        fdt_reg(&node, 1, &range);
        fdt_find_child(&node, "rtc", &child);
    } while (fdt_next(&node));
}

static void any_damaged_byte_is_refused_or_harmless(void)
{
    static const uint8_t damages[] = {0x01, 0x80, 0xff};

    open_machine();
    for (uint32_t at = 0; at < blob.size; at++) {
        for (size_t i = 0; i < array_count(damages); i++) {
            blob.bytes[at] ^= damages[i];
            if (fdt_open(&fdt, blob.bytes, blob.size) == FDT_OK)
                walk_everything();
            blob.bytes[at] ^= damages[i];
        }
    }
}

static enum fdt_error error_with_header(uint32_t field, uint32_t value)
{
    open_machine();
    store(blob.bytes + field, value);
    return fdt_open(&fdt, blob.bytes, blob.size);
}

static void header_errors_are_told_apart(void)
{
    CHECK_EQ(error_with_header(0, 0xfeedd00d), FDT_BAD_MAGIC);
    CHECK_EQ(error_with_header(4, blob.size + 1), FDT_TRUNCATED);
    CHECK_EQ(error_with_header(20, 16), FDT_BAD_VERSION);
    CHECK_EQ(error_with_header(24, 18), FDT_BAD_VERSION);
    CHECK_EQ(error_with_header(8, 0x1002), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(8, UINT32_MAX - 3), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(12, UINT32_MAX), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(16, 44), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(16, UINT32_MAX - 7), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(36, 2), FDT_BAD_LAYOUT);
    CHECK_EQ(error_with_header(36, 0), FDT_BAD_TOKEN);
    CHECK_EQ(error_with_header(32, 0), FDT_BAD_PROPERTY);
    CHECK_EQ(error_with_header(32, 4), FDT_BAD_STRINGS);
}

static enum fdt_error error_of_builder(void)
{
    add_u32(&builder.structure, END);
    join(&builder, &blob);
    return fdt_open(&fdt, blob.bytes, blob.size);
}

static void start_builder(void)
{
    builder = (struct builder){.reservations = {.size = 16}};
}

static void structure_errors_are_told_apart(void)
{
    start_builder();
    CHECK_EQ(error_of_builder(), FDT_BAD_TOKEN); /* no root */

    start_builder();
    begin(&builder, "");
    CHECK_EQ(error_of_builder(), FDT_BAD_TOKEN); /* not closed */

    start_builder();
    begin(&builder, "");
    end(&builder);
    begin(&builder, "second");
    end(&builder);
    CHECK_EQ(error_of_builder(), FDT_BAD_TOKEN);

    start_builder();
    begin(&builder, "");
    end(&builder);
    end(&builder);
    CHECK_EQ(error_of_builder(), FDT_BAD_TOKEN);

    start_builder();
    begin(&builder, "");
    begin(&builder, "child");
    end(&builder);
    prop(&builder, "late", "", 0);
    end(&builder);
    CHECK_EQ(error_of_builder(), FDT_BAD_TOKEN);

    start_builder();
    begin(&builder, "");
    begin(&builder, "");
    CHECK_EQ(error_of_builder(), FDT_BAD_NAME);

    start_builder();
    begin(&builder, "");
    begin(&builder, "bell\a");
    CHECK_EQ(error_of_builder(), FDT_BAD_NAME);
}

static void depth_is_limited(void)
{
    for (unsigned depth = FDT_DEPTH_MAX; depth <= FDT_DEPTH_MAX + 1; depth++) {
        start_builder();
        for (unsigned i = 0; i < depth; i++)
            begin(&builder, i == 0 ? "" : "n");
        for (unsigned i = 0; i < depth; i++)
            end(&builder);
        CHECK_EQ(error_of_builder(), depth <= FDT_DEPTH_MAX ? FDT_OK : FDT_TOO_DEEP);
        if (depth == FDT_DEPTH_MAX)
            walk_everything();
    }
}

static void unending_reservations_are_refused(void)
{
    start_builder();
    begin(&builder, "");
    end(&builder);
    CHECK_EQ(error_of_builder(), FDT_OK);
    mem_set(blob.bytes + FDT_HEADER_BYTES, 1, 16);
    CHECK_EQ(fdt_open(&fdt, blob.bytes, blob.size), FDT_BAD_RESERVATIONS);
}

static void every_error_has_its_text(void)
{
    for (unsigned i = FDT_OK; i <= FDT_TOO_DEEP; i++) {
        for (unsigned j = FDT_OK; j < i; j++)
            CHECK(!str_equal(fdt_error_text((enum fdt_error)i), fdt_error_text((enum fdt_error)j)));
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"walk_meets_every_node_in_order", walk_meets_every_node_in_order},
        {"siblings_skip_what_is_below_them", siblings_skip_what_is_below_them},
        {"nodes_are_found_by_path_phandle_and_compatible",
         nodes_are_found_by_path_phandle_and_compatible},
        {"properties_are_read_in_turn_and_by_name", properties_are_read_in_turn_and_by_name},
        {"reg_is_translated_through_every_bus", reg_is_translated_through_every_bus},
        {"reservations_are_listed", reservations_are_listed},
        {"every_truncation_is_refused", every_truncation_is_refused},
        {"any_damaged_byte_is_refused_or_harmless", any_damaged_byte_is_refused_or_harmless},
        {"header_errors_are_told_apart", header_errors_are_told_apart},
        {"structure_errors_are_told_apart", structure_errors_are_told_apart},
        {"depth_is_limited", depth_is_limited},
        {"unending_reservations_are_refused", unending_reservations_are_refused},
        {"every_error_has_its_text", every_error_has_its_text},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}
