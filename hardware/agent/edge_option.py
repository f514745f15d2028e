"""Whether this machine can enrol and match faces by itself, and why not where it cannot.

The option is an install of its own (`requirements-face.txt`) and network files copied to the gate. Nothing of it is
imported where it is absent: the agent stays as small as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from access.domain.faces import Identification, Rejected

PACKAGES = ("numpy", "cv2", "onnxruntime", "ai_edge_litert")
LEAST_MEMORY_MB = 300
"""Memory that must be free before the networks are opened; docs/gates/edge-face.md has what they then take."""
NOT_SET_UP = (
    "absent: gate.toml names no [edge_face] models; who agreed to the use of the face alone uses pass or card"
)
_MEMORY = Path("/proc/meminfo")


class FaceModel(Protocol):
    """The networks, and the decrypted gallery of this gate in memory. One thread at a time."""

    @property
    def name(self) -> str:
        """Name and revision, as kept beside each reference."""
        ...

    @property
    def largest_gallery(self) -> int:
        """Most people among whom the error rate asked for holds."""
        ...

    def encode(self, picture: bytes, key: bytes) -> bytes | Rejected:
        """A reference from one enrolment sample (JPEG), strict in quality, under the gate's secret transform."""
        ...

    def one_person(self, references: Sequence[bytes]) -> bool:
        """Whether all are of one person."""
        ...

    def distinct(self, one: bytes, other: bytes) -> bool:
        """False for the same picture twice, however it was saved."""
        ...

    def hold(self, faces: Sequence[tuple[str, Sequence[bytes]]], key: bytes) -> None:
        """Replace the gallery: (name, references) each."""
        ...

    def alike(self, reference: bytes, others_than: Collection[str]) -> bool:
        """Whether somebody held, other than these names, is too near to be told apart."""
        ...

    def identify(self, frames: Sequence[bytes], candidates: Collection[str]) -> Identification:
        """Exact 1:N among these names, over the frames of one presentation; a match names the reference."""
        ...


def why_absent(models: Path | None) -> str:
    """Words for an operator; empty where the option can be had."""
    if models is None:
        return NOT_SET_UP
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return f"absent: {', '.join(missing)} not installed: pip install -r requirements-face.txt"
    if not models.is_dir():
        return f"absent: the folder {models} is missing"
    free = _free_mb()
    if free is not None and free < LEAST_MEMORY_MB:
        return f"absent: {free} MB of memory free, {LEAST_MEMORY_MB} MB needed"
    return ""


def why_unreadable(models: Path) -> str:
    """Words on a network file that is missing or altered; empty where all are the pinned ones. Opens none."""
    from hardware.agent.edge_model import check_files  # noqa: PLC0415 - loaded only where the option is used

    try:
        check_files(models)
    except RuntimeError as exc:
        return f"absent: {exc}"
    return ""


def open_model(models: Path) -> FaceModel:
    """Load the networks: a second or two, and most of the memory.

    Raises:
        RuntimeError: a network file is missing or altered, or there is no calibration; the message says which.
        ImportError: a package is there and does not load on this machine.
    """
    from hardware.agent.edge_model import GateModel  # noqa: PLC0415 - loaded only where the option is used

    return GateModel(models)


def _free_mb() -> int | None:
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)
