"""Orders as the lines a terminal understands. A closed set: there is no way to write any other command here.

Nothing that a terminal or a person typed is written but a card number, and that only after it was checked again.
The protocol's ``Shell`` is never sent.
"""

from __future__ import annotations

import re

from access.domain.errors import InvalidInput
from access.domain.terminals import Dialect
from access.services.terminals_orders import Kind, Order

_CARD = re.compile(r"[0-9A-Fa-f]{4,20}", re.ASCII)
_MOST_SECONDS = 60
"""0 would close and 255 hold open for good; neither is ever written."""
_MOST_DOOR = 4
_SECOND = 1_000


def line(order: Order, dialect: Dialect) -> str:
    """``C:<number>:<command>``. Raises InvalidInput(``terminal.order``) on what may not be written."""
    return f"C:{order.number}:{_command(order, dialect)}"


def open_door(door: int, relay_ms: int) -> str:
    """``CONTROL DEVICE``: output (01), door, lock (01), seconds; two hexadecimal digits each.

    Args:
        door: from 1.
        relay_ms: milliseconds, rounded up to whole seconds from 1 to 60.
    """
    if not 1 <= door <= _MOST_DOOR:
        raise InvalidInput("terminal.order", "no such door")
    seconds = min(max(-(-relay_ms // _SECOND), 1), _MOST_SECONDS)
    return f"CONTROL DEVICE 01{door:02X}01{seconds:02X}"


def _command(order: Order, dialect: Dialect) -> str:
    if order.kind is Kind.OPEN:
        return open_door(order.door, order.relay_ms)
    if order.kind is Kind.DROP:
        verb = "DATA DEL_USER" if dialect is Dialect.LEGACY else "DATA DELETE USERINFO"
        return f"{verb} PIN={order.pin}"
    if not _CARD.fullmatch(order.card):
        raise InvalidInput("terminal.order", "not a card number")
    verb = "DATA USER" if dialect is Dialect.LEGACY else "DATA UPDATE USERINFO"
    # no name: the terminal has no need to show whose card it is
    return f"{verb} PIN={order.pin}\tName=\tPri=0\tPasswd=\tCard={order.card}\tGrp=1\tTZ=0"
