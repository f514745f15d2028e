"""Our OSDP driver against libosdp's own reader (PD), over a pseudo terminal that can be corrupted and unplugged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from hardware.drivers.osdp.cards import ASCII, RAW, WIEGAND, keys_of, number_of
from hardware.drivers.osdp.reader import read_key
from hardware.drivers.ports import CardRead, DriverError
from tests.hardware.drivers.osdp_line import OsdpLine, wiegand26


@pytest.fixture(scope="module")
def reader() -> Iterator[OsdpLine]:
    made = OsdpLine()
    assert made.panel.wait_secure(20)
    yield made
    made.close()


def test_a_card_and_keys_come_through_the_secure_channel(reader: OsdpLine) -> None:
    assert reader.hold_card(wiegand26(123, 45678), 26) == CardRead("7BB26E")
    reader.type(b"47\x7f")
    assert reader.keys.get(timeout=10) == "47*"
    reader.type(b"\x0d")
    assert reader.keys.get(timeout=10) == "#"


def test_the_relay_fires_when_the_reader_took_the_command(reader: OsdpLine) -> None:
    reader.panel.output(5, 3_000)
    command = reader.commands.get(timeout=10)
    assert (command["output_no"], command["control_code"], command["timer_count"]) == (0, 5, 30)


def test_after_a_cut_and_a_corrupted_line_the_watchdog_brings_it_back(reader: OsdpLine) -> None:
    reader.channel.cut = True
    with pytest.raises(DriverError):
        reader.panel.output(5, 1_000)
    reader.channel.cut = False
    reader.channel.corrupt = 2
    assert reader.panel.wait_restarted(60)
    assert reader.panel.wait_secure(60)
    assert reader.hold_card(wiegand26(9, 9), 26) == CardRead("090009")


def test_a_wrong_key_never_gets_a_secure_channel(tmp_path: Path) -> None:
    key = tmp_path / "scbk"
    key.write_text("00" * 16, encoding="ascii")
    key.chmod(0o644)
    with pytest.raises(DriverError, match="chmod"):
        read_key(key)
    key.chmod(0o600)
    assert read_key(key) == bytes(16)
    key.write_text("00" * 15, encoding="ascii")
    with pytest.raises(DriverError, match="32 hexadecimal"):
        read_key(key)


@given(kind=st.sampled_from([RAW, WIEGAND, ASCII, 7]), length=st.integers(0, 600), data=st.binary(max_size=80))
def test_no_card_event_breaks_the_driver(kind: int, length: int, data: bytes) -> None:
    try:
        number = number_of(kind, length, data)
    except InvalidInput:
        return
    assert 4 <= len(number) <= 20


@given(data=st.binary(max_size=80))
def test_keys_are_digits_clear_and_enter_alone(data: bytes) -> None:
    assert set(keys_of(data)) <= set("0123456789*#")
