/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects: types, rights, operation numbers, events and faults.
 *
 * Generated from objects.abi by abigen; change the text, not this file.
 */
#ifndef ABI_OBJECTS_H
#define ABI_OBJECTS_H

enum abi_right {
    /* map readable; read state */
    RIGHT_READ = 1,
    /* map writable */
    RIGHT_WRITE = 2,
    /* map executable */
    RIGHT_EXECUTE = 4,
    /* call, send, signal */
    RIGHT_SEND = 8,
    /* receive, wait */
    RIGHT_RECEIVE = 16,
    /* send capabilities along, and let the reply carry some */
    RIGHT_GRANT = 32,
    /* let the reply carry capabilities */
    RIGHT_GRANT_REPLY = 64,
    /* make badged copies */
    RIGHT_BADGE = 128,
    /* revoke what was derived from it */
    RIGHT_REVOKE = 256,
    /* change the object */
    RIGHT_CONTROL = 512,
};

enum abi_object_type {
    /* an empty slot */
    TYPE_NONE = 0,
    /* what a revoked capability, or one of a dead object, leaves behind */
    TYPE_DEAD = 1,
    /* memory */
    TYPE_MEMORY = 2,
    /* frame */
    TYPE_FRAME = 3,
    /* space */
    TYPE_SPACE = 4,
    /* pages for a space */
    TYPE_POOL = 5,
    /* captable */
    TYPE_CAPTABLE = 6,
    /* 64 slots for a captable */
    TYPE_CHUNK = 7,
    /* thread */
    TYPE_THREAD = 8,
    /* budget */
    TYPE_BUDGET = 9,
    /* endpoint */
    TYPE_ENDPOINT = 10,
    /* reply */
    TYPE_REPLY = 11,
    /* notification */
    TYPE_NOTIFICATION = 12,
    /* interrupt */
    TYPE_INTERRUPT = 13,
    /* timer */
    TYPE_TIMER = 14,
    /* processor time of one core */
    TYPE_TIME_CONTROL = 15,
    /* all interrupts */
    TYPE_INTERRUPT_CONTROL = 16,
    /* power off and reboot */
    TYPE_POWER_CONTROL = 17,
    /* kernel log */
    TYPE_LOG_CONTROL = 18,
    /* priorities above one's ceiling */
    TYPE_PRIORITY_CONTROL = 19,
    /* addresses for devices */
    TYPE_DMA_CONTROL = 20,
    /* leave to map writable and executable */
    TYPE_SPACE_CONTROL = 21,
};

enum abi_map_attribute {
    /* readable */
    MAP_READ = 1,
    /* writable */
    MAP_WRITE = 2,
    /* executable */
    MAP_EXECUTE = 4,
    /* not cached (a device frame always is) */
    MAP_UNCACHED = 8,
};

enum abi_event {
    /* a message nobody waits for */
    EVENT_SEND = 0,
    /* a call; the reply object is bound */
    EVENT_CALL = 1,
    /* a fault of a thread; the reply object is bound; the label says which kind */
    EVENT_FAULT = 2,
    /* the bound notification; w0 has the bits */
    EVENT_SIGNAL = 3,
    /* the last capability of a session is gone; cap has its badge */
    EVENT_CLOSED = 4,
};

enum abi_fault {
    /* w0 address, w1 program counter, w2 access (1 read, 2 write, 4 execute), w3 syndrome */
    FAULT_PAGE = 1,
    /* w0 syndrome, w1 program counter, w2 syndrome detail */
    FAULT_EXCEPTION = 2,
    /* w0..w7 as they were, aux the number */
    FAULT_UNKNOWN_CALL = 3,
    /* the same, of a forwarded thread */
    FAULT_FORWARDED = 4,
    /* the budget ran out; w0 time consumed */
    FAULT_BUDGET = 5,
    /* w0 breakpoint number, w1 program counter */
    FAULT_BREAKPOINT = 6,
    /* one instruction was executed; w1 program counter */
    FAULT_STEP = 7,
};

enum { ABI_TYPE_COUNT = 22 };

enum abi_memory_operation {
    OP_MEMORY_MAKE = 1,
    OP_MEMORY_INFO = 2,
};

enum abi_frame_operation {
    OP_FRAME_INFO = 1,
    OP_FRAME_CLEAN = 2,
    OP_FRAME_INVALIDATE = 3,
};

enum abi_space_operation {
    OP_SPACE_MAP = 1,
    OP_SPACE_UNMAP = 2,
    OP_SPACE_PROTECT = 3,
    OP_SPACE_GIVE = 4,
    OP_SPACE_INFO = 5,
};

enum abi_captable_operation {
    OP_CAPTABLE_ATTACH = 1,
    OP_CAPTABLE_COPY = 2,
    OP_CAPTABLE_MOVE = 3,
    OP_CAPTABLE_ROTATE = 4,
    OP_CAPTABLE_DELETE = 5,
    OP_CAPTABLE_REVOKE = 6,
    OP_CAPTABLE_QUERY = 7,
};

enum abi_thread_operation {
    OP_THREAD_CONFIGURE = 1,
    OP_THREAD_SET_PRIORITY = 2,
    OP_THREAD_START = 3,
    OP_THREAD_RESUME = 4,
    OP_THREAD_STOP = 5,
    OP_THREAD_CANCEL = 6,
    OP_THREAD_READ = 7,
    OP_THREAD_WRITE = 8,
    OP_THREAD_BIND = 9,
    OP_THREAD_SET_MINIMUM = 10,
    OP_THREAD_SET_BREAKPOINT = 11,
    OP_THREAD_SINGLE_STEP = 12,
    OP_THREAD_INFO = 13,
};

enum abi_budget_operation {
    OP_BUDGET_INFO = 1,
};

enum abi_endpoint_operation {
    OP_ENDPOINT_CANCEL_BADGE = 1,
};

enum abi_interrupt_operation {
    OP_INTERRUPT_BIND = 1,
    OP_INTERRUPT_ACKNOWLEDGE = 2,
};

enum abi_timer_operation {
    OP_TIMER_SET = 1,
    OP_TIMER_CANCEL = 2,
};

enum abi_time_control_operation {
    OP_TIME_CONTROL_FILL = 1,
};

enum abi_interrupt_control_operation {
    OP_INTERRUPT_CONTROL_CLAIM = 1,
};

enum abi_power_control_operation {
    OP_POWER_CONTROL_OFF = 1,
    OP_POWER_CONTROL_REBOOT = 2,
    OP_POWER_CONTROL_FAIL = 3,
};

enum abi_log_control_operation {
    OP_LOG_CONTROL_WRITE = 1,
    OP_LOG_CONTROL_READ = 2,
    OP_LOG_CONTROL_DUMP = 3,
    OP_LOG_CONTROL_WATCH = 4,
};

enum abi_dma_control_operation {
    OP_DMA_CONTROL_ADDRESS = 1,
};

enum abi_space_control_operation {
    OP_SPACE_CONTROL_ALLOW = 1,
};

#endif
