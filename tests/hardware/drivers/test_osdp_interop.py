"""The reader that our OSDP driver is tested against speaks with a control panel of another author too.

So what the driver's tests show is OSDP v2 with secure channel, not two ends of one library that agree on a mistake.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.hardware.drivers.osdp_line import LibosdpReader, wiegand26

_PYTHON = Path(".venv/osdp-peer/bin/python")
_PEER = Path(__file__).with_name("osdp_peer.py")
_MASTER = bytes(range(16, 32))
_UID = bytes.fromhex("beba0100afbeadde")
"""Client UID of libosdp's peripheral."""


@dataclass
class _Peer:
    process: subprocess.Popen[str]

    def heard(self) -> dict[str, Any]:
        """The next line; the process ends by itself when the reader does not answer."""
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def ask(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


def _key_of(master: bytes, uid: bytes) -> bytes:
    """The reader's key as OSDP derives it: AES-128 of the UID and its complement (IEC 60839-11-5, SCBK)."""
    encrypt = Cipher(algorithms.AES(master), modes.ECB()).encryptor()
    return encrypt.update(uid + bytes(255 - byte for byte in uid)) + encrypt.finalize()


@pytest.fixture
def line() -> Iterator[tuple[LibosdpReader, _Peer]]:
    if not _PYTHON.exists():
        pytest.skip("the other author's panel is not installed: make osdp-peer")
    reader = LibosdpReader(_key_of(_MASTER, _UID))
    command = [str(_PYTHON), str(_PEER), reader.port, _MASTER.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield reader, _Peer(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
    reader.close()


def test_card_keys_and_relay_through_the_other_panels_secure_channel(line: tuple[LibosdpReader, _Peer]) -> None:
    reader, peer = line
    assert peer.heard() == {"secure": True, "cuid": _UID.hex()}
    card = wiegand26(123, 45678)
    reader.show_card(card, 26)
    assert peer.heard() == {"card": card.hex(), "bits": 26}
    reader.type(b"47\x7f")
    assert peer.heard() == {"keys": b"47\x7f".hex()}
    peer.ask("open")
    assert peer.heard() == {"opened": True}
    command = reader.commands.get(timeout=10)
    assert (command["output_no"], command["control_code"], command["timer_count"]) == (0, 5, 20)
