"""Places as rows of the protocol."""

from __future__ import annotations

from typing import Any

from access.domain.places import AccessPoint
from access.domain.schedules import Schedule, Window
from hardware import wire


def point_row(point: AccessPoint) -> wire.AccessPointRow:
    return wire.AccessPointRow(
        id=point.id,
        number=point.number,
        name_zh=point.name_zh,
        name_en=point.name_en,
        methods=sorted(method.value for method in point.methods),
        relay_ms=point.relay_ms,
        building=point.building_id,
        challenge=point.challenge.value,
        face_edge_only=point.face_edge_only,
    )


def schedule_row(schedule: Schedule) -> dict[str, Any]:
    special = sorted(schedule.special_days.items())
    return {
        "weekly": [_windows(day) for day in schedule.weekly],
        "special": {day.isoformat(): _windows(windows) for day, windows in special},
    }


def _windows(windows: tuple[Window, ...]) -> list[list[int]]:
    return [[window.start, window.end] for window in windows]
