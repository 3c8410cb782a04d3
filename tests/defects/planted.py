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
    trial: str       # how defects.py runs the test
    test: str        # as it is printed; passes without the defect, must not pass with it
    arch: str = ""   # where the code differs: the architecture that this one belongs to


DEFECTS = (
    Defect("a_capability_without_the_right_will_do", "rights check", "kernel/object/cap.c",
           "    return cap_has(*out, rights) ? OK : ERR_NO_RIGHT;\n",
           "    return cap_has(*out, rights) ? OK : OK;\n",
           "one core", "b09_copy_of_a_copy_gains_nothing"),
    Defect("revoke_stops_after_the_first", "revoke", "kernel/syscall/captable.c",
           "    while (node_revoke_step(&slot->node, &self->progress)) {\n",
           "    if (node_revoke_step(&slot->node, &self->progress)) {\n",
           "one core", "b14_revoke_kills_descendants_only"),
    Defect("a_killed_capability_leaves_its_slot_empty", "dead marker", "kernel/object/cap.c",
           "    cap->node.type = TYPE_DEAD;\n",
           "    cap->node.type = TYPE_NONE;\n",
           "one core", "b13_dead_slot_is_emptied_by_delete"),
    Defect("an_answered_reply_object_stays_bound", "reply once", "kernel/object/reply.c",
           "    reply->is_bound = false;\n", "",
           "one core", "b44_one_reply_per_call"),
    Defect("a_reply_object_answers_again", "reply once", "kernel/object/endpoint.c",
           "    reply_release(reply);\n    if (caller == NULL)",
           "    if (caller == NULL)",
           "random calls", "kernel and model agree, and authority only grows by grants"),
    Defect("other_cores_keep_a_translation_aarch64", "remote TLB flush",
           "kernel/arch/aarch64/paging.c",
           "tlbi vae1is, %0", "tlbi vae1, %0",
           "four cores", "b32_running_readers_see_the_new_page", arch="aarch64"),
    Defect("other_cores_keep_a_translation_riscv64", "remote TLB flush",
           "kernel/arch/riscv64/tlb.c",
           "    flush_others(address, pages * PAGE_SIZE, id);\n", "",
           "four cores", "b32_running_readers_see_the_new_page", arch="riscv64"),
    Defect("ids_come_back_before_all_is_forgotten", "remote TLB flush", "kernel/mm/space_id.c",
           "        paging_flush_all();\n", "",
           "random calls", "kernel and model agree, and authority only grows by grants"),
    Defect("time_is_not_charged", "budget charge", "kernel/cpu.c",
           "        budget->left -= (int64_t)used;\n", "        budget->left -= 0;\n",
           "one core", "b53_resume_does_not_beat_an_exhausted_budget"),
    Defect("a_preempted_batch_begins_anew", "restart of a preempted batch",
           "kernel/syscall/memory.c",
           "            return PREEMPTED;\n    }\n    args->done = self->progress;\n",
           "            return long_done(self, PREEMPTED);\n    }\n"
           "    args->done = self->progress;\n",
           "one core", "b66_interrupted_batch_goes_on_where_it_was"),
    Defect("the_last_word_of_a_long_message_is_lost", "message copy", "kernel/object/endpoint.c",
           "    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)\n",
           "    for (word_t i = ABI_REGISTER_WORDS; i + 1 < length; i++)\n",
           "one core", "b38_all_length_pairs_in_a_space"),
)
