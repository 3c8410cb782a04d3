/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU that watches every instruction of the guest.
 *
 * It answers two questions.  What is one operation made of: instructions between two marks (hints
 * that the benchmark executes) are counted by address, and so are the kernel's before the first one
 * in user mode, the boot.  How long can an interrupt go unnoticed: a
 * stretch is what a core executes outside user mode from one point where it notices pending
 * interrupts to the next, and the longest ones are kept.
 *
 * A core that spins gets no time of its own in an emulator that runs cores in turn.  So spinning
 * is not counted; what the others do in the kernel meanwhile is, as it is what the core waits for.
 * With several cores the same goes for riscv64's firmware, which spins while it makes all of them
 * forget a mapping.
 */
#include "qemu_plugin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CORES_MAX = 8,
    WINDOWS_MAX = 64,
    STRETCHES_MAX = 24,
    STRETCH_MIN = 500, /* shorter ones are not kept */
    SPIN_MAX = 64,     /* instructions of one turn of a spinning loop */
    PATH_MAX = 32768,  /* how much of a stretch is remembered */
};

/* Where components' code lies, below everything but the machine's first instructions. */
static const uint64_t USER_CODE_START = 0x400000;
static const uint64_t USER_CODE_END = 0x40000000;

/* The kernel is linked at the top; between it and components is the firmware. */
static const uint64_t KERNEL_START = (uint64_t)1 << 63;

enum kind { PLAIN, MARK_BEGIN, MARK_END, NOTICE, RELAX };

/* An instruction, as QEMU translated it. */
struct site {
    struct site *next;
    uint64_t address;
    uint32_t code;
    uint32_t size;
    enum kind kind;
    uint32_t *counts; /* by window; null while all are 0 */
    uint32_t in_longest, in_boot;
};

struct stretch {
    uint64_t from, to; /* addresses of its ends */
    uint64_t length;
    unsigned core;
};

/* What a stretch consisted of, as far as the core executed it itself. */
struct path {
    size_t length;
    struct site *sites[PATH_MAX];
};

struct core {
    uint64_t from;
    uint64_t length;
    struct path path;
    uint64_t turn;    /* instructions since the core last said that it spins */
    bool is_spinning;
};

/* Cores may be host threads, so all of it is under the lock. */
static struct {
    pthread_mutex_t lock;
    bool is_riscv;
    bool has_firmware_waits; /* several cores: the firmware spins until all have answered */
    const char *path;
    struct site *sites;
    int window; /* -1: no mark yet */
    bool is_in_window;
    bool has_booted; /* an instruction was executed in user mode */
    unsigned spinning;
    struct core cores[CORES_MAX];
    struct stretch stretches[STRETCHES_MAX];
    uint64_t longest;
    struct path longest_path;
} watch = {.lock = PTHREAD_MUTEX_INITIALIZER, .window = -1};

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* ---- what an instruction is ---- */

static enum kind kind_aarch64(uint32_t code)
{
    if (code == 0xd503201f + (126u << 5))
        return MARK_BEGIN;
    if (code == 0xd503201f + (127u << 5))
        return MARK_END;
    if ((code & ~0x1fu) == 0xd538c100 || code == 0xd503207f) /* mrs isr_el1, wfi */
        return NOTICE;
    return code == 0xd503203f ? RELAX : PLAIN; /* yield */
}

static enum kind kind_riscv64(uint32_t code)
{
    if (code == (126u << 20 | 0x2013)) /* slti zero, zero, 126 */
        return MARK_BEGIN;
    if (code == (127u << 20 | 0x2013))
        return MARK_END;
    if ((code & 0xfff0007f) == 0x14400073 || code == 0x10500073) /* csr sip, wfi */
        return NOTICE;
    return code == 0x0100000f ? RELAX : PLAIN; /* pause */
}

/* ---- stretches ---- */

/* Replace the entry with the same ends, or the shortest one. */
static void stretch_keep(const struct stretch *stretch)
{
    struct stretch *place = &watch.stretches[0];

    for (size_t i = 0; i < STRETCHES_MAX; i++) {
        struct stretch *other = &watch.stretches[i];

        if (other->from == stretch->from && other->to == stretch->to) {
            place = other;
            break;
        }
        if (other->length < place->length)
            place = other;
    }
    if (stretch->length > place->length)
        *place = *stretch;
}

/* The core would notice an interrupt here. */
static void stretch_end(unsigned index, uint64_t address)
{
    struct core *core = &watch.cores[index];
    struct stretch stretch = {core->from, address, core->length, index};

    if (core->length >= STRETCH_MIN && watch.has_booted)
        stretch_keep(&stretch);
    if (core->length > watch.longest && watch.has_booted) {
        watch.longest = core->length;
        watch.longest_path = core->path;
    }
    core->from = address;
    core->length = 0;
    core->path.length = 0;
}

static void set_spinning(struct core *core, bool is_spinning)
{
    if (core->is_spinning == is_spinning)
        return;
    core->is_spinning = is_spinning;
    watch.spinning += is_spinning ? 1 : -1u;
}

/* One turn of a spinning loop may be the way out of it, which is only known when it gets long. */
static void spin(struct core *core, enum kind kind)
{
    core->turn = kind == RELAX ? 0 : core->turn + 1;
    if (core->turn <= SPIN_MAX)
        return;
    core->length += core->turn;
    set_spinning(core, false);
}

