/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What replaying and writing share: access to blocks of the log, and the checksums in them.
 */
#ifndef JOURNAL_LOG_H
#define JOURNAL_LOG_H

#include "format.h"
#include <journal/journal.h>

status_t home_write(struct journal *journal, uint64_t block, const void *data);

status_t log_read(struct journal *journal, uint32_t log_block, void *data);
status_t log_write(struct journal *journal, uint32_t log_block, const void *data);

/* The block of the log that follows; the last is followed by the first. */
uint32_t log_next(const struct journal *journal, uint32_t log_block);

bool log_has_checksums(const struct journal *journal);

/* Of a copied block, as it lies in the log. */
uint32_t log_block_checksum(const struct journal *journal, uint32_t sequence, const void *data);

/* Of a control block, whose own checksum at `offset` counts as zero. */
uint32_t log_control_checksum(const struct journal *journal, uint8_t *control, size_t offset);

/* Writes sequence, start and features to the superblock. */
status_t log_write_superblock(struct journal *journal);

#endif
