"""Relay, inputs and Wiegand on gpiozero's mock pins."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from hardware.drivers.gpio.pins import GpioContact, GpioRelay
from hardware.drivers.ports import CardRead, DriverError
from hardware.drivers.wiegand.frames import LENGTHS, bits_of, decode, key_of
from hardware.drivers.wiegand.reader import WiegandReader


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    factory = MockFactory()
    Device.pin_factory = factory
    yield factory
    factory.close()
    Device.pin_factory = before


def test_a_relay_starts_released_and_releases_by_itself(pins: MockFactory) -> None:
    relay, pin = GpioRelay(17), pins.pin(17)
    assert pin.state == 0
    relay.hold()
    assert pin.state == 1
    relay.release()
    assert pin.state == 0
    relay.pulse(30)
    relay._pin._blink_thread.join()
    assert [state.state for state in pin.states][-2:] == [True, False]


def test_an_active_low_relay_board_is_released_high(pins: MockFactory) -> None:
    relay = GpioRelay(17, active_high=False)
    assert pins.pin(17).state == 1
    relay.hold()
    assert pins.pin(17).state == 0


def test_a_pin_in_use_is_told(pins: MockFactory) -> None:
    first = GpioRelay(17)
    with pytest.raises(DriverError, match="GPIO 17"):
        GpioContact(17)
    first.release()
    with pytest.raises(DriverError, match="active_when"):
        GpioContact(18, active_when="sometimes")


@pytest.mark.parametrize(("active_when", "cut_wire"), [("open", True), ("closed", False)])
def test_a_contact_tells_its_changes_and_what_a_cut_wire_means(
    pins: MockFactory, active_when: str, cut_wire: bool
) -> None:
    contact, pin = GpioContact(27, active_when), pins.pin(27)
    seen: list[bool] = []
    assert contact.active() is cut_wire
    contact.on_change(seen.append)
    pin.drive_low()
    pin.drive_high()
    assert seen == [not cut_wire, cut_wire]


def _frame(number: int, bits: int) -> list[int]:
    data = [int(bit) for bit in f"{number:0{bits - 2}b}"]
    half = (bits - 2) // 2
    return [sum(data[:half]) % 2, *data, 1 - sum(data[half:]) % 2]


@given(number=st.integers(0, 2**32 - 1))
def test_both_lengths_come_back_as_they_were_sent(number: int) -> None:
    assert decode(_frame(number, 34)) == f"{number:08X}"
    assert decode(_frame(number % 2**24, 26)) == f"{number % 2**24:06X}"


@given(number=st.integers(0, 2**24 - 1), place=st.integers(0, 25))
def test_any_single_wrong_bit_is_noticed(number: int, place: int) -> None:
    bits = _frame(number, 26)
    bits[place] ^= 1
    with pytest.raises(InvalidInput, match="cleanly"):
        decode(bits)


@given(bits=st.lists(st.integers(0, 1), max_size=80))
def test_other_lengths_are_no_card(bits: list[int]) -> None:
    if len(bits) in LENGTHS:
        return
    with pytest.raises(InvalidInput, match="none of"):
        decode(bits)


def test_packed_bits_are_most_significant_first() -> None:
    assert bits_of(b"\xa0\x01", 16) == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert bits_of(b"\xff", 26) == [1] * 8


def _corporate(company: int, card: int) -> list[int]:
    """As the makers' description has it: words of 3 and 32 bits, and three masks over them."""
    low = (card & 0xFFFFF) << 1 | (company & 0x7FF) << 21
    high = (company & 0x800) >> 11
    high |= ((high & 1 ^ low & 0xB6DB6DB6).bit_count() % 2) << 1
    low |= 1 - (high & 3 ^ low & 0x6DB6DB6C).bit_count() % 2
    high |= (1 - ((high & 3).bit_count() + low.bit_count()) % 2) << 2
    return [int(bit) for bit in f"{high << 32 | low:035b}"]


def _h10302(number: int) -> list[int]:
    data = [int(bit) for bit in f"{number:035b}"]
    return [sum(data[:18]) % 2, *data, 1 - sum(data[17:]) % 2]


@given(company=st.integers(0, 4095), card=st.integers(0, 2**20 - 1), number=st.integers(0, 2**35 - 1))
def test_corporate_cards_and_37_bits_come_back(company: int, card: int, number: int) -> None:
    assert decode(_corporate(company, card)) == f"{company << 20 | card:08X}"
    assert decode(_h10302(number)) == f"{number:09X}"


@given(number=st.integers(0, 2**32 - 1), place=st.integers(0, 34))
def test_any_single_wrong_bit_of_the_longer_formats_is_noticed(number: int, place: int) -> None:
    for bits in (_corporate(number >> 20, number & 0xFFFFF), _h10302(number)):
        bits[place] ^= 1
        with pytest.raises(InvalidInput, match="cleanly"):
            decode(bits)


@pytest.mark.parametrize(("value", "key"), [(0, "0"), (9, "9"), (10, "*"), (11, "#"), (12, None), (15, None)])
def test_a_key_comes_in_four_bits_or_in_eight_with_a_check(value: int, key: str | None) -> None:
    four = [int(bit) for bit in f"{value:04b}"]
    assert key_of(four) == key
    assert key_of([1 - bit for bit in four] + four) == key
    assert key_of(four + four) is None


def test_a_burst_on_the_two_lines_is_a_key_and_no_card(pins: MockFactory) -> None:
    reader, cards, keys = WiegandReader(5, 6), queue.SimpleQueue[CardRead](), queue.SimpleQueue[str]()
    reader.on_card(cards.put)
    reader.on_keys(keys.put)
    for value in (4, 11):
        _pulse(pins, [int(bit) for bit in f"{value:04b}"])
        assert keys.get(timeout=10) == "0123456789*#"[value]
    assert cards.empty()


def _pulse(pins: MockFactory, bits: list[int]) -> None:
    for bit in bits:
        line = pins.pin(6 if bit else 5)
        line.drive_low()
        line.drive_high()


def test_pulses_on_two_lines_become_a_card(pins: MockFactory) -> None:
    reader, cards = WiegandReader(5, 6), queue.SimpleQueue[CardRead]()
    reader.on_card(cards.put)
    _pulse(pins, _frame(0x7BB26E, 26))
    assert cards.get(timeout=10) == CardRead("7BB26E")
