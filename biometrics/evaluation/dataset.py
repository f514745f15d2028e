"""A folder of labelled pictures: whose face is in which file.

Two layouts: one folder a person, or all files in one folder named ``Name_NNNN.jpg`` as in LFW. An optional
file of aliases (CSV: ``name,same_as``) joins people whom the set lists twice; an optional file of groups
(CSV: ``name,group`` or ``file,group``) lets figures be told apart by group.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_NUMBERED = re.compile(r"^(.+?)[_-]\d+$")


class DatasetError(ValueError):
    """The folder or one of the lists cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One file, the person in it, and their group (empty when none is given)."""

    path: Path
    person: str
    group: str


def read_folder(folder: Path, aliases: Path | None = None, groups: Path | None = None) -> list[LabelledPicture]:
    """Every labelled picture, ordered by path.

    Raises:
        DatasetError: nothing there, fewer than two people, or a list that cannot be read.
    """
    same = _pairs(aliases, "name", "same_as") if aliases else {}
    grouped = _groups(groups) if groups else {}
    pictures = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        name = _person(path, folder)
        person = same.get(name, name)
        pictures.append(LabelledPicture(path, person, grouped.get(path.name, grouped.get(name, ""))))
    if len({picture.person for picture in pictures}) < 2:  # noqa: PLR2004 - comparing needs two people
        raise DatasetError(f"{folder}: pictures of at least two people are needed, found {len(pictures)} pictures")
    return pictures


def split(pictures: Sequence[LabelledPicture]) -> tuple[list[LabelledPicture], list[LabelledPicture]]:
    """Calibration and test part. A person is in one of them, by the hash of the name, on every machine alike."""
    calibration = [picture for picture in pictures if _half(picture.person) == 0]
    test = [picture for picture in pictures if _half(picture.person) == 1]
    return calibration, test


def _half(person: str) -> int:
    return hashlib.sha256(b"kaimen split\0" + person.encode()).digest()[0] & 1


def _person(path: Path, folder: Path) -> str:
    if path.parent != folder:
        return path.parent.name
    numbered = _NUMBERED.match(path.stem)
    return numbered.group(1) if numbered else path.stem


def _groups(path: Path) -> Mapping[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream), [])
    return _pairs(path, "file" if "file" in header else "name", "group")


def _pairs(path: Path, key: str, value: str) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return {row[key]: row[value] for row in csv.DictReader(stream)}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: a CSV with the columns {key},{value} is needed") from error
