"""The chaos run's gate: the simulated gate with a witness at each door, and a clock that can be made to jump.

Usage: python -m benchmarks.chaos.gate PORT SERVER LINK DATA CLAIM_FILE WITNESS

The witness writes a line before a relay is energised, so a kill at any point can make it say one firing too many,
never one too few.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from flask import Flask, request
from werkzeug.serving import make_server

from hardware.agent.clock import since_boot
from hardware.agent.door import Door
from standins.gate.app import create_app
from standins.gate.claiming import ensure_claimed
from standins.gate.options import GateSimOptions
from standins.gate.station import Station

JUMP = "/chaos/jump"


class JumpingTicks:
    """Milliseconds since boot, as a broken clock tells them."""

    def __init__(self) -> None:
        self.jump = 0

    def __call__(self) -> int:
        return since_boot() + self.jump


class WitnessedDoor(Door):
    """A door that writes down what it is fired for, and when (Unix milliseconds of the true clock)."""

    witness = -1

    def fire(self, event: str, relay_ms: int) -> None:
        os.write(self.witness, f"{event} {int(time.time() * 1000)}\n".encode())
        super().fire(event, relay_ms)


def main() -> None:
    port, server, link, data, claim_file, witness = sys.argv[1:]
    WitnessedDoor.witness = os.open(witness, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    options = GateSimOptions(server, link, Path(data), port=int(port), claim_code_file=Path(claim_file))
    ensure_claimed(options)
    ticks = JumpingTicks()
    station = Station(options, ticks)
    for door in station.agent.doors.values():
        door.__class__ = WitnessedDoor
    app = create_app(station)
    _add_jump(app, ticks)
    listening = make_server(options.host, options.port, app, threaded=True)
    station.start()
    listening.serve_forever()


def _add_jump(app: Flask, ticks: JumpingTicks) -> None:
    @app.post(JUMP)
    def jump() -> dict[str, int]:
        ticks.jump += int(request.json["milliseconds"])
        return {"jump": ticks.jump}


if __name__ == "__main__":
    main()
