"""Our PUBLISH packets, read back as paho and the standard have them."""

from __future__ import annotations

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from adapters.gatelink import packets

TOPIC = b"kaimen/v1/0123456789abcdef/down"
_HEAD = 2 + len(TOPIC) + 1


@pytest.mark.parametrize("size", [0, 127 - _HEAD, 128 - _HEAD, 16_383 - _HEAD, 16_384 - _HEAD, 3_000_000])
def test_a_packet_says_how_long_it_is(size: int) -> None:
    payload = b"x" * size
    packet = packets.message(TOPIC, payload)
    length, taken = VariableByteIntegers.decode(packet[1:5])
    assert packet[0] == 0x30  # PUBLISH, QoS 0, neither retained nor said again
    assert length == len(packet) - 1 - taken
    assert packet[1 + taken :] == bytes([0, len(TOPIC)]) + TOPIC + packets.NO_PROPERTIES + payload


@pytest.mark.parametrize("seconds", [1, 30, 2**32 - 1])
def test_properties_are_those_that_paho_packs(seconds: int) -> None:
    theirs = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    theirs.MessageExpiryInterval = seconds
    assert packets.expiring(seconds) == theirs.pack()  # type: ignore[no-untyped-call]
    theirs.CorrelationData = bytes(range(16))
    assert packets.answering(bytes(range(16)), seconds) == theirs.pack()  # type: ignore[no-untyped-call]
