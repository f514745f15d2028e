"""Getting the simulated device claimed: waits for the code and for the server, then asks once."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import click

from access.domain.errors import ExternalSystemError
from hardware.agent import identity, server
from hardware.agent.server import Refused
from standins.gate.options import GateSimOptions

_AGAIN_SECONDS = 0.3
_CODE = "claimed-with"
_DEVICE_FILES = ("device.key", "*.json", "journal.*", "lists.*", "log_epoch", "lock", _CODE)


def ensure_claimed(options: GateSimOptions) -> None:
    """Claim unless the folder holds a gate claimed with this code (or no code is given).

    Another code means another estate or a fresh database: the old device's folder is emptied first.

    Raises:
        click.ClickException: no code came, the code was refused, or the server did not answer in time.
    """
    deadline = time.monotonic() + options.claim_seconds
    wants_code = bool(options.claim_code or options.claim_code_file)
    if not wants_code and identity.is_claimed(options.data):
        return
    if not wants_code:
        raise click.ClickException("this gate is not claimed: give --claim-code or --claim-code-file")
    code = options.claim_code or _code_from(options.claim_code_file, deadline)
    if identity.is_claimed(options.data) and _known(options) == _digest(code):
        return
    _empty(options.data)
    _claim(options, code, deadline)
    identity.write_private(options.data / _CODE, _digest(code).encode("ascii"))


def _code_from(path: Path | None, deadline: float) -> str:
    while path is not None and time.monotonic() < deadline:
        if path.exists() and (code := path.read_text(encoding="utf-8").strip()):
            return code
        time.sleep(_AGAIN_SECONDS)
    raise click.ClickException(f"no claim code came in {path}")


def _claim(options: GateSimOptions, code: str, deadline: float) -> None:
    while True:
        try:
            server.claim(options.server, options.data, code)
        except Refused as exc:
            if exc.permanent:
                raise click.ClickException(f"the server refused the claim code ({exc.code})") from exc
            last: ExternalSystemError = exc
        except ExternalSystemError as exc:
            last = exc
        else:
            return
        if time.monotonic() > deadline:
            raise click.ClickException(f"no answer from {options.server}: {last}")
        time.sleep(_AGAIN_SECONDS)


def _empty(data: Path) -> None:
    """Remove the old device, and nothing else that may lie in the folder."""
    for pattern in _DEVICE_FILES:
        for path in data.glob(pattern):
            path.unlink()


def _known(options: GateSimOptions) -> str:
    path = options.data / _CODE
    return path.read_text(encoding="ascii") if path.exists() else ""


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
