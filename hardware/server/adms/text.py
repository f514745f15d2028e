"""The text that ZKTeco PUSH/ADMS terminals send: tab-separated lines, never trusted. Formats only.

Whatever is sent, a reader returns checked values and leaves the rest out; nothing here raises on a line. Sources:
the dialects of `ADMSDeviceSimulator` (attendance) and the access-control records ``rtlog``.
"""

from __future__ import annotations

import re
from datetime import datetime

from access.services.terminals_ask import Asked
from access.services.terminals_log import Entry

MAX_LINE = 2_000
MAX_FIELDS = 40
MAX_RESULTS = 200
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_RESULT = re.compile(r"ID=([0-9]{1,10})&Return=(-?[0-9]{1,9})(?:&.*)?", re.ASCII)
_SHOWN = re.compile(r"[0-9A-Fa-f]{4,20}|G[12]:[0-9A-Z $%*+./:-]{1,300}", re.ASCII)
_LEAST_ATTLOG, _MOST_ATTLOG = 4, 16
_NORMAL_OPEN = 0
"""rtlog event: opened by a card or code that the terminal knows."""


def lines(text: str) -> list[str]:
    """Lines that are not empty, without their ends; longer ones than `MAX_LINE` are left out."""
    found = (line.rstrip("\r") for line in text.split("\n"))
    return [line for line in found if line.strip() and len(line) <= MAX_LINE]


def fields(line: str) -> dict[str, str]:
    """``name=value`` parts of a line, names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for part in line.split("\t")[:MAX_FIELDS]:
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value)
    return found


def attlog(line: str) -> Entry | None:
    """A line of ATTLOG: PIN, time, status, verify and, by dialect, up to twelve more fields that are not kept."""
    parts = line.split("\t")
    if not _LEAST_ATTLOG <= len(parts) <= _MOST_ATTLOG:
        return None
    pin, at, status, verify = number(parts[0]), moment(parts[1]), number(parts[2]), number(parts[3])
    if pin is None or at is None or status is None or verify is None:
        return None
    return Entry(line, at, pin, 1, True, {"status": status, "verify": verify})


def rtlog(line: str) -> Entry | None:
    """A line of rtlog: named fields. Its card number is not kept."""
    named = fields(line)
    at, event = moment(named.get("time", "")), number(named.get("event", ""))
    pin, door = number(named.get("pin", "") or "0"), number(named.get("eventaddr", "") or "1")
    if at is None or event is None or pin is None or door is None:
        return None
    return Entry(line, at, pin, door, event == _NORMAL_OPEN, {"event": event})


def asking(line: str) -> Asked | None:
    """The line of an online authorisation; None when it shows neither a card number nor a pass."""
    named = fields(line)
    shown, door = named.get("qrcode") or named.get("cardno", ""), number(named.get("eventaddr", "") or "1")
    if door is None or not _SHOWN.fullmatch(shown):
        return None
    return Asked(shown, door, line)


def results(text: str) -> list[tuple[int, int]]:
    """Number and return code of each answered command; what follows an answer (lists of INFO) is left out."""
    found = [_RESULT.fullmatch(line) for line in lines(text)]
    return [(int(one[1]), int(one[2])) for one in found if one][:MAX_RESULTS]


def moment(text: str) -> datetime | None:
    """Wall time as terminals write it, without a zone."""
    if not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - wall time: the service knows the zone
    except ValueError:
        return None
    return at if at.year >= 2000 else None  # noqa: PLR2004 - a terminal whose clock was never set


def number(text: str) -> int | None:
    """A whole number of up to nine digits."""
    return int(text) if _NUMBER.fullmatch(text) else None
