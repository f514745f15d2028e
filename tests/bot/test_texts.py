"""templates/messages: every text in use is there, in both languages, fits a message and forces nobody's face."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.domain.faces import QualityReason
from adapters.texts.toml_texts import TomlTexts, load

ROOT = Path(__file__).parents[2]
TEXTS = load(ROOT / "templates" / "messages")
ROOMS = ("access", "bot", "jobs")

# What would say, or let one think, that the face is a must or the better way in.
FORCING = (
    "必须刷脸", "必须人脸", "必须录入人脸", "必须使用人脸", "须刷脸", "需刷脸", "只能刷脸", "只能用人脸",
    "仅限人脸", "仅支持人脸", "强制", "请先录入人脸", "不刷脸就", "否则无法进", "否则不能进", "否则将无法",
    "推荐刷脸", "建议刷脸", "更方便", "更快捷", "must use face", "must use your face", "face is required",
    "face required", "only by face", "face only", "requires your face", "have to use your face",
    "cannot enter without", "recommended", "more convenient",
)  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
ADDRESS = re.compile(r"https?://|www\.|\.com|\.cn", re.IGNORECASE)
LONG = {
    "processor": "金桂花园第三期业主委员会与长乐物业服务有限公司",
    "contact": "桂花路 88 号物业服务中心 0571-8800 0000",
    "estate": "金桂花园第三期",
    "estate_en": "Osmanthus Gardens Phase Three",
    "reason": "登记的房号与房产证不符，请带证件到物业服务中心核对。" * 3,
    "why": "这道门现在不在开放时间。请走其他门或联系物业。" * 2,
    "why_en": "This door is closed at this hour. Please use another door. " * 2,
    "doors": "\n".join(f"{n} 南门人行通道 South gate for walkers" for n in range(1, 9)),
    "person": "阿" * 40,
}
URL = "https://access.kaimen.example/m/notice?estate=0123456789abcdef"


def calls() -> Iterator[tuple[str, int, str, frozenset[str] | None]]:
    """Every text that the code names: file, line, name, and its values (None where they come from elsewhere)."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found = named(node)
                if found is not None:
                    yield str(path.relative_to(ROOT)), getattr(node, "lineno", 0), *found


def named(node: ast.AST) -> tuple[str, frozenset[str] | None] | None:
    """``say("…", value=…)`` in the bot, ``texts.say("…", …)`` and ``notify(house, stores, person, "…", at, …)``."""
    if not isinstance(node, ast.Call):
        return None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    position = {"say": 0, "notify": 3}.get(called)
    if position is None or len(node.args) <= position:
        return None
    name = node.args[position]
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
        return None
    keywords = [keyword.arg for keyword in node.keywords]
    return name.value, None if None in keywords else frozenset(str(keyword) for keyword in keywords)


USED = list(calls())


def test_the_code_names_texts() -> None:
    assert len(USED) > 80


@pytest.mark.parametrize(("path", "line", "name", "values"), USED, ids=str)
def test_every_text_in_use_is_there_with_its_values(
    path: str, line: int, name: str, values: frozenset[str] | None
) -> None:
    assert name in TEXTS.texts
    if values is not None and path.startswith("bot/"):
        assert values == TEXTS.texts[name].placeholders
    elif values is not None:
        assert values >= TEXTS.texts[name].placeholders


def test_whatever_is_sent_later_has_a_brief_in_both_languages() -> None:
    """The core's texts go out by the outbox; as a template message each has only its brief."""
    later = set(tomllib.loads((ROOT / "templates" / "messages" / "outbound.toml").read_text(encoding="utf-8")))
    assert {name for path, _, name, _ in USED if path.startswith("access/")} <= later
    for name in later:
        assert re.search("[\u4e00-\u9fff].* [A-Z]", TEXTS.brief(name)), name


def test_every_text_is_in_use() -> None:
    """A text that nobody says is dead; those that are named by a variable are listed here."""
    by_variable = {f"quality.{reason}" for reason in QualityReason}
    by_variable |= {"face_enrolled", "face_review", "face_rejected", "face_erased", "stay_erased"}
    assert set(TEXTS.texts) - {name for _, _, name, _ in USED} <= by_variable


@pytest.mark.parametrize("reason", QualityReason)
def test_every_quality_reason_has_words(reason: QualityReason) -> None:
    assert TEXTS.say(f"quality.{reason}")


@pytest.mark.parametrize("name", sorted(TEXTS.texts))
def test_both_languages_are_what_they_say(name: str) -> None:
    text = TEXTS.texts[name]
    if text.placeholders >= {"why", "why_en"}:
        return  # words of another room, put in whole
    assert HAN.search(text.zh)
    assert not HAN.search(text.en)
    assert re.search("[a-z]", text.en)


@pytest.mark.parametrize("name", sorted(TEXTS.texts))
@pytest.mark.rule("L8")
def test_no_text_forces_the_face_or_prefers_it(name: str) -> None:
    words = f"{TEXTS.texts[name].zh} {TEXTS.texts[name].en}".casefold()
    assert not [phrase for phrase in FORCING if phrase in words]


def test_the_word_list_bites() -> None:
    for phrase in ("本小区必须刷脸进入", "you must use your face to enter"):
        assert any(forcing in phrase for forcing in FORCING)


@pytest.mark.parametrize("name", ["entry.ask", "face.ask_use", "face.refused", "face.under_14", "withdraw.ask"])
@pytest.mark.rule("L8")
def test_the_other_ways_stand_beside_the_face(name: str) -> None:
    assert {"通行码", "门禁卡"} <= set(re.findall("通行码|门禁卡", TEXTS.texts[name].zh))


def test_the_three_ways_are_offered_alike() -> None:
    lines = [line for line in TEXTS.texts["entry.ask"].zh.splitlines() if line[:1].isdigit()]
    assert [line[:5] for line in lines] == ["1 通行码", "2 门禁卡", "3 也用人"]
    assert max(map(len, lines)) - min(map(len, lines)) <= 6


@pytest.mark.parametrize("name", sorted(TEXTS.texts))
def test_no_text_names_a_host(name: str) -> None:
    assert not ADDRESS.search(TEXTS.texts[name].zh + TEXTS.texts[name].en)


@pytest.mark.parametrize("name", sorted(TEXTS.texts))
def test_every_text_fits_a_message_with_long_values(name: str) -> None:
    said = TEXTS.say(name, **{key: value_of(key) for key in TEXTS.texts[name].placeholders})
    assert len(said) <= 600
    assert len(said.encode()) <= 2048


def value_of(placeholder: str) -> str:
    return URL if placeholder.endswith("_url") else LONG.get(placeholder, "某个不长的值")


def test_a_rejected_picture_with_its_reason_fits_a_message(texts: TomlTexts) -> None:
    for reason in QualityReason:
        assert len(texts.say("face_rejected", reason=texts.say(f"quality.{reason}"))) <= 600
