/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processors remember of page tables and instructions, and how they forget it.
 *
 * The firmware does it on the other cores.  It interrupts them in a mode above ours, so a core
 * that has interrupts off or waits for a lock answers too, and no protocol of ours is needed.
 */
#include "core.h"
#include "tables.h"

/* From here on forgetting everything is cheaper than page by page. */
enum { FLUSH_PAGES_MAX = 64 };

static word_t satp_read(void)
{
    word_t satp;

    __asm__ volatile("csrr %0, satp" : "=r"(satp));
    return satp;
}

static void satp_write(word_t satp)
{
    __asm__ volatile("csrw satp, %0" ::"r"(satp) : "memory");
}

static void flush_page(vaddr_t address, word_t id)
{
    __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(id) : "memory");
}

static void flush_others(vaddr_t address, size_t size_bytes, word_t id)
{
    struct sbi_harts others = core_others();

    if (others.mask != 0)
        sbi_call(SBI_RFENCE, SBI_RFENCE_VMA_ASID,
                 (word_t[5]){others.mask, others.base, address, size_bytes, id});
}

void paging_flush_range(word_t id, vaddr_t address, size_t pages)
{
    if (pages > FLUSH_PAGES_MAX) {
        paging_flush_id(id);
        return;
    }
    for (size_t i = 0; i < pages; i++)
        flush_page(address + i * PAGE_SIZE, id);
    flush_others(address, pages * PAGE_SIZE, id);
}

void paging_flush_id(word_t id)
{
    __asm__ volatile("sfence.vma zero, %0" ::"r"(id) : "memory");
    flush_others(0, SIZE_MAX, id);
}

void paging_flush_all(void)
{
    struct sbi_harts others = core_others();

    __asm__ volatile("sfence.vma" ::: "memory");
    if (others.mask != 0)
        sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, (word_t[5]){others.mask, others.base, 0, SIZE_MAX});
}

/* The bits that are not there read back as zero. */
unsigned paging_id_bits(void)
{
    word_t before = satp_read();
    word_t mask;
    unsigned bits = 0;

    satp_write(before | (word_t)SATP_ID_MASK << SATP_ID_SHIFT);
    mask = satp_read() >> SATP_ID_SHIFT & SATP_ID_MASK;
    satp_write(before);
    __asm__ volatile("sfence.vma" ::: "memory");
    while (mask >> bits != 0)
        bits++;
    return bits;
}

void paging_activate_none(void)
{
    satp_load(kernel_space_root(), 0);
}

void cache_sync_instructions(const void *start, size_t size_bytes)
{
    struct sbi_harts others = core_others();

    (void)start;
    (void)size_bytes;
    __asm__ volatile("fence rw, rw\n"
                     "fence.i" ::: "memory");
    if (others.mask != 0)
        sbi_call_harts(SBI_RFENCE, SBI_RFENCE_I, others);
}
