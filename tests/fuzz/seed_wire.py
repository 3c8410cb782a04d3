# SPDX-License-Identifier: Apache-2.0
"""Writes one valid message with nested lists, to start the fuzzer of the wire protocol from."""

import sys

# [10, {1: 7, 5: true, 8: [{1: "net", 2: 2, 5: h'..32'}], 9: [{1: "a", 2: "b", 3: "c"}]}]
APP = b"\xa3\x01\x63net\x02\x02\x05\x58\x20" + bytes(range(32))
CONNECTION = b"\xa3\x01\x61a\x02\x61b\x03\x61c"
MESSAGE = b"\x82\x0a\xa4\x01\x07\x05\xf5\x08\x81" + APP + b"\x09\x81" + CONNECTION

with open(sys.argv[1], "wb") as file:
    file.write(MESSAGE)
