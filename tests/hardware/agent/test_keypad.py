"""The duress code: with a card or pass, before or after it, once, and never somebody else's old digits."""

from __future__ import annotations

from hardware.agent.keypad import TOGETHER_SECONDS, Keypad

CODE = "4711"


class _Typist:
    def __init__(self) -> None:
        self.now = 100.0
        self.alarms = 0
        self.keypad = Keypad(CODE.__eq__, self._alarm, lambda: self.now)

    def _alarm(self) -> None:
        self.alarms += 1


def test_the_code_counts_before_the_card_and_after_it() -> None:
    for first, second in (("type", "show"), ("show", "type")):
        typist = _Typist()
        for act in (first, second):
            typist.keypad.press(f"{CODE}#") if act == "type" else typist.keypad.shown()
            typist.now += TOGETHER_SECONDS - 1
        assert typist.alarms == 1


def test_the_code_alone_is_no_alarm_and_one_code_is_one_alarm() -> None:
    typist = _Typist()
    typist.keypad.press(CODE)
    assert typist.alarms == 0
    for _ in range(3):
        typist.keypad.shown()
    assert typist.alarms == 1


def test_digits_of_long_ago_belong_to_nobody() -> None:
    typist = _Typist()
    typist.keypad.press(CODE)
    typist.now += TOGETHER_SECONDS + 1
    typist.keypad.shown()
    typist.now += TOGETHER_SECONDS + 1
    typist.keypad.press(CODE)
    assert typist.alarms == 0


def test_whatever_was_typed_before_the_code_is_heard() -> None:
    """Somebody under threat mistypes, and children play with the keys before."""
    typist = _Typist()
    typist.keypad.press("0" * 40 + CODE)
    typist.keypad.shown()
    assert typist.alarms == 1


def test_clear_begins_anew() -> None:
    typist = _Typist()
    typist.keypad.press("47*11")
    typist.keypad.shown()
    assert typist.alarms == 0
