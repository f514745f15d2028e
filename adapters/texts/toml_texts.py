"""`Texts` from TOML files: every text in Chinese and English, Chinese first.

A file holds tables that each have a `zh` and an `en`; the name of a text is the path of its table
(``[quality.no_face]`` is ``quality.no_face``). Placeholders are plain names in braces. A value is put in as it
is and never read as a template again. A text that may go out as a template message has a `brief` besides, both
languages in one line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
_LANGUAGES = {"zh", "en"}
BRIEF = 20
"""Characters that a ``thing`` field takes (WeChat's subscribeMessage.send, "parameter limits")."""


@dataclass(frozen=True, slots=True)
class TwoTongued:
    """One text as written, before its placeholders are filled."""

    zh: str
    en: str
    brief: str = ""

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(_PLACEHOLDER.findall(self.zh) + _PLACEHOLDER.findall(self.en))


@dataclass(frozen=True, slots=True)
class TomlTexts:
    """Implements `access.ports.Texts`."""

    texts: Mapping[str, TwoTongued]

    def say(self, name: str, **values: str) -> str:
        text = self.texts[name]
        return f"{_filled(text.zh, values)}\n\n{_filled(text.en, values)}"

    def brief(self, name: str) -> str:
        words = self.texts[name].brief
        if not words:
            raise KeyError(f"{name} has no brief")
        return words


def load(folder: Path) -> TomlTexts:
    """Read every ``*.toml`` of a folder.

    Raises:
        ValueError: names each text that lacks a language, stands twice or has a placeholder ``name``; and a
            folder without texts.
    """
    texts: dict[str, TwoTongued] = {}
    problems = []
    for path in sorted(folder.glob("*.toml")):
        for name, fields in _tables("", tomllib.loads(path.read_text(encoding="utf-8"))):
            if set(fields) - {"brief"} != _LANGUAGES or not all(_is_written(value) for value in fields.values()):
                problems.append(f"{path.name}: {name} must have a zh and an en and nothing else but a brief")
            elif not _is_brief(str(fields.get("brief", ""))):
                problems.append(f"{path.name}: {name} has a brief of more than {BRIEF} characters or with a value")
            elif name in texts:
                problems.append(f"{path.name}: {name} stands twice")
            else:
                texts[name] = TwoTongued(*(str(fields.get(key, "")).strip() for key in ("zh", "en", "brief")))
                if "name" in texts[name].placeholders:
                    problems.append(f"{path.name}: {name} has a placeholder name, which is the text's own")
    if not texts:
        problems.append(f"no texts in {folder}")
    if problems:
        raise ValueError("; ".join(problems))
    return TomlTexts(texts)


def _tables(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Name and fields of every innermost table."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    if prefix and (len(inner) < len(table) or not table):
        yield prefix, table
        return
    for key, value in inner.items():
        yield from _tables(f"{prefix}.{key}" if prefix else key, value)


def _is_written(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_brief(words: str) -> bool:
    return len(words.strip()) <= BRIEF and not _PLACEHOLDER.search(words)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], template)
