"""Places as rows of the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from access.domain.passback import Area, PassbackMode
from access.domain.places import AccessPoint
from access.domain.schedules import Schedule, Window
from hardware import wire


def point_row(point: AccessPoint, areas: Sequence[Area] = (), duress: str = "") -> wire.AccessPointRow:
    """An access point, with the estate's areas and the keyed hash of its duress code."""
    return wire.AccessPointRow(
        id=point.id,
        number=point.number,
        name_zh=point.name_zh,
        name_en=point.name_en,
        methods=sorted(method.value for method in point.methods),
        relay_ms=point.relay_ms,
        building=point.building_id,
        challenge=point.challenge.value,
        areas=[row for area in areas if (row := _area_row(area, point.id)) is not None],
        duress=duress,
        face_edge_only=point.face_edge_only,
    )


def _area_row(area: Area, access_point_id: str) -> wire.AreaRow | None:
    """None where the access point is not of the area, or nothing is watched there."""
    leads = area.leads(access_point_id)
    if leads is None or area.mode is PassbackMode.OFF:
        return None
    return wire.AreaRow(area.id, leads.value, area.forgive_minutes, area.nightly, area.reset_at)


def schedule_row(schedule: Schedule) -> dict[str, Any]:
    special = sorted(schedule.special_days.items())
    return {
        "weekly": [_windows(day) for day in schedule.weekly],
        "special": {day.isoformat(): _windows(windows) for day, windows in special},
    }


def _windows(windows: tuple[Window, ...]) -> list[list[int]]:
    return [[window.start, window.end] for window in windows]
