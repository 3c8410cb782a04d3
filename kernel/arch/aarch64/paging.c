/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's half of the address space, and what the processor must be told: translations to
 * drop, cache lines to write back.
 *
 * Maintenance is broadcast to the inner shareable domain, which holds all cores, so no core ever
 * has to be interrupted for it.
 */
#include <arch/paging.h>

#include "boot/memory.h"
#include "page_table.h"
#include "start.h"
#include "sysreg.h"

/* From here on it is cheaper to drop everything the space has than to go page by page. */
enum { FLUSH_PAGES_MAX = 64 };
enum { MMFR0_ID_BITS_SHIFT = 4, MMFR0_WIDE_ID = 2 };
static const uint64_t ZVA_FORBIDDEN = 1 << 4;
static const uint64_t ZVA_SIZE = 0xf;

/* ---- the kernel's half ---- */

/* Map what is not mapped yet, in the largest pieces that fit.  Tables come from the boot memory. */
static void kernel_map(vaddr_t address, paddr_t paddr, uint64_t size_bytes, uint64_t bits)
{
    while (size_bytes != 0) {
        uint64_t *table = kernel_table;
        unsigned shift = GIGA_SHIFT;
        uint64_t *entry = &table[level1_index(address)];

        for (;;) {
            uint64_t span = (uint64_t)1 << shift;
            bool fits = is_aligned(address | paddr, span) && size_bytes >= span;

            if (shift == PAGE_SHIFT || (*entry & ENTRY_TYPE) == ENTRY_BLOCK ||
                (*entry == ENTRY_NONE && fits))
                break;
            if (*entry == ENTRY_NONE)
                *entry = boot_page() | ENTRY_TABLE | ENTRY_BELOW_NO_EXECUTE;
            shift -= LARGE_SHIFT - PAGE_SHIFT;
            entry = entry_table(*entry) + ((address >> shift) % TABLE_ENTRIES);
        }
        if (*entry == ENTRY_NONE)
            *entry = paddr | bits | (shift == PAGE_SHIFT ? ENTRY_PAGE : ENTRY_BLOCK);

        uint64_t step = ((uint64_t)1 << shift) - (address & (((uint64_t)1 << shift) - 1));

        step = u64_min(step, size_bytes);
        address += step;
        paddr += step;
        size_bytes -= step;
    }
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}

void paging_map_ram(paddr_t base, uint64_t size_bytes)
{
    kernel_map((vaddr_t)phys_to_virt(base), base, size_bytes, ENTRY_KERNEL);
}

volatile void *paging_map_device(paddr_t paddr, size_t size_bytes)
{
    vaddr_t address = KERNEL_DEVICE_BASE;
    paddr_t start = paddr_align_down(paddr, PAGE_SIZE);
    uint64_t *pages = entry_table(entry_table(kernel_table[level1_index(address)])
                                      [level2_index(address)]);
    size_t used = 0;

    while (used < TABLE_ENTRIES && pages[used] != ENTRY_NONE)
        used++;
    address += used * PAGE_SIZE;
    if (size_bytes > (TABLE_ENTRIES - used) * PAGE_SIZE - (paddr - start))
        return NULL;
    kernel_map(address, start, paddr_align_up(paddr + size_bytes, PAGE_SIZE) - start,
               (ENTRY_KERNEL & ~(uint64_t)ENTRY_MEMORY_TYPE) | ENTRY_DEVICE);
    return (volatile void *)(address + (vaddr_t)(paddr - start));
}

/* ---- translations ---- */

void paging_activate_none(void)
{
    sysreg_write("ttbr0_el1", virt_to_phys(low_table));
    isb();
}

unsigned paging_id_bits(void)
{
    uint64_t code = sysreg_read("id_aa64mmfr0_el1") >> MMFR0_ID_BITS_SHIFT & 0xf;

    return code == MMFR0_WIDE_ID ? 16 : 8;
}

/* What was written to tables before is seen by every later walk. */
static void flush_begin(void)
{
    __asm__ volatile("dsb ishst" ::: "memory");
}

/* All cores have dropped it, and are done with what they accessed through it. */
static void flush_end(void)
{
    __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

void paging_flush_range(word_t id, vaddr_t address, size_t pages)
{
    uint64_t operand = id << TTBR_ID_SHIFT | address >> PAGE_SHIFT;

    if (pages > FLUSH_PAGES_MAX) {
        paging_flush_id(id);
        return;
    }
    flush_begin();
    for (size_t i = 0; i < pages; i++)
        __asm__ volatile("tlbi vae1is, %0" ::"r"(operand + i) : "memory");
    flush_end();
}

void paging_flush_id(word_t id)
{
    flush_begin();
    __asm__ volatile("tlbi aside1is, %0" ::"r"(id << TTBR_ID_SHIFT) : "memory");
    flush_end();
}

void paging_flush_everywhere(vaddr_t address)
{
    flush_begin();
    __asm__ volatile("tlbi vaae1is, %0" ::"r"(address >> PAGE_SHIFT) : "memory");
    flush_end();
}

void paging_flush_all(void)
{
    flush_begin();
    __asm__ volatile("tlbi vmalle1is" ::: "memory");
    flush_end();
}

/* ---- caches ---- */

static size_t line_bytes(void)
{
    return (size_t)4 << (sysreg_read("ctr_el0") >> 16 & 0xf);
}

void cache_clean(const void *start, size_t size_bytes)
{
    size_t line = line_bytes();
    vaddr_t end = (vaddr_t)start + size_bytes;

    for (vaddr_t at = align_down((vaddr_t)start, line); at < end; at += line)
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    __asm__ volatile("dsb sy" ::: "memory");
}

void cache_clean_invalidate(const void *start, size_t size_bytes)
{
    size_t line = line_bytes();
    vaddr_t end = (vaddr_t)start + size_bytes;

    for (vaddr_t at = align_down((vaddr_t)start, line); at < end; at += line)
        __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
    __asm__ volatile("dsb sy" ::: "memory");
}

/* By address would do for the data side only: these bytes will be fetched at other addresses. */
void cache_sync_instructions(const void *start, size_t size_bytes)
{
    size_t line = line_bytes();
    vaddr_t end = (vaddr_t)start + size_bytes;

    for (vaddr_t at = align_down((vaddr_t)start, line); at < end; at += line)
        __asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
    __asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}

static void zero_words(uint64_t *words, size_t pages)
{
    for (uint64_t *end = words + pages * (PAGE_SIZE / sizeof(*words)); words < end; words += 8)
        __asm__ volatile("stp xzr, xzr, [%0]\n\tstp xzr, xzr, [%0, #16]\n\t"
                         "stp xzr, xzr, [%0, #32]\n\tstp xzr, xzr, [%0, #48]"
                         ::"r"(words) : "memory");
}

void zero_pages(void *start, size_t pages)
{
    uint64_t features = sysreg_read("dczid_el0");
    size_t block = (size_t)4 << (features & ZVA_SIZE);
    uint8_t *end = (uint8_t *)start + pages * PAGE_SIZE;

    if ((features & ZVA_FORBIDDEN) != 0 || block * 4 > PAGE_SIZE) {
        zero_words(start, pages);
        return;
    }
    for (uint8_t *at = start; at < end; at += 4 * block)
        __asm__ volatile("dc zva, %0\n\tdc zva, %1\n\tdc zva, %2\n\tdc zva, %3"
                         ::"r"(at), "r"(at + block), "r"(at + 2 * block), "r"(at + 3 * block)
                         : "memory");
}
