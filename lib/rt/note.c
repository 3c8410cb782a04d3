/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's word on what it was built against: an ELF note with the ABI's hash, which kernel and
 * root compare with their own.
 */
#include <abi/boot.h>
#include <abi/hash.h>
#include <base/compiler.h>

struct abi_note {
    uint32_t name_bytes;
    uint32_t hash_bytes;
    uint32_t type;
    char name[8]; /* with its terminator, padded */
    uint8_t hash[ABI_HASH_BYTES];
};

extern const struct abi_note rt_abi_note;

ALIGNED(4) KEEP SECTION(".note.skerry") const struct abi_note rt_abi_note = {
    .name_bytes = sizeof("Skerry"),
    .hash_bytes = ABI_HASH_BYTES,
    .type = ABI_NOTE_TYPE_HASH,
    .name = "Skerry",
    .hash = ABI_HASH_INIT,
};
