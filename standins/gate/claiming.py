"""Getting the simulated device claimed: waits for the code and for the server, then asks once."""

from __future__ import annotations

import time
from pathlib import Path

import click

from access.domain.errors import ExternalSystemError
from hardware.agent import identity, server
from hardware.agent.clock import TrustedClock
from hardware.agent.server import Refused
from standins.gate.options import GateSimOptions

_AGAIN_SECONDS = 0.3
_DEVICE_FILES = ("device.key", "*.json", "journal.*", "lists.*", "edge.*", "log_epoch", "lock")


def ensure_claimed(options: GateSimOptions) -> None:
    """Claim, unless the folder holds a gate that the server still knows.

    A gate that the server does not know (a fresh database) is claimed anew with the code.

    Raises:
        click.ClickException: no code came, the code was refused, or the server did not answer in time.
    """
    deadline = time.monotonic() + options.claim_seconds
    if identity.is_claimed(options.data) and _still_known(options, deadline):
        return
    if not options.claim_code and options.claim_code_file is None:
        raise click.ClickException("this gate is not claimed: give --claim-code or --claim-code-file")
    code = options.claim_code or _code_from(options.claim_code_file, deadline)
    _empty(options.data)
    _claim(options, code, deadline)


def _still_known(options: GateSimOptions, deadline: float) -> bool:
    """Ask for a token. With no answer in time the gate starts as it is: offline, as a real one would."""
    asked = server.Server(options.server, identity.load(options.data), TrustedClock(None))
    try:
        while True:
            try:
                asked.bearer()
            except Refused as exc:
                if exc.permanent:
                    return False
            except ExternalSystemError:
                pass
            else:
                return True
            if time.monotonic() > deadline:
                return True
            time.sleep(_AGAIN_SECONDS)
    finally:
        asked.close()


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
