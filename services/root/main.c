/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root: the first component.  Reads the manifest from the boot bundle, builds each component from
 * its image with what its entry grants, and from then on supervises and answers questions.
 */
#include "root.h"

#include <abi/hash.h>
#include <base/memory.h>
#include <rt/print.h>
#include <rt/process.h>

enum {
    NS_PER_US = 1000,
    EXIT_BAD_SYSTEM = 1,
    WHOLE_SHARE = 1000000,
    ROUNDING_SHARE = 200 /* room for rounding up, of WHOLE_SHARE */
};

static const vaddr_t DEVICE_WINDOWS = 0x2100000000;
static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

static struct root the_root;

/* Nothing can run: says why, and ends an emulator with a failure. */
static noreturn void fail(const char *what, const char *why)
{
    rt_printf("root: %s: %s\n", what, why);
    (void)skr_power_control_fail(ABI_ROOT_POWER, EXIT_BAD_SYSTEM);
    rt_panic("the power does not go off");
}

static void read_inputs(struct root *root)
{
    const struct abi_boot_info *boot = root->boot;
    enum bundle_error bundle_error;
    enum fdt_error fdt_error;
    struct manifest_error error;

    bundle_error = bundle_open(&root->bundle, (const void *)(word_t)boot->bundle_address,
                               (size_t)boot->bundle_size_bytes, boot->machine, abi_hash);
    if (bundle_error != BUNDLE_OK)
        fail("bundle", bundle_error_text(bundle_error));
    fdt_error = fdt_open(&root->machine, (const void *)(word_t)boot->device_tree_address,
                         (size_t)boot->device_tree_size_bytes);
    if (fdt_error != FDT_OK)
        fail("device tree", fdt_error_text(fdt_error));
    if (!bundle_find(&root->bundle, "manifest.dtb", &root->manifest_file))
        fail("bundle", "it has no manifest.dtb: add one with mkbundle");
    if (!manifest_read(&root->manifest, root->manifest_file.bytes,
                       (size_t)root->manifest_file.size_bytes, &error))
        fail("manifest", error.text);
}

static void check_files(struct root *root)
{
    struct bundle_file file;

    if (!bundle_entries_are_intact(&root->bundle))
        fail("bundle", "its table of files is not what its hash says: make the bundle anew");
    for (uint32_t i = 1; bundle_file(&root->bundle, i, &file); i++) {
        if (!bundle_file_is_intact(&file))
            fail(file.name, "the file is not what the bundle's hash says: make the bundle anew");
    }
}

/* A system of which a part can never start is refused as a whole. */
static void check_images(const struct root *root)
{
    for (uint32_t i = 0; i < root->manifest.component_count; i++) {
        const struct manifest_component *component = &root->manifest.components[i];
        struct bundle_file file;

        for (uint32_t n = 0; n < component->images.count; n++) {
            if (!bundle_find(&root->bundle, component->images.text[n], &file))
                fail(component->name, "the bundle lacks its image: add it with mkbundle");
        }
    }
}

/* The largest memory is what components are made of. */
static void open_memory(struct root *root)
{
    const struct abi_boot_memory *largest = NULL;
    status_t status;

    for (uint32_t i = 0; i < root->boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &root->boot->memory[i];

        if ((memory->kind & ABI_MEMORY_KERNEL_USABLE) != 0 &&
            (largest == NULL || memory->size_bytes > largest->size_bytes))
            largest = memory;
    }
    if (largest == NULL)
        fail("memory", "the machine has none that the kernel can use");
    rt_ranges_init(&root->offsets, root->offset_parts, ROOT_RAM_PARTS_MAX);
    status = rt_ranges_give(&root->offsets, (word_t)largest->first_free,
                            (word_t)(largest->size_bytes - largest->first_free));
    rt_assert(status == OK);
    rt_slots_init(&root->slots, root->slot_bits, ABI_ROOT_FIRST_FREE, ROOT_SLOT_COUNT);
    root->maker = (struct rt_maker){
        .captable = ABI_ROOT_CAPTABLE,
        .memory = largest->slot,
        .offsets = &root->offsets,
        .slots = &root->slots,
    };
    root->next_window = DEVICE_WINDOWS;
    root->own_bytes = largest->first_free;
}

uint64_t root_budget_ns(const struct root *root, uint32_t core, uint32_t budget_us)
{
    uint64_t share = manifest_share(&root->manifest, core, root->boot->core_count);
    uint64_t budget_ns = (uint64_t)budget_us * NS_PER_US;

    return share <= WHOLE_SHARE ? budget_ns : budget_ns * (WHOLE_SHARE - ROUNDING_SHARE) / share;
}

