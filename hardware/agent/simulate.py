"""`kaimen-agent simulate`: a gate with simulated devices, worked by typed lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from access.domain.errors import KaimenError
from access.domain.places import Method
from hardware import wire
from hardware.agent.agent import Agent
from hardware.agent.config import GateConfig
from hardware.agent.door import Equipment
from hardware.agent.keypad import Keypad
from hardware.agent.runner import options
from hardware.drivers.camera.pictures import code_in, face_frame, open_picture
from hardware.drivers.simulated.terminal import SimulatedTerminal

HELP = """card NUMBER        tap a card
keys DIGITS        type at the keypad
qr TEXT            hold up a code by its text
qr-file PATH       hold up a picture of a code
face PATH [PATH]   look at the camera with one to three pictures
exit               press the exit button
door open|close    move the door
fire on|off        the fire input
use NUMBER         stand at another access point
state              what the gate knows
quit"""
_FACE_PICTURES = 3

Say = Callable[[str], None]


class Session:
    """One simulated gate and its typed conversation."""

    def __init__(self, data: Path, config: GateConfig, say: Say) -> None:
        self._say = say
        self._terminals: dict[str, SimulatedTerminal] = {}
        self._keypads: dict[str, Keypad] = {}
        self._agent = Agent(options(data, config), self._equip)
        self._here = next(iter(self._agent.doors))
        self._acts: dict[str, Callable[[list[str]], None]] = {
            "card": lambda words: self._present(Method.CARD, words[0]),
            "qr": lambda words: self._present(Method.QR, " ".join(words)),
            "qr-file": lambda words: self._present(
                Method.QR, code_in(open_picture(Path(words[0]).read_bytes())) or "?"
            ),
            "face": self._face,
            "keys": lambda words: self._keypad.press(words[0]),
            "exit": self._exit,
            "door": lambda words: self._terminal.contact.set(words[0] == "open"),
            "fire": lambda words: self._terminal.fire_input.set(words[0] == "on"),
            "use": self._use,
            "state": lambda _: self._state(),
            "help": lambda _: self._say(HELP),
        }

    def run(self, lines: TextIO) -> None:
        """Until `quit` or the end of the input."""
        self._agent.start()
        self._say("simulated gate at work; `help` lists what can be typed")
        self._agent.link.wait_up(5.0)
        self._state()
        for line in lines:
            words = line.split()
            if words[:1] == ["quit"]:
                break
            if words:
                self._do(words)
        self._agent.close()

    @property
    def _terminal(self) -> SimulatedTerminal:
        return self._terminals[self._here]

    @property
    def _keypad(self) -> Keypad:
        return self._keypads.setdefault(self._here, self._agent.keypad(self._here))

    def _do(self, words: list[str]) -> None:
        act = self._acts.get(words[0])
        if act is None:
            self._say(f"unknown: {words[0]}; `help` lists what can be typed")
            return
        try:
            act(words[1:])
        except IndexError:
            self._say(f"{words[0]} needs something more; see `help`")
        except (KaimenError, OSError) as exc:
            self._say(str(exc))

    def _present(self, method: Method, payload: str, frames: tuple[bytes, ...] = ()) -> None:
        if method is not Method.FACE:
            self._keypad.shown()
        outcome = self._agent.present(self._here, method, payload, frames)
        verdict = "OPEN" if outcome.granted else f"DENIED {outcome.reason}"
        where = "at the gate" if outcome.offline else "by the server"
        self._say(f"{verdict}  ({outcome.ms:.0f} ms, decided {where})\n  {outcome.words.zh}\n  {outcome.words.en}")

    def _exit(self, _words: list[str]) -> None:
        for pressed in (True, False):
            self._terminal.exit_button.set(pressed)

    def _face(self, words: list[str]) -> None:
        pictures = [open_picture(Path(word).read_bytes()) for word in words[:_FACE_PICTURES]]
        if not pictures:
            raise IndexError
        self._present(Method.FACE, "", tuple(face_frame(picture) for picture in pictures))

    def _use(self, words: list[str]) -> None:
        here = [key for key, door in self._agent.doors.items() if str(door.row.number) == words[0]]
        if not here:
            known = ", ".join(str(door.row.number) for door in self._agent.doors.values())
            self._say(f"no access point {words[0]} at this gate; there are {known}")
            return
        self._here = here[0]
        self._state()

    def _state(self) -> None:
        agent, policy = self._agent, self._agent.lists.policy
        row = agent.doors[self._here].row
        link = "up" if agent.link.is_up() else f"down ({agent.link.last_error() or 'connecting'})"
        lists = "none" if policy is None else f"version {policy.head.version}"
        self._say(f"at {row.number} {row.name_zh} {row.name_en}; link {link}; lists {lists}")

    def _equip(self, row: wire.AccessPointRow) -> Equipment:
        made = self._terminals.setdefault(row.id, SimulatedTerminal())
        made.relay.on_change(
            lambda on: self._say(f"  relay {row.number} {'ENERGISED: unlocked' if on else 'released'}")
        )
        return Equipment(made.relay, made.contact, made.exit_button, made.fire_input, made.tamper, made.screen)
