# SPDX-License-Identifier: Apache-2.0
"""The defects: each one line of production source, and the test that must notice."""

import dataclasses

# What the kernel must not lose unnoticed: every kind has at least one defect.
KINDS = {"rights check", "revoke", "dead marker", "reply once", "remote TLB flush",
         "budget charge", "restart of a preempted batch", "message copy"}


@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    kind: str
    file: str
    line: str        # appears exactly once in the file; more lines only where one is not enough
    planted: str     # what stands there instead, one line of it changed
    suite: str
    test: str        # as the suite prints it; passes without the defect, must not pass with it
    arch: str = ""   # where the code differs: the architecture that this one belongs to


DEFECTS = (
    Defect("a_capability_without_the_right_will_do", "rights check", "kernel/object/cap.c",
           "    return cap_has(*out, rights) ? OK : ERR_NO_RIGHT;\n",
           "    return cap_has(*out, rights) ? OK : OK;\n",
           "target-1-complete", "b39_send_needs_the_right"),
    Defect("revoke_stops_after_the_first", "revoke", "kernel/syscall/captable.c",
           "    while (node_revoke_step(&slot->node, &self->progress)) {\n",
           "    if (node_revoke_step(&slot->node, &self->progress)) {\n",
           "target-1-complete", "b14_revoke_kills_descendants_only"),
    Defect("a_killed_capability_leaves_its_slot_empty", "dead marker", "kernel/object/cap.c",
           "    cap->node.type = TYPE_DEAD;\n",
           "    cap->node.type = TYPE_NONE;\n",
           "target-1-complete", "b13_dead_slot_is_emptied_by_delete"),
    Defect("a_reply_object_answers_again", "reply once", "kernel/object/endpoint.c",
           "    reply_release(reply);\n    if (caller == NULL)",
           "    if (caller == NULL)",
           "target-1-complete", "b06_reply_without_a_call_is_refused"),
    Defect("other_cores_keep_a_translation_aarch64", "remote TLB flush",
           "kernel/arch/aarch64/paging.c",
           "tlbi vae1is, %0", "tlbi vae1, %0",
           "target-4-complete", "b32_address_used_again_shows_the_new_page", arch="aarch64"),
    Defect("other_cores_keep_a_translation_riscv64", "remote TLB flush",
           "kernel/arch/riscv64/tlb.c",
           "    flush_others(address, pages * PAGE_SIZE, id);\n", "",
           "target-4-complete", "b32_address_used_again_shows_the_new_page", arch="riscv64"),
    Defect("time_is_not_charged", "budget charge", "kernel/cpu.c",
           "        budget->left -= (int64_t)used;\n", "        budget->left -= 0;\n",
           "target-1-complete", "b53_resume_does_not_beat_an_exhausted_budget"),
    Defect("a_preempted_batch_begins_anew", "restart of a preempted batch",
           "kernel/syscall/memory.c",
           "            return PREEMPTED;\n    }\n    args->done = self->progress;\n",
           "            return long_done(self, PREEMPTED);\n    }\n"
           "    args->done = self->progress;\n",
           "random-host", "kernel and model agree, and authority only grows by grants"),
    Defect("the_last_word_of_a_long_message_is_lost", "message copy", "kernel/object/endpoint.c",
           "    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)\n",
           "    for (word_t i = ABI_REGISTER_WORDS; i + 1 < length; i++)\n",
           "target-1-complete", "b38_all_length_pairs_in_a_space"),
)
