/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire decoder on hostile messages.  What it accepts, the encoder writes again as the very same
 * bytes, unless fields were passed over: deterministic encoding has one form.
 */
#include <base/memory.h>
#include <stdlib.h>
#include <wire/fleet.h>

#include "require.h"

static void decode_as(enum wire_side sender, const uint8_t *data, size_t size)
{
    static struct fleet_message message;
    static uint8_t again[1 << 17];
    size_t length;

    if (!wire_decode(&fleet_protocol, sender, data, size, &message))
        return;
    length = wire_encode(&fleet_protocol, &message, again, sizeof(again));
    require(length > 0 && length <= size);
    require(length < size || mem_equal(again, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    decode_as(WIRE_FROM_DEVICE, data, size);
    decode_as(WIRE_FROM_SERVICE, data, size);
    return 0;
}
