"""adapters.texts: loading, filling, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.texts.toml_texts import TomlTexts, TwoTongued, load


def written(folder: Path, **files: str) -> Path:
    for name, body in files.items():
        (folder / f"{name}.toml").write_text(body, encoding="utf-8")
    return folder


def test_names_are_paths_and_chinese_comes_first(tmp_path: Path) -> None:
    body = '[hello]\nzh = "你好"\nen = "Hello"\n[quality.no_face]\nzh = "无"\nen = "none"'
    texts = load(written(tmp_path, a=body))
    assert texts.say("hello") == "你好\n\nHello"
    assert texts.say("quality.no_face") == "无\n\nnone"


def test_placeholders_are_filled_in_both_languages(tmp_path: Path) -> None:
    texts = load(written(tmp_path, a='[end]\nzh = "到{day}为止"\nen = "until {day}, {who}"'))
    assert texts.say("end", day="12-31", who="you", more="unused") == "到12-31为止\n\nuntil 12-31, you"
    assert texts.texts["end"].placeholders == {"day", "who"}


def test_an_unknown_name_and_a_missing_value_are_key_errors(tmp_path: Path) -> None:
    texts = load(written(tmp_path, a='[end]\nzh = "到{day}"\nen = "by"'))
    with pytest.raises(KeyError, match="begin"):
        texts.say("begin")
    with pytest.raises(KeyError, match="day"):
        texts.say("end")


def test_a_brief_is_given_as_it_is_and_only_where_there_is_one(tmp_path: Path) -> None:
    texts = load(written(tmp_path, a='[a]\nzh = "长"\nen = "long"\nbrief = "短 short"\n[b]\nzh = "b"\nen = "b"'))
    assert texts.brief("a") == "短 short"
    with pytest.raises(KeyError, match="b has no brief"):
        texts.brief("b")


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    texts = TomlTexts({"who": TwoTongued("姓名：{person}", "Name: {person}")})
    assert texts.say("who", person=value) == f"姓名：{value}\n\nName: {value}"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('[a]\nzh = "只有"', "a.toml: a must have a zh and an en"),
        ('[a]\nzh = "空"\nen = " "', "a.toml: a must have a zh and an en"),
        ('[a]\nzh = "多"\nen = "x"\nfr = "y"', "a.toml: a must have a zh and an en"),
        ('[a]\nzh = "数"\nen = 3', "a.toml: a must have a zh and an en"),
        ('[a]\nzh = "x"\nen = "x"\n[a.b]\nzh = "x"\nen = "x"', "a.toml: a must have a zh and an en"),
        ('[a]\nzh = "{name}"\nen = "x"', "a.toml: a has a placeholder name"),
        ('[a]\nzh = "x"\nen = "x"\nbrief = "' + "字" * 21 + '"', "a.toml: a has a brief of more than 20"),
        ('[a]\nzh = "x"\nen = "x"\nbrief = "到{day}"', "a.toml: a has a brief"),
        ('[a]\nzh = "x"\nen = "x"\nbrief = ""', "a.toml: a must have a zh and an en"),
        ("[a]", "a.toml: a must have a zh and an en"),
        ("", "no texts in"),
    ],
)
def test_a_text_that_is_not_whole_is_named(tmp_path: Path, body: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        load(written(tmp_path, a=body))


def test_a_text_that_stands_twice_is_named(tmp_path: Path) -> None:
    body = '[a]\nzh = "x"\nen = "x"'
    with pytest.raises(ValueError, match=r"two\.toml: a stands twice"):
        load(written(tmp_path, one=body, two=body))
