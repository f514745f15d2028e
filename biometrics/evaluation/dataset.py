"""A folder of labelled pictures: whose face is in which file.

Two layouts: one folder a person (folders inside it are that person's too), or all files in one folder named
``Name_0001.jpg`` as in LFW, ``Name-1.jpg``, ``Name 1.jpg`` or ``Name (1).jpg``. Folders that hold nothing but one
folder are passed through. An optional file of aliases (CSV: ``name,same_as``) joins people whom the set lists
twice; an optional file of groups (CSV: ``name,group`` or ``file,group``) lets figures be told apart by group.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"}
"""What the pipeline reads."""
CONVERTED = {".bmp", ".gif", ".pgm", ".ppm", ".tif", ".tiff"}
"""Still pictures of research sets; turned into PNG before the pipeline sees them."""
REFUSED = {".heic", ".heif", ".avif"}
"""Listed all the same, so that the report counts their refusal."""
_NUMBERED = re.compile(r"^(.+?)[ _.-]*(?:[_ .-]\d+|\(\d+\))$")


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
    base = _base(folder)
    pictures = []
    for path in sorted(base.rglob("*")):
        if path.suffix.lower() not in SUFFIXES | CONVERTED | REFUSED or not path.is_file() or _hidden(path, base):
            continue
        name = _person(path, base)
        person = same.get(name, name)
        group = grouped.get(path.name) or grouped.get(path.relative_to(base).as_posix()) or grouped.get(name, "")
        pictures.append(LabelledPicture(path, person, group))
    people = len({picture.person for picture in pictures})
    if people < 2:  # noqa: PLR2004 - comparing needs two people
        raise DatasetError(
            f"{folder}: pictures of at least two people are needed, found {len(pictures)} pictures of {people}. "
            "Make one folder a person, or name the files Name_0001.jpg"
        )
    return pictures


def split(pictures: Sequence[LabelledPicture]) -> tuple[list[LabelledPicture], list[LabelledPicture]]:
    """Calibration and test part. A person is in one of them, by the hash of the name, on every machine alike."""
    calibration = [picture for picture in pictures if _half(picture.person) == 0]
    test = [picture for picture in pictures if _half(picture.person) == 1]
    return calibration, test


def _half(person: str) -> int:
    return hashlib.sha256(b"kaimen split\0" + person.encode("utf-8", "surrogateescape")).digest()[0] & 1


def _base(folder: Path) -> Path:
    """Down through folders that hold nothing but one folder."""
    while True:
        inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        if not any(path.is_dir() for path in inside[0].iterdir()) and not any(
            _NUMBERED.match(path.stem) for path in inside[0].iterdir()
        ):
            return folder
        folder = inside[0]


def _hidden(path: Path, base: Path) -> bool:
    """Thumbnails and the like that systems leave behind (``.DS_Store``, ``__MACOSX``, ``@eaDir``)."""
    return any(part.startswith((".", "__MACOSX", "@eaDir")) for part in path.relative_to(base).parts)


def _person(path: Path, base: Path) -> str:
    inside = path.relative_to(base).parts
    if len(inside) > 1:
        return inside[0]
    numbered = _NUMBERED.match(path.stem)
    return numbered.group(1) if numbered else path.stem


def _groups(path: Path) -> Mapping[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader(stream), [])
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: a CSV with the columns name,group or file,group is needed") from error
    return _pairs(path, "file" if "file" in header else "name", "group")


def _pairs(path: Path, key: str, value: str) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return {row[key]: row[value] or "" for row in csv.DictReader(stream)}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: a CSV with the columns {key},{value} is needed") from error
