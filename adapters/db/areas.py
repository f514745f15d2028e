"""Areas of anti-passback and duress codes, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.passback import Area
from adapters.db.rows_areas import AreaRow
from adapters.db.session import Session
from adapters.db.table import Table

_AREAS = Table(AreaRow, Area)


class SqlAreas:
    """`access.stores_areas.Areas`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, area_id: str) -> Area | None:
        return _AREAS.one(self._session, "WHERE id = ?", area_id)

    def of_estate(self, estate_id: str) -> Sequence[Area]:
        return _AREAS.all(self._session, "WHERE estate_id = ? ORDER BY name_zh, id", estate_id)

    def save(self, area: Area) -> None:
        _AREAS.save(self._session, area)

    def delete(self, area_id: str) -> None:
        self._session.run("DELETE FROM area WHERE id = ?", area_id)

    def hold(self, person_id: str) -> None:
        """SQLite has one writer at a time already."""
        if self._session.postgres:
            self._session.one("SELECT id FROM person WHERE id = ? FOR NO KEY UPDATE", person_id)

    def duress_token(self, estate_id: str) -> str:
        row = self._session.one("SELECT token FROM duress_code WHERE estate_id = ?", estate_id)
        return str(row[0]) if row else ""

    def set_duress_token(self, estate_id: str, token: str) -> None:
        self._session.run("DELETE FROM duress_code WHERE estate_id = ?", estate_id)
        if token:
            self._session.run("INSERT INTO duress_code (estate_id, token) VALUES (?, ?)", estate_id, token)
