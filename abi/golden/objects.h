/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects: types, rights, operation numbers, events and faults.
 *
 * Generated from objects.abi by abigen; change the text, not this file.
 */
#ifndef ABI_OBJECTS_H
#define ABI_OBJECTS_H

enum abi_right {
    RIGHT_READ = 1, /* map readable; read state */
    RIGHT_WRITE = 2, /* map writable */
    RIGHT_EXECUTE = 4, /* map executable */
    RIGHT_SEND = 8, /* call, send, signal */
    RIGHT_RECEIVE = 16, /* receive, wait */
    RIGHT_GRANT = 32, /* send capabilities along, and let the reply carry some */
    RIGHT_GRANT_REPLY = 64, /* let the reply carry capabilities */
    RIGHT_BADGE = 128, /* make badged copies */
    RIGHT_REVOKE = 256, /* revoke what was derived from it */
    RIGHT_CONTROL = 512, /* change the object */
};

enum abi_object_type {
    TYPE_NONE = 0, /* an empty slot */
    TYPE_DEAD = 1, /* what a revoked capability, or one of a dead object, leaves behind */
    TYPE_MEMORY = 2, /* memory */
    TYPE_FRAME = 3, /* frame */
    TYPE_SPACE = 4, /* space */
    TYPE_POOL = 5, /* pages for a space */
    TYPE_CAPTABLE = 6, /* captable */
    TYPE_CHUNK = 7, /* 64 slots for a captable */
    TYPE_THREAD = 8, /* thread */
    TYPE_BUDGET = 9, /* budget */
    TYPE_ENDPOINT = 10, /* endpoint */
    TYPE_REPLY = 11, /* reply */
    TYPE_NOTIFICATION = 12, /* notification */
    TYPE_INTERRUPT = 13, /* interrupt */
    TYPE_TIMER = 14, /* timer */
    TYPE_TIME_CONTROL = 15, /* processor time of one core */
    TYPE_INTERRUPT_CONTROL = 16, /* all interrupts */
    TYPE_POWER_CONTROL = 17, /* power off and reboot */
    TYPE_LOG_CONTROL = 18, /* kernel log */
    TYPE_PRIORITY_CONTROL = 19, /* priorities above one's ceiling */
    TYPE_DMA_CONTROL = 20, /* addresses for devices */
    TYPE_SPACE_CONTROL = 21, /* leave to map writable and executable */
};

enum abi_map_attribute {
    MAP_READ = 1, /* readable */
    MAP_WRITE = 2, /* writable */
    MAP_EXECUTE = 4, /* executable */
    MAP_UNCACHED = 8, /* not cached (a device frame always is) */
};

enum abi_event {
    EVENT_SEND = 0, /* a message nobody waits for */
    EVENT_CALL = 1, /* a call; the reply object is bound */
    EVENT_FAULT = 2, /* a fault of a thread; the reply object is bound; the label says which kind */
    EVENT_SIGNAL = 3, /* the bound notification; w0 has the bits */
    EVENT_CLOSED = 4, /* the last capability of a session is gone; cap has its badge */
};

enum abi_fault {
    FAULT_PAGE = 1, /* w0 address, w1 program counter, w2 access (1 read, 2 write, 4 execute), w3 syndrome */
    FAULT_EXCEPTION = 2, /* w0 syndrome, w1 program counter, w2 syndrome detail */
    FAULT_UNKNOWN_CALL = 3, /* w0..w7 as they were, aux the number */
    FAULT_FORWARDED = 4, /* the same, of a forwarded thread */
    FAULT_BUDGET = 5, /* the budget ran out; w0 time consumed */
    FAULT_BREAKPOINT = 6, /* w0 breakpoint number, w1 program counter */
    FAULT_STEP = 7, /* one instruction was executed; w1 program counter */
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
