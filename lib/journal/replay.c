/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaying: one walk over the log finds how far it was committed, a second what was revoked, a
 * third brings the rest home.
 *
 * Everything in the log is checked before it is used; a journal that was made up can make this
 * write wrong blocks of the file system, never anything else.
 */
#include "log.h"

#include <base/memory.h>

enum pass { PASS_SCAN, PASS_CHECK, PASS_REVOKE, PASS_HOME };

struct walk {
    enum pass pass;
    uint32_t end;      /* sequence after the last committed one, once it is known */
    uint32_t sequence; /* of the transaction at hand */
    uint32_t at;
    uint32_t left; /* blocks of the log not seen yet: no walk goes round twice */
};

struct tag {
    uint64_t block;
    uint32_t checksum;
    bool is_escaped;
    bool is_last;
};

/* Sequences wrap around. */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static void step(struct journal *journal, struct walk *walk)
{
    walk->at = log_next(journal, walk->at);
    walk->left--;
}

/* Reads the tag at *offset of the descriptor and moves beyond it; false at the end of the block. */
static bool tag_read(const struct journal *journal, size_t *offset, struct tag *tag)
{
    bool has_checksums = log_has_checksums(journal);
    bool is_wide = (journal->features & JBD2_FEATURE_64BIT) != 0;
    size_t size = has_checksums ? JBD2_TAG3_BYTES : is_wide ? 12 : 8;
    size_t end = journal->block_bytes - (has_checksums ? JBD2_TAIL_BYTES : 0);
    const uint8_t *at = journal->control + *offset;
    uint32_t flags;

    if (size > end - *offset)
        return false;
    flags = has_checksums ? get_be32(at + 4) : get_be16(at + 6);
    tag->block = get_be32(at);
    if (is_wide)
        tag->block |= (uint64_t)get_be32(at + 8) << 32;
    tag->checksum = has_checksums ? get_be32(at + 12) : 0;
    tag->is_escaped = (flags & JBD2_TAG_ESCAPED) != 0;
    tag->is_last = (flags & JBD2_TAG_LAST) != 0;
    *offset += size;
    if ((flags & JBD2_TAG_SAME_UUID) == 0) {
        if (JBD2_UUID_BYTES > end - *offset)
            return false;
        *offset += JBD2_UUID_BYTES;
    }
    return true;
}

static bool is_revoked(const struct journal *journal, uint64_t block, uint32_t sequence)
{
    for (uint32_t i = 0; i < journal->revoke_count; i++) {
        if (journal->revokes[i].block == block &&
            !is_before(journal->revokes[i].sequence, sequence))
            return true;
    }
    return false;
}

/* Looks at, or brings home, the copy at hand. */
static status_t copy_handle(struct journal *journal, const struct walk *walk, const struct tag *tag)
{
    status_t status;

    if ((walk->pass != PASS_HOME && walk->pass != PASS_CHECK) ||
        is_revoked(journal, tag->block, walk->sequence))
        return OK;
    status = log_read(journal, walk->at, journal->block);
    if (status != OK)
        return status;
    if (log_has_checksums(journal) &&
        log_block_checksum(journal, walk->sequence, journal->block) != tag->checksum)
        return ERR_IO_FAILED;
    if (walk->pass == PASS_CHECK)
        return tag->block < journal->block_count ? OK : ERR_IO_FAILED;
    if (tag->is_escaped)
        put_be32(journal->block, JBD2_MAGIC);
    return home_write(journal, tag->block, journal->block);
}

static status_t descriptor_handle(struct journal *journal, struct walk *walk)
{
    size_t offset = JBD2_HEADER_BYTES;
    struct tag tag = {.is_last = false};

    while (!tag.is_last && tag_read(journal, &offset, &tag)) {
        status_t status;

        if (walk->left == 0)
            return ERR_NOT_FOUND;
        status = copy_handle(journal, walk, &tag);
        if (status != OK)
            return status;
        step(journal, walk);
    }
    return OK;
}

static status_t revoke_add(struct journal *journal, uint64_t block, uint32_t sequence)
{
    for (uint32_t i = 0; i < journal->revoke_count; i++) {
        if (journal->revokes[i].block == block) {
            journal->revokes[i].sequence = sequence; /* walks go forward: the later one counts */
            return OK;
        }
    }
    if (journal->revoke_count == JOURNAL_REVOKES_MAX)
        return ERR_OVER_LIMIT;
    journal->revokes[journal->revoke_count++] =
        (struct journal_revoke){.block = block, .sequence = sequence};
    return OK;
}

