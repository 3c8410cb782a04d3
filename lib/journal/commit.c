/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing: copies into the log, the commit block, then the blocks to their homes.
 *
 * Three flushes, in front of the commit block, behind it, and behind the homes.  The superblock
 * moves on without one of its own: the next transaction lies elsewhere in the log, and its first
 * flush covers that too.  Until then a replay would only bring home what is there already.
 */
#include "log.h"

#include <base/memory.h>

/* With the header before and the checksum behind, and a UUID beside the first. */
static uint32_t tags_per_descriptor(const struct journal *journal)
{
    return (journal->block_bytes - JBD2_HEADER_BYTES - JBD2_TAIL_BYTES - JBD2_UUID_BYTES) /
           JBD2_TAG3_BYTES;
}

/* Half of the log, so that none overwrites the one before; less the control blocks. */
uint32_t journal_capacity(const struct journal *journal)
{
    uint32_t half = (journal->length - journal->first) / 2;
    uint32_t control = half / tags_per_descriptor(journal) + 2;

    return half > control ? half - control : 0;
}

static void control_begin(struct journal *journal, uint32_t kind)
{
    mem_zero(journal->control, journal->block_bytes);
    put_be32(journal->control, JBD2_MAGIC);
    put_be32(journal->control + JBD2_HEADER_KIND, kind);
    put_be32(journal->control + JBD2_HEADER_SEQUENCE, journal->sequence);
}

static status_t control_end(struct journal *journal, uint32_t at, size_t checksum_offset)
{
    put_be32(journal->control + checksum_offset,
             log_control_checksum(journal, journal->control, checksum_offset));
    return log_write(journal, at, journal->control);
}

/* A copy that begins like a control block would be taken for one: its first word is left out. */
static bool needs_escape(const uint8_t *data)
{
    return get_be32(data) == JBD2_MAGIC;
}

static const uint8_t *copy_of(struct journal *journal, const struct journal_block *block)
{
    if (!needs_escape(block->data))
        return block->data;
    mem_copy(journal->block, block->data, journal->block_bytes);
    put_be32(journal->block, 0);
    return journal->block;
}

/* Writes a descriptor at the head and the copies it speaks of behind it. */
static status_t part_write(struct journal *journal, const struct journal_block *blocks,
                           uint32_t count)
{
    uint8_t *tag = journal->control + JBD2_HEADER_BYTES;
    uint32_t descriptor = journal->head;
    status_t status;

    control_begin(journal, JBD2_DESCRIPTOR);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *copy = copy_of(journal, &blocks[i]);
        uint32_t flags = (copy != blocks[i].data ? JBD2_TAG_ESCAPED : 0) |
                         (i > 0 ? JBD2_TAG_SAME_UUID : 0) | (i + 1 == count ? JBD2_TAG_LAST : 0);

        put_be32(tag, (uint32_t)blocks[i].block);
        put_be32(tag + 4, flags);
        put_be32(tag + 8, (uint32_t)(blocks[i].block >> 32));
        put_be32(tag + 12, log_block_checksum(journal, journal->sequence, copy));
        tag += JBD2_TAG3_BYTES;
        if (i == 0) {
            mem_copy(tag, journal->uuid, JBD2_UUID_BYTES);
            tag += JBD2_UUID_BYTES;
        }
        journal->head = log_next(journal, journal->head);
        status = log_write(journal, journal->head, copy);
        if (status != OK)
            return status;
    }
    journal->head = log_next(journal, journal->head);
    return control_end(journal, descriptor, journal->block_bytes - JBD2_TAIL_BYTES);
}

static status_t copies_write(struct journal *journal, const struct journal_block *blocks,
                             uint32_t count)
{
    uint32_t most = tags_per_descriptor(journal);
    status_t status = OK;

    for (uint32_t done = 0; done < count && status == OK; done += most)
        status = part_write(journal, blocks + done, (uint32_t)u64_min(count - done, most));
    return status == OK ? block_flush(journal->device) : status;
}

static status_t commit_write(struct journal *journal)
{
    status_t status;

    control_begin(journal, JBD2_COMMIT);
    status = control_end(journal, journal->head, JBD2_COMMIT_CHECKSUM);
    journal->head = log_next(journal, journal->head);
    return status == OK ? block_flush(journal->device) : status;
}

static status_t homes_write(struct journal *journal, const struct journal_block *blocks,
                            uint32_t count)
{
    status_t status = OK;

    for (uint32_t i = 0; i < count && status == OK; i++)
        status = home_write(journal, blocks[i].block, blocks[i].data);
    return status == OK ? block_flush(journal->device) : status;
}

status_t journal_commit(struct journal *journal, const struct journal_block *blocks, uint32_t count)
{
    status_t status;

    if (!journal->is_attached)
        return ERR_BAD_STATE;
    if (count > journal_capacity(journal))
        return ERR_OVER_LIMIT;
    if (count == 0)
        return block_flush(journal->device);
    journal->is_attached = false; /* until all went well */
    status = copies_write(journal, blocks, count);
    if (status == OK)
        status = commit_write(journal);
    if (status == OK)
        status = homes_write(journal, blocks, count);
    if (status != OK)
        return status;
    journal->sequence++;
    journal->start = journal->head;
    status = log_write_superblock(journal);
    journal->is_attached = status == OK;
    return status;
}

status_t journal_attach(struct journal *journal)
{
    status_t status;

    if (journal->start != 0)
        return ERR_BAD_STATE;
    if (journal_capacity(journal) == 0)
        return ERR_NOT_SUPPORTED;
    journal->features |= JBD2_FEATURE_64BIT | JBD2_FEATURE_CSUM_V3;
    put_be32(journal->superblock + JBD2_SB_COMPATIBLE, 0);
    journal->start = journal->head = journal->first;
    status = log_write_superblock(journal);
    if (status == OK)
        status = block_flush(journal->device);
    journal->is_attached = status == OK;
    return status;
}

status_t journal_detach(struct journal *journal)
{
    status_t status;

    if (!journal->is_attached)
        return ERR_BAD_STATE;
    journal->is_attached = false;
    journal->start = 0;
    status = log_write_superblock(journal);
    return status == OK ? block_flush(journal->device) : status;
}