/* Root started with all of core 0's time. */
static status_t limit_own_time(struct root *root)
{
    return skr_time_control_fill(ABI_ROOT_TIME, ABI_ROOT_BUDGET,
                                 root_budget_ns(root, 0, root->manifest.root_budget_us),
                                 (uint64_t)root->manifest.root_period_us * NS_PER_US, NULL);
}

static status_t make_own_objects(struct root *root)
{
    struct rt_object reply;
    status_t status;

    status = rt_make(&root->maker, TYPE_ENDPOINT, 0, 1, &root->endpoint);
    if (status == OK)
        status = rt_make(&root->maker, TYPE_NOTIFICATION, 0, 1, &root->notification);
    if (status == OK)
        status = rt_make(&root->maker, TYPE_TIMER, 0, 1, &root->timer);
    if (status == OK)
        status = rt_make(&root->maker, TYPE_REPLY, 0, 1, &reply);
    if (status == OK)
        status = skr_thread_bind(ABI_ROOT_THREAD, root->notification.cap);
    if (status == OK)
        status = skr_log_control_watch(ABI_ROOT_LOG, root->notification.cap, ROOT_BIT_LOST_FAULT);
    if (status == OK)
        status = limit_own_time(root);
    root->service.replies[0] = reply.cap;
    root->service.reply_count = 1;
    return status;
}

static void prepare_components(struct root *root)
{
    for (uint32_t i = 0; i < root->manifest.component_count; i++) {
        struct component *component = &root->components[i];

        component->entry = &root->manifest.components[i];
        component->slot_count = component_slot_count(component->entry);
        if (rt_slots_take(&root->slots, (uint32_t)component->slot_count, &component->slots) != OK)
            fail(component->entry->name, "too many components for root's captable");
    }
}

/* ---- what supervision decides ---- */

static void halt_component(void *state, uint32_t index)
{
    struct root *root = state;

    health_forget(&root->health, index);
    component_halt(root, &root->components[index]);
}

static void stop_component(void *state, uint32_t index)
{
    struct root *root = state;

    root_say(root, "root: stop %s", root->components[index].entry->name);
    health_forget(&root->health, index);
    component_destroy(root, &root->components[index]);
    root_note(root, &root->components[index], ABI_JOURNAL_STOP, 0);
}

static status_t start_component(void *state, uint32_t index)
{
    struct root *root = state;

    struct component *component = &root->components[index];
    status_t status;

    root_say(root, "root: start %s", component->entry->name);
    status = component_build(root, component);
    if (status == OK)
        root_note(root, component, ABI_JOURNAL_START, root->supervisor.children[index].starts + 1);
    if (status == OK && component->entry->readiness == MANIFEST_READY_STARTED)
        health_watch(&root->health, index, rt_time_now_ns());
    return status;
}

static void note_component(void *state, uint32_t index, enum supervise_note note)
{
    struct root *root = state;

    const struct component *component = &root->components[index];

    if (note == SUPERVISE_NOTE_LATE) {
        root_say(root, "root: %s is not ready in time, going on", component->entry->name);
        root_note(root, component, ABI_JOURNAL_LATE, 0);
        return;
    }
    root_say(root, "root: %s is given up", component->entry->name);
    root_note(root, component, ABI_JOURNAL_GIVEN_UP, 0);
    if (component->entry->restart_policy != MANIFEST_POLICY_REBOOT)
        return;
    root_say(root, "root: its manifest entry asks for a reboot");
    (void)skr_power_control_reboot(ABI_ROOT_POWER);
}

int root_main(const struct abi_boot_info *boot)
{
    static const struct supervise_actions actions = {halt_component, stop_component,
                                                     start_component, note_component};
    struct root *root = &the_root;

    root->boot = boot;
    read_inputs(root);
    check_files(root);
    check_images(root);
    open_memory(root);
    prepare_components(root);
    root->memory_bytes = rt_ranges_free_bytes(&root->offsets);
    if (make_own_objects(root) != OK)
        fail("memory", "root's own objects do not fit");
    root_say(root, "root: system %s, %u components, %u cores", root->manifest.system,
             root->manifest.component_count, boot->core_count);
    aux_devices_find(root);
    health_init(&root->health, &root->manifest);
    root->own_bytes += root->memory_bytes - rt_ranges_free_bytes(&root->offsets);
    supervisor_init(&root->supervisor, &root->manifest, &actions, root);
    supervisor_boot(&root->supervisor, rt_time_now_ns());
    root_arm_timer(root);
    root_serve(root);
}