static void others_wait(unsigned index)
{
    for (unsigned i = 0; i < CORES_MAX; i++) {
        if (i != index && watch.cores[i].is_spinning)
            watch.cores[i].length++;
    }
}

static void remember(struct path *path, struct site *site)
{
    if (path->length < PATH_MAX)
        path->sites[path->length++] = site;
}

static void in_kernel(unsigned index, struct site *site)
{
    struct core *core = &watch.cores[index];

    if (site->kind == NOTICE) {
        set_spinning(core, false);
        stretch_end(index, site->address);
        return;
    }
    if (site->kind == RELAX && !core->is_spinning) {
        core->turn = 0;
        set_spinning(core, true);
    }
    if (watch.has_firmware_waits && site->address < KERNEL_START) {
        core->turn = 0;
        set_spinning(core, true);
        return;
    }
    if (core->is_spinning) {
        spin(core, site->kind);
        return;
    }
    core->length++;
    remember(&core->path, site);
    if (watch.spinning != 0)
        others_wait(index);
}

static void in_user(unsigned index, const struct site *site)
{
    struct core *core = &watch.cores[index];

    if (!watch.has_booted) {
        watch.has_booted = true;
        for (unsigned i = 0; i < CORES_MAX; i++)
            watch.cores[i].length = watch.cores[i].path.length = 0;
    }
    if (core->length != 0 || core->is_spinning) {
        set_spinning(core, false);
        stretch_end(index, site->address);
    }
    core->from = site->address;
}

/* ---- what QEMU calls ---- */

static void count(struct site *site)
{
    if (site->counts == NULL)
        site->counts = calloc(WINDOWS_MAX, sizeof(*site->counts));
    if (site->counts != NULL)
        site->counts[watch.window]++;
}

static void executed(unsigned index, void *data)
{
    struct site *site = data;

    pthread_mutex_lock(&watch.lock);
    if (site->kind == MARK_END)
        watch.is_in_window = false;
    if (watch.is_in_window)
        count(site);
    if (!watch.has_booted && site->address >= KERNEL_START)
        site->in_boot++;
    if (site->kind == MARK_BEGIN && watch.window < WINDOWS_MAX - 1) {
        watch.is_in_window = true;
        watch.window++;
    }
    if (site->address >= USER_CODE_START && site->address < USER_CODE_END)
        in_user(index, site);
    else
        in_kernel(index, site);
    pthread_mutex_unlock(&watch.lock);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count_of_all = qemu_plugin_tb_n_insns(tb);

    (void)id;
    for (size_t i = 0; i < count_of_all; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        struct site *site = calloc(1, sizeof(*site));

        if (site == NULL)
            return;
        site->address = qemu_plugin_insn_vaddr(insn);
        site->size = (uint32_t)qemu_plugin_insn_size(insn);
        memcpy(&site->code, qemu_plugin_insn_data(insn), site->size);
        site->kind = watch.is_riscv ? kind_riscv64(site->code) : kind_aarch64(site->code);
        pthread_mutex_lock(&watch.lock);
        site->next = watch.sites;
        watch.sites = site;
        pthread_mutex_unlock(&watch.lock);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, QEMU_PLUGIN_CB_NO_REGS, site);
    }
}

static void write_counts(FILE *file, const struct site *site)
{
    if (site->in_longest != 0)
        fprintf(file, "longest 0x%llx 0x%x %u\n", (unsigned long long)site->address,
                (unsigned)site->code, (unsigned)site->in_longest);
    if (site->in_boot != 0)
        fprintf(file, "boot 0x%llx 0x%x %u\n", (unsigned long long)site->address,
                (unsigned)site->code, (unsigned)site->in_boot);
    if (site->counts == NULL)
        return;
    for (int window = 0; window <= watch.window; window++) {
        if (site->counts[window] != 0)
            fprintf(file, "site %d 0x%llx 0x%x %u\n", window, (unsigned long long)site->address,
                    (unsigned)site->code, (unsigned)site->counts[window]);
    }
}

static void finished(qemu_plugin_id_t id, void *data)
{
    FILE *file = fopen(watch.path, "w");

    (void)id;
    (void)data;
    if (file == NULL)
        return;
    for (size_t i = 0; i < STRETCHES_MAX; i++) {
        const struct stretch *stretch = &watch.stretches[i];

        if (stretch->length != 0)
            fprintf(file, "stretch %llu 0x%llx 0x%llx %u\n", (unsigned long long)stretch->length,
                    (unsigned long long)stretch->from, (unsigned long long)stretch->to,
                    stretch->core);
    }
    for (size_t i = 0; i < watch.longest_path.length; i++)
        watch.longest_path.sites[i]->in_longest++;
    for (const struct site *site = watch.sites; site != NULL; site = site->next)
        write_counts(file, site);
    fclose(file);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    static const char PATH_ARGUMENT[] = "path=";

    watch.is_riscv = strcmp(info->target_name, "riscv64") == 0;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], PATH_ARGUMENT, strlen(PATH_ARGUMENT)) == 0)
            watch.path = argv[i] + strlen(PATH_ARGUMENT); /* stays valid */
    }
    watch.has_firmware_waits = watch.is_riscv && info->system.smp_vcpus > 1;
    if (watch.path == NULL || info->system.max_vcpus > CORES_MAX)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
