/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a component does with what it was given at its start: its own slots, addresses and objects,
 * its parent, and other components, whom it finds through a message server.
 *
 * All of it hangs off one struct that the component's main owns.  Nothing here blocks but the calls
 * to parent and message server, and component_wait.
 */
#ifndef COMPONENT_COMPONENT_H
#define COMPONENT_COMPONENT_H

#include <ipc/message.h>
#include <rt/object.h>
#include <rt/startup.h>

enum {
    COMPONENT_PARTS_MAX = 16,
    COMPONENT_SLOTS_MAX = ABI_CHUNK_SLOTS,
    COMPONENT_SESSIONS_MAX = 8, /* of one server */
};

/* Bits of the component's own notification, beside those that its peers' protocols name. */
enum {
    COMPONENT_BIT_TIMER = 1 << 29,
    COMPONENT_BIT_REQUEST = 1 << 28, /* somebody asks for what is published */
    COMPONENT_BIT_IRQ = 1 << 27,
};

struct component {
    const struct rt_startup *startup;
    cap_t parent;
    cap_t wake;          /* its notification: everything that happens to it arrives there */
    cap_t active_server; /* the message server that is meant where none is named */
    cap_t faults;        /* fault endpoint for further threads: root names why they died */
    struct rt_maker maker;
    struct rt_ranges offsets;
    struct rt_slots slots;
    struct rt_ranges addresses;
    struct rt_object timer;
    vaddr_t rings;     /* the memory it can lend, mapped; 0 before it is used */
    word_t ring_pages; /* of it that are in use */
    struct rt_range offset_parts[COMPONENT_PARTS_MAX];
    struct rt_range address_parts[COMPONENT_PARTS_MAX];
    uint8_t slot_bits[RT_SLOTS_BYTES(COMPONENT_SLOTS_MAX)];
};

void component_init(struct component *self, const struct rt_startup *startup);

/* An empty slot, or 0 when none is left. */
cap_t component_take_slot(struct component *self);
/* Deletes what is in the slot, and gives the slot back; harmless for 0. */
void component_drop(struct component *self, cap_t slot);

/* A line in the system's log, under the component's name. */
PRINTF_LIKE(2, 3) void component_say(struct component *self, const char *fmt, ...);
/* It serves: those who wait for it are started. */
void component_ready(struct component *self);

/* Waits for signals; the bits that came.  Root's question whether it is well is answered here. */
word_t component_wait(struct component *self);
/* The bits without that question, which is answered if it is among them. */
word_t component_answer_heartbeat(struct component *self, word_t bits);
/* A thread or service loop of its own name is well; the manifest says how often that is wanted. */
status_t component_beat(struct component *self, const char *name);
/* COMPONENT_BIT_TIMER in so many nanoseconds, or at a time; the latest call counts. */
void component_wake_in(struct component *self, uint64_t ns);
void component_wake_at(struct component *self, uint64_t deadline_ns);

/*
 * A session with whoever publishes the protocol at this message server; waits until somebody does.
 * ERR_NOT_FOUND: the manifest does not connect the component to such a server.
 */
MUST_CHECK status_t component_connect(struct component *self, const char *server,
                                      const char *protocol, word_t version, cap_t *session);

/*
 * The message server that is meant where none is named (null): at first the first one that the
 * manifest lists for the component.  One for the whole component.  ERR_NOT_FOUND: it is connected
 * to none of this name, and the active one stays.
 */
status_t component_set_active_server(struct component *self, const char *server);

/* What a session may be used for. */
enum { COMPONENT_TOKEN_LEND = 1, COMPONENT_TOKEN_TRANSFER = 2 };

/* The same with other flags than COMPONENT_TOKEN_LEND; `token` names the session in a transfer. */
MUST_CHECK status_t component_request(struct component *self, const char *server,
                                      const char *protocol, word_t version, word_t flags,
                                      cap_t *session, word_t *token);

/* Whether somebody publishes it now, so that connecting does not wait. */
bool component_is_published(struct component *self, const char *server, const char *protocol);

/*
 * For one who can do without for a while: a new session in place of `*session`, if it is published
 * now.  Else, and after a failure, the old one stays, or is 0.
 */
void component_find_again(struct component *self, const char *server, const char *protocol,
                          word_t version, cap_t *session);

/* A capability of the own notification that only sets these bits, to be sent along. */
MUST_CHECK status_t component_make_wake(struct component *self, word_t bits, cap_t *wake);

/* Zeroed pages of the memory it can lend, mapped here too. */
MUST_CHECK status_t component_take_ring(struct component *self, word_t pages, struct ipc_lend *lend,
                                        void **memory);

/* A frame that came along, mapped: what a server does with memory that it is lent. */
struct component_lent {
    cap_t frame; /* ours now; 0: none */
    vaddr_t address;
    word_t bytes;
};

/* Maps it.  The frame's capability becomes the struct's; on failure the caller keeps it. */
MUST_CHECK status_t component_map_lent(struct component *self, const struct ipc_lend *lend,
                                       struct component_lent *lent);
/* Unmaps it and deletes the frame's capability. */
void component_unmap_lent(struct component *self, struct component_lent *lent);

/* Slots of this size, a power of two, that a ring in so much memory has. */
uint32_t component_ring_slots(word_t bytes, uint32_t slot_bytes);

#endif
