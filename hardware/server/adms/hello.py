"""What a terminal is told when it begins: how often to poll, what to send, what time it is."""

from __future__ import annotations

from datetime import datetime

from access.domain.terminals import Dialect, Terminal
from access.domain.times import MINUTE, SECOND, local

POLL_SECONDS = 2
"""An open lives eight seconds: a terminal that polls every two fetches it in time."""
RETRY_SECONDS = 30
_WANTED = {
    Dialect.LEGACY: "1000000000",
    Dialect.PUSH2: "1000000000",
    Dialect.BIODATA: "TransData AttLog",
}
"""The log of passages alone: no pictures, no templates, no users."""


def options(terminal: Terminal, timezone: str, now: int) -> str:
    """The answer to ``GET cdata?options=all``."""
    return "\n".join(
        [
            f"GET OPTION FROM: {terminal.serial}",
            f"ATTLOGStamp={terminal.stamp or 'None'}",
            "OPERLOGStamp=9999",
            "ATTPHOTOStamp=None",
            f"ErrorDelay={RETRY_SECONDS}",
            f"Delay={POLL_SECONDS}",
            "TransTimes=00:00;12:00",
            "TransInterval=1",
            f"TransFlag={_WANTED[terminal.dialect]}",
            f"TimeZone={_zone(timezone, now)}",
            "Realtime=1",
            "Encrypt=None",
            "",
        ]
    )


def clock(timezone: str, now: int) -> str:
    """The answer to ``GET rtdata?type=time``: UTC in packed seconds (months of 31 days), and the zone."""
    moment = local(now, "UTC")
    days = ((moment.year - 2000) * 12 + moment.month - 1) * 31 + moment.day - 1
    packed = ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
    return f"DateTime={packed},ServerTZ={local(now, timezone):%z}"


def _zone(timezone: str, now: int) -> str:
    """Whole hours where that is enough, else minutes, as the protocol has it."""
    minutes = _offset(local(now, timezone))
    return str(minutes // 60) if minutes % 60 == 0 else str(minutes)


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND // MINUTE
