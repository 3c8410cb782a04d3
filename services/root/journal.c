/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of records that is never read away.
 */
#include "journal.h"

void journal_add(struct journal *journal, const struct journal_record *record)
{
    journal->records[journal->count++ % JOURNAL_RECORDS] = *record;
}

status_t journal_read(const struct journal *journal, uint64_t *position,
                      struct journal_record *record)
{
    if (*position >= journal->count)
        return ERR_WOULD_BLOCK;
    if (journal->count - *position > JOURNAL_RECORDS)
        *position = journal->count - JOURNAL_RECORDS;
    *record = journal->records[(*position)++ % JOURNAL_RECORDS];
    return OK;
}
