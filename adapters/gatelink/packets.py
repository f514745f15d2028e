"""Messages of MQTT 5 (OASIS, 3.3) as the service publishes them: bytes, at QoS 0.

`paho` takes several times as long over one message as signing it does; a thousand gates are told at once.
"""

from __future__ import annotations

import struct
from functools import lru_cache

NO_PROPERTIES = b"\0"
_PUBLISH = 0x30
_EXPIRY = 0x02
_CORRELATION = 0x09
_LONGEST_SHORT = 0x7F
_MORE = 0x80


def message(topic: bytes, payload: bytes, properties: bytes = NO_PROPERTIES) -> bytes:
    """A PUBLISH packet; `properties` with their length before them."""
    length = _varint(2 + len(topic) + len(properties) + len(payload))
    return b"%c%b%b%b%b%b" % (_PUBLISH, length, struct.pack(">H", len(topic)), topic, properties, payload)


@lru_cache(maxsize=128)
def expiring(seconds: int) -> bytes:
    """Properties: the broker drops the message when nobody took it in time."""
    return _counted(struct.pack(">BI", _EXPIRY, seconds))


def answering(correlation: bytes, seconds: int) -> bytes:
    """Properties of an answer: which request it is to, and when it is dropped."""
    expiry = struct.pack(">BI", _EXPIRY, seconds)
    return _counted(expiry + struct.pack(">BH", _CORRELATION, len(correlation)) + correlation)


def _counted(properties: bytes) -> bytes:
    return _varint(len(properties)) + properties


def _varint(value: int) -> bytes:
    """A variable byte integer (MQTT 5, 1.5.5)."""
    out = bytearray()
    while value > _LONGEST_SHORT:
        out.append(value & _LONGEST_SHORT | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)
