"""A folder of labelled pictures: whose face is in which file.

Two layouts: one folder a person (folders inside it are that person's too), or all files in one folder named
``Name_0001.jpg`` as in LFW, ``Name-1.jpg``, ``Name 1.jpg`` or ``Name (1).jpg``. Folders that hold nothing but one
folder are passed through, and so are parts of a set (``train``, ``test``, ``gallery``, ``probe`` …) where there is
nothing but such folders: somebody who is in two parts is one person. An optional file of aliases (CSV:
``name,same_as``) joins people whom the set lists twice; an optional file of groups (CSV: ``name,group`` or
``file,group``) lets figures be told apart by group.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biometrics.models import sha256

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"}
"""What the pipeline reads."""
CONVERTED = {".bmp", ".gif", ".pgm", ".ppm", ".tif", ".tiff"}
"""Still pictures of research sets; turned into PNG before the pipeline sees them."""
REFUSED = {".heic", ".heif", ".avif"}
"""Listed all the same, so that the report counts their refusal."""
PARTS = frozenset(
    {"train", "training", "test", "testing", "val", "valid", "validation", "gallery", "probe", "probes", "query"}
)
"""Names of folders that are parts of a set, and no people."""
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
    paths = [path for path in sorted(base.rglob("*")) if _is_picture(path, base)]
    in_parts = all(_in_part(path, base) for path in paths)
    for path in paths:
        inside = path.relative_to(base).parts
        name = _person(path, inside[1:] if in_parts else inside)
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


@dataclass(frozen=True, slots=True)
class Copies:
    """A set without copies of its own files.

    Attributes:
        pictures: each file of a person once.
        left_out: how many files were byte for byte another one of the same person.
        misnamed: how many files stand under another person's name as well; they are kept.
    """

    pictures: list[LabelledPicture]
    left_out: int
    misnamed: int


def without_copies(pictures: Sequence[LabelledPicture]) -> Copies:
    """A file compared with its own copy always matches and would flatter the figures; so each counts once."""
    kept: list[LabelledPicture] = []
    owners: dict[str, set[str]] = {}
    left_out = 0
    for picture in pictures:
        if not picture.path.stat().st_size:  # no picture, and no copy of one
            kept.append(picture)
            continue
        people = owners.setdefault(sha256(picture.path), set())
        if picture.person in people:
            left_out += 1
            continue
        people.add(picture.person)
        kept.append(picture)
    return Copies(kept, left_out, sum(len(people) for people in owners.values() if len(people) > 1))


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


def _is_picture(path: Path, base: Path) -> bool:
    return path.suffix.lower() in SUFFIXES | CONVERTED | REFUSED and path.is_file() and not _hidden(path, base)


def _in_part(path: Path, base: Path) -> bool:
    inside = path.relative_to(base).parts
    return len(inside) > 1 and inside[0].lower() in PARTS


def _person(path: Path, inside: Sequence[str]) -> str:
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
