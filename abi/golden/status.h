/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status codes: zero is success, the others say whose fault it is.
 *
 * Generated from status.abi by abigen; change the text, not this file.
 */
#ifndef ABI_STATUS_H
#define ABI_STATUS_H

#include <stdint.h>

typedef int32_t status_t;

enum abi_status {
    /* nobody: done */
    OK = 0,
    /* caller: no call or operation has this number, or an option bit is not defined */
    ERR_BAD_CALL = -1,
    /* caller: an argument is outside its range */
    ERR_BAD_ARGUMENT = -2,
    /* caller: the slot is empty, or the index is beyond the table */
    ERR_BAD_CAPABILITY = -3,
    /* caller: the capability is of another type than the operation needs */
    ERR_WRONG_TYPE = -4,
    /* caller: the capability lacks a right that the operation needs */
    ERR_NO_RIGHT = -5,
    /* caller: the destination slot is not empty */
    ERR_SLOT_IN_USE = -6,
    /* caller: an address, offset or size is not a multiple of what it must be */
    ERR_MISALIGNED = -7,
    /* caller: the range overlaps something that exists, or the object is already bound */
    ERR_IN_USE = -8,
    /*
     * owner: the memory is too small for the object, or the pool is empty: word 0 says how many
     * pages are missing
     */
    ERR_NO_MEMORY = -9,
    /*
     * owner: more than the owner granted: processor time on this core, priority above the ceiling,
     * too many of something
     */
    ERR_OVER_LIMIT = -10,
    /* caller: the object is not in the state the operation needs */
    ERR_BAD_STATE = -11,
    /* peer: the object behind the capability, or the one who should answer, is dead */
    ERR_PEER_GONE = -12,
    /* holder: a holder of the calling thread ended the call */
    ERR_CANCELLED = -13,
    /* nobody: nobody is waiting, or nothing is pending */
    ERR_WOULD_BLOCK = -14,
    /* machine: this machine or this build does not offer it */
    ERR_NOT_SUPPORTED = -15,
    /* caller: a message breaks the protocol of the service it was sent to */
    ERR_BAD_REQUEST = -17,
    /* caller: nothing has this name */
    ERR_NOT_FOUND = -18,
    /* caller: the name is taken */
    ERR_EXISTS = -19,
    /* owner: the manifest does not allow it */
    ERR_NOT_PERMITTED = -20,
    /* device: the device reported a failure */
    ERR_IO_FAILED = -21,
};

#endif
