"""A gate in a process of its own, made to be killed: its relay writes each firing to a file before it returns.

Usage: python -m tests.hardware.agent.killed_gate SERVER DATA FIRINGS
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from hardware import wire
from hardware.agent.agent import Agent
from hardware.agent.door import Equipment
from hardware.agent.options import AgentOptions


class FileRelay:
    """One line a firing, on the disk before `pulse` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def pulse(self, milliseconds: int) -> None:
        os.write(self._file, f"{milliseconds}\n".encode())
        os.fsync(self._file)

    def hold(self) -> None:
        raise AssertionError("nobody holds this door")

    def release(self) -> None:
        """Nothing to release."""


def main() -> None:
    server, data, firings = sys.argv[1:]

    def equip(_row: wire.AccessPointRow) -> Equipment:
        return Equipment(FileRelay(Path(firings)))

    agent = Agent(AgentOptions(server, server, Path(data), longest_pause=0.05), equip)
    agent.start()
    sys.stdout.write("up\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
