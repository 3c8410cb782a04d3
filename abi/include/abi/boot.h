/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot bundle and boot information: what the loader hands the kernel, and the kernel hands the
 * first component.
 * All integers are little-endian; offsets count from the start of the structure that holds them.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

#include <stddef.h>
#include <stdint.h>

/* ---- the bundle: header, entries, then page-aligned files ---- */

enum { ABI_BUNDLE_NAME_MAX = 48, ABI_HASH_BYTES = 32, ABI_BUNDLE_FILES_MAX = 256 };
enum { ABI_MACHINE_AARCH64 = 183, ABI_MACHINE_RISCV64 = 243 };      /* ELF e_machine numbers */

static const uint64_t ABI_BUNDLE_MAGIC = 0x0a656c646e756253;        /* "Sbundle\n" */

struct abi_bundle_header {
    uint64_t magic;
    uint32_t version;               /* 2 */
    uint32_t machine;               /* ELF e_machine */
    uint64_t size_bytes;            /* whole bundle, a multiple of the page size */
    uint32_t file_count;            /* at most ABI_BUNDLE_FILES_MAX; file 0 is the root component */
    uint32_t boot_crc32;            /* from the entries to the end of file 0 */
    uint8_t abi_hash[ABI_HASH_BYTES];
    uint8_t entries_sha256[ABI_HASH_BYTES]; /* over the entries, which have the files' hashes */
};

struct abi_bundle_entry {
    char name[ABI_BUNDLE_NAME_MAX]; /* zero terminated and padded */
    uint64_t offset;                /* page aligned */
    uint64_t size_bytes;
    uint8_t sha256[ABI_HASH_BYTES];
};

_Static_assert(sizeof(struct abi_bundle_header) == 96, "bundle header layout");
_Static_assert(sizeof(struct abi_bundle_entry) == 96, "bundle entry layout");

/* ---- the first component's boot information: a page mapped read-only ---- */

enum {
    ABI_BOOT_MAX_MEMORY = 64,
    ABI_BOOT_MAX_CORES = 8,
};

enum abi_memory_kind {              /* bits */
    ABI_MEMORY_RAM = 1,
    ABI_MEMORY_KERNEL_USABLE = 2,
};

struct abi_boot_memory {
    uint64_t base;
    uint64_t size_bytes;
    uint64_t first_free;            /* offset from which on nothing lies; page aligned */
    uint32_t slot;                  /* memory capability in root's captable */
    uint32_t kind;
};

/* Slots in root's captable at start.  Memory capabilities follow from ABI_ROOT_MEMORY on. */
enum abi_root_slot {
    ABI_ROOT_CAPTABLE = 1,
    ABI_ROOT_SPACE = 2,
    ABI_ROOT_THREAD = 3,
    ABI_ROOT_BUDGET = 4,
    ABI_ROOT_BUFFER = 5,            /* frame: the message buffer */
    ABI_ROOT_BOOT_INFO = 6,         /* frame: this structure */
    ABI_ROOT_BUNDLE = 7,            /* frame: the boot bundle */
    ABI_ROOT_DEVICE_TREE = 8,       /* frame: the firmware's device tree */
    ABI_ROOT_INTERRUPTS = 9,
    ABI_ROOT_POWER = 10,
    ABI_ROOT_LOG = 11,
    ABI_ROOT_PRIORITY = 12,
    ABI_ROOT_DMA = 13,
    ABI_ROOT_SPACE_CONTROL = 14,
    ABI_ROOT_TIME = 16,             /* time control of core 0; core n at ABI_ROOT_TIME + n */
    ABI_ROOT_MEMORY = 24,
    ABI_ROOT_FIRST_FREE = 128,      /* root starts with ABI_ROOT_SLOTS slots, the rest empty */
    ABI_ROOT_SLOTS = 512,
};

struct abi_boot_info {
    uint64_t magic;                 /* ABI_BOOT_MAGIC */
    uint32_t core_count;
    uint32_t machine;               /* ELF e_machine */
    uint64_t time_frequency;        /* ticks per second of the counter that components can read */
    uint64_t bundle_address;        /* where root finds the bundle in its space, read-only */
    uint64_t bundle_size_bytes;
    uint64_t device_tree_address;   /* likewise */
    uint64_t device_tree_size_bytes;
    uint64_t buffer_address;        /* message buffer, read-write */
    uint64_t kernel_memory_bytes;   /* text, data, tables and start-up memory that root can't use */
    uint64_t kernel_entry_time;     /* counter at the kernel's first instruction */
    uint32_t console_index;         /* memory[] entry that holds the firmware's console, or ~0 */
    uint32_t memory_count;
    struct abi_boot_memory memory[ABI_BOOT_MAX_MEMORY];
};

static const uint64_t ABI_BOOT_MAGIC = 0x0a746f6f62797253;          /* "Sryboot\n" */

_Static_assert(sizeof(struct abi_boot_memory) == 32, "boot memory layout");
_Static_assert(sizeof(struct abi_boot_info) == 88 + 32 * ABI_BOOT_MAX_MEMORY, "boot info layout");

/* ---- component images: ELF executables with a note that says what they were built against ---- */

/*
 * Note name "Skerry", type 1, descriptor = abi hash (32 bytes).  Emitted by lib/rt, checked by
 * kernel and root.
 */
enum { ABI_NOTE_TYPE_HASH = 1 };

#endif
