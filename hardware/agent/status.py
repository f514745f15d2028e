"""`state.json` in the data folder: what a running agent last said of itself, for `kaimen-agent status`."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from hardware.agent.agent import Agent

_FILE = "state.json"


class DoorState(Struct, frozen=True):
    number: int
    name_zh: str
    name_en: str
    mode: str
    open: bool | None
    fire: bool


class State(Struct, frozen=True):
    """What an agent says of itself.

    Attributes:
        wall: the machine's clock when written, milliseconds.
        at: trusted instant or None.
        edge_face: words on matching faces at this gate.
    """

    pid: int
    gate: str
    server: str
    wall: int
    at: int | None
    link_up: bool
    link_error: str
    list_version: int | None
    fresh_until: int | None
    offline_until: int | None
    cards: int
    buffered: int
    lost: int
    doors: list[DoorState]
    edge_face: str = ""


def of(agent: Agent, wall: int) -> State:
    """The state of an agent now."""
    policy = agent.lists.policy
    return State(
        pid=os.getpid(),
        gate=agent.identity.claim.gate_id,
        server=agent.options.server,
        wall=wall,
        at=agent.clock.now(),
        link_up=agent.link.is_up(),
        link_error=agent.link.last_error(),
        list_version=None if policy is None else policy.head.version,
        fresh_until=None if policy is None else policy.head.fresh_until,
        offline_until=None if policy is None else policy.head.offline_until,
        cards=agent.lists.counts().get("cards", 0),
        buffered=agent.events.buffered(),
        lost=agent.events.lost(),
        doors=[
            DoorState(d.row.number, d.row.name_zh, d.row.name_en, d.mode.value, d.is_open(), d.fire_active())
            for d in agent.doors.values()
        ],
        edge_face=agent.edge.words(),
    )


def write(data: Path, state: State) -> None:
    """Whole or not at all; need not survive a power cut."""
    fresh = data / f"{_FILE}.new"
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(data / _FILE)


def read(data: Path) -> State | None:
    """What was last written; None when nothing was, or it cannot be read."""
    try:
        return msgspec.json.decode((data / _FILE).read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return None
