"""How people write a household, a day, a role and a yes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.residency import Role
from bot import menu, words
from bot.household import spellings
from bot.last_day import last_day, lies_ahead
from bot.words import Change, Command

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    ["1-301", "1栋301", "1号楼 301室", "１－３０１", "一栋301", "1幢301户", "1#301", "1 301", "1/301", "1座301房",
     "Building 1, Room 301", "bldg 1 apt 301", "一号楼三〇一", " 1—301 ", "1、301"],
)  # fmt: skip
def test_one_household_in_many_spellings(text: str) -> None:
    assert spellings(text)[0] == "1-301"


@pytest.mark.parametrize(
    ("text", "label"),
    [("1栋2单元301室", "1-2-301"), ("A座1203", "A-1203"), ("十二栋1501", "12-1501"), ("二十一号楼 101", "21-101"),
     ("b2-0101", "B2-0101"), ("301", "301")],
)  # fmt: skip
def test_other_households(text: str, label: str) -> None:
    assert spellings(text)[0] == label


def test_a_bare_number_belongs_to_the_scanned_building_first() -> None:
    assert spellings("301", "2号楼") == ("2-301", "301")
    assert spellings("1-301", "2号楼") == ("1-301",)
    assert spellings("三〇一", "A座")[0] == "A-301"


@pytest.mark.parametrize("text", ["", "你好", "业主", "x" * 50, "1" * 41, "。。"])
def test_no_household(text: str) -> None:
    assert spellings(text) == ()


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_has_few_spellings(text: str, building: str) -> None:
    assert len(spellings(text, building)) <= 3


@pytest.mark.parametrize(
    "text",
    ["2026-12-31", "2026/12/31", "2026.12.31", "2026年12月31日", "2026年12月31号", "２０２６－１２－３１",
     "20261231", "12/31", "12-31", "12月31日", "12月31", "31 Dec 2026", "December 31, 2026",
     "2026 12 31", "2026-12-31。"],
)  # fmt: skip
def test_one_day_in_many_spellings(text: str) -> None:
    assert last_day(text, TODAY) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [("11/23", date(2026, 11, 23)), ("11/22", date(2027, 11, 22)), ("2月29日", date(2028, 2, 29))],
)
def test_without_a_year_the_next_such_day_is_meant(text: str, day: date) -> None:
    assert last_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "明年", "2026-13-01", "2026-02-30", "31/12", "99999999", "12", "1-301-2", "-"]
)
def test_no_day(text: str) -> None:
    assert last_day(text, TODAY) is None


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_none(text: str) -> None:
    found = last_day(text, TODAY)
    assert found is None or isinstance(found, date)


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    assert last_day(day.isoformat(), TODAY) == day


@pytest.mark.parametrize(
    ("day", "ahead"),
    [
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2031, 11, 23), True),
        (date(2031, 11, 24), False),
        (date(9999, 1, 1), False),
    ],
)
def test_ahead_but_at_most_five_years(day: date, ahead: bool) -> None:
    assert lies_ahead(day, TODAY) is ahead


@pytest.mark.parametrize(
    ("text", "role"),
    [("1", Role.OWNER), ("２", Role.FAMILY), ("租客。", Role.TENANT), (" Helper ", Role.HELPER),
     ("保姆", Role.HELPER), ("5", None), ("", None), ("房东的猫", None)],
)  # fmt: skip
def test_roles(text: str, role: Role | None) -> None:
    assert words.role(text) is role


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1", True), ("同意", True), ("我同意！", True), ("I agree", True), ("2", False), ("不同意", False),
     ("NO", False), ("好的", None), ("ok", None), ("嗯", None), ("不知道同意不同意", None),
     ("", None), ("11", None)],
)  # fmt: skip
def test_only_a_plain_yes_is_a_consent(text: str, answer: bool | None) -> None:
    assert words.agreed(text) is answer


@pytest.mark.parametrize(
    ("text", "command"),
    [("帮助", Command.HELP), ("Back", Command.BACK), ("重新开始。", Command.START_OVER), ("退出", Command.QUIT),
     ("撤回人脸", Command.WITHDRAW), ("ＱＲ", Command.PASS), ("开门！", Command.OPEN), ("你好", None)],
)  # fmt: skip
def test_commands(text: str, command: Command | None) -> None:
    assert words.command(text) is command


def test_changes_and_numbers() -> None:
    assert [words.change(text) for text in ("2", "改姓名", "x")] == [Change.HOUSEHOLD, Change.NAME, None]
    numbers = {"1": 1, "１２": 12, "-1": None, "1.5": None, "123": None, "一": None, "": None}
    assert {text: words.number(text) for text in numbers} == numbers


def shown_width(name: str) -> int:
    """In halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in name)


def test_every_menu_button_is_understood_and_within_wechats_limits() -> None:
    bar = menu.buttons("https://kaimen.example")
    assert len(bar) <= 3
    for button in bar:
        assert len(str(button["name"]).encode()) <= 16
        assert shown_width(str(button["name"]).partition(" ")[0]) <= 2 * 4, "Chinese is never cut"
        below = button.get("sub_button", [])
        assert isinstance(below, list)
        assert len(below) <= 5
        for entry in below:
            assert len(str(entry["name"]).encode()) <= 60
            assert shown_width(str(entry["name"])) <= 2 * 8
        for entry in [button, *below]:
            assert re.fullmatch(r"[\u4e00-\u9fff]+ [A-Z][A-Za-z ]*", str(entry["name"])), "both languages"
            if entry.get("type") == "click":
                assert words.clicked(str(entry["key"])) is not None
            if entry.get("type") == "view":
                assert str(entry["url"]).startswith("https://kaimen.example/m/")
