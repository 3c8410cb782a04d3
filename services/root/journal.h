/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what supervision did lately, in its order.  A record's position never changes, so a
 * reader goes on where it was, and sees by the position when it was too slow.
 */
#ifndef ROOT_JOURNAL_H
#define ROOT_JOURNAL_H

#include <abi/component.h>
#include <abi/status.h>
#include <base/types.h>

enum { JOURNAL_RECORDS = 128 };

struct journal_record {
    uint64_t when_ns;
    uint32_t component;
    uint16_t kind; /* enum abi_journal */
    uint32_t detail;
};

struct journal {
    struct journal_record records[JOURNAL_RECORDS];
    uint64_t count; /* since boot */
};

void journal_add(struct journal *journal, const struct journal_record *record);

/*
 * The first record from `*position` on that is still there; `*position` becomes that of the next
 * one.  ERR_WOULD_BLOCK: there is none yet.
 */
status_t journal_read(const struct journal *journal, uint64_t *position,
                      struct journal_record *record);

#endif