static status_t revoke_handle(struct journal *journal, const struct walk *walk)
{
    bool is_wide = (journal->features & JBD2_FEATURE_64BIT) != 0;
    size_t size = is_wide ? 8 : 4;
    uint32_t end = get_be32(journal->control + JBD2_REVOKE_COUNT);
    uint32_t limit = journal->block_bytes - (log_has_checksums(journal) ? JBD2_TAIL_BYTES : 0);

    if (end > limit)
        return ERR_IO_FAILED;
    for (size_t at = JBD2_REVOKE_FIRST; at + size <= end; at += size) {
        const uint8_t *number = journal->control + at;
        uint64_t block = get_be32(number);
        status_t status;

        if (is_wide)
            block = block << 32 | get_be32(number + 4);
        status = revoke_add(journal, block, walk->sequence);
        if (status != OK)
            return status;
    }
    return OK;
}

/* The control block says that it belongs to the transaction at hand, and its checksum holds. */
static bool control_is_good(struct journal *journal, const struct walk *walk)
{
    uint8_t *control = journal->control;
    size_t offset = get_be32(control + JBD2_HEADER_KIND) == JBD2_COMMIT
                        ? (size_t)JBD2_COMMIT_CHECKSUM
                        : journal->block_bytes - JBD2_TAIL_BYTES;

    if (get_be32(control) != JBD2_MAGIC ||
        get_be32(control + JBD2_HEADER_SEQUENCE) != walk->sequence)
        return false;
    return !log_has_checksums(journal) ||
           get_be32(control + offset) == log_control_checksum(journal, control, offset);
}

/* ERR_NOT_FOUND: the log ends here. */
static status_t control_handle(struct journal *journal, struct walk *walk)
{
    status_t status = log_read(journal, walk->at, journal->control);

    if (status != OK)
        return status;
    if (!control_is_good(journal, walk))
        return ERR_NOT_FOUND;
    step(journal, walk);
    switch (get_be32(journal->control + JBD2_HEADER_KIND)) {
    case JBD2_DESCRIPTOR: return descriptor_handle(journal, walk);
    case JBD2_REVOKE: return walk->pass == PASS_REVOKE ? revoke_handle(journal, walk) : OK;
    case JBD2_COMMIT: walk->sequence++; return OK;
    default: return ERR_NOT_FOUND;
    }
}

/* One pass over all that counts.  The first finds where that ends. */
static status_t walk_log(struct journal *journal, enum pass pass, uint32_t *end)
{
    struct walk walk = {
        .pass = pass,
        .sequence = journal->sequence,
        .at = journal->start,
        .left = journal->length - journal->first,
    };
    status_t status = OK;

    while (status == OK && walk.left > 0 && (pass == PASS_SCAN || walk.sequence != *end))
        status = control_handle(journal, &walk);
    if (pass == PASS_SCAN && (status == OK || status == ERR_NOT_FOUND)) {
        *end = walk.sequence;
        return OK;
    }
    return status;
}

static status_t replay_from_start(struct journal *journal)
{
    uint32_t end;
    status_t status = walk_log(journal, PASS_SCAN, &end);

    journal->revoke_count = 0;
    if (status == OK)
        status = walk_log(journal, PASS_REVOKE, &end);
    if (status == OK)
        status = walk_log(journal, PASS_CHECK, &end);
    if (status == OK)
        status = walk_log(journal, PASS_HOME, &end);
    if (status != OK)
        return status == ERR_NOT_FOUND ? ERR_IO_FAILED : status;
    journal->replayed = end - journal->sequence;
    journal->sequence = end + 1;
    return OK;
}

status_t journal_replay(struct journal *journal)
{
    status_t status;

    if (journal->start == 0)
        return OK;
    status = replay_from_start(journal);
    if (status == OK)
        status = block_flush(journal->device);
    if (status != OK)
        return status;
    journal->start = 0;
    status = log_write_superblock(journal);
    return status == OK ? block_flush(journal->device) : status;
}
