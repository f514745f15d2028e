"""Access events, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.events import AccessEvent, Opening
from access.domain.reasons import Reason
from adapters.db.rows_gates import AccessEventRow
from adapters.db.session import Session
from adapters.db.table import Table

_EVENTS = Table(AccessEventRow, AccessEvent)


class SqlEvents:
    """`access.stores.Events`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, event: AccessEvent) -> bool:
        return _EVENTS.insert_once(self._session, event)

    def overrule(self, event: AccessEvent) -> bool:
        replaced = _EVENTS.update(
            self._session,
            event,
            "id = ? AND gate_id = ? AND access_point_id = ? AND granted = ?",
            event.id,
            event.gate_id,
            event.access_point_id,
            False,
        )
        return replaced == 1

    def get(self, event_id: str) -> AccessEvent | None:
        return _EVENTS.one(self._session, "WHERE id = ?", event_id)

    def set_opening(self, event_id: str, opening: Opening, at: int) -> None:
        """A denial opens nothing, and what has opened stays opened, whatever is reported late."""
        self._session.run(
            "UPDATE access_event SET opening = ?, opened_at = ? WHERE id = ? AND opening NOT IN (?, ?)",
            opening.value,
            at if opening is Opening.OPENED else None,
            event_id,
            Opening.NONE.value,
            Opening.OPENED.value,
        )

    def of_person(self, person_id: str, since: int, limit: int) -> Sequence[AccessEvent]:
        """Newest first."""
        return _EVENTS.all(
            self._session, "WHERE person_id = ? AND at >= ? ORDER BY at DESC, id LIMIT ?", person_id, since, limit
        )

    def of_estate(self, estate_id: str, since: int, limit: int) -> Sequence[AccessEvent]:
        """Newest first."""
        return _EVENTS.all(
            self._session, "WHERE estate_id = ? AND at >= ? ORDER BY at DESC, id LIMIT ?", estate_id, since, limit
        )

    def search(
        self,
        estate_id: str,
        since: int,
        until: int,
        access_point_id: str | None,
        granted: bool | None,
        offset: int,
        limit: int,
        passed_back: bool = False,
    ) -> Sequence[AccessEvent]:
        where, values = "WHERE estate_id = ? AND at >= ? AND at < ?", [estate_id, since, until]
        if access_point_id is not None:
            where, values = f"{where} AND access_point_id = ?", [*values, access_point_id]
        if granted is not None:
            where, values = f"{where} AND granted = ?", [*values, granted]
        if passed_back:
            marked = "(passed_back = ? OR reason = ?)"
            where, values = f"{where} AND {marked}", [*values, True, Reason.PASSED_BACK.value]
        order = "ORDER BY at DESC, id LIMIT ? OFFSET ?"
        return _EVENTS.all(self._session, f"{where} {order}", *values, limit, offset)

    def delete_before(self, estate_id: str, at: int) -> int:
        """The number of events; what the estate's gates logged before goes with them."""
        self._session.run(
            "DELETE FROM gate_event WHERE at < ? AND gate_id IN (SELECT id FROM gate WHERE estate_id = ?)",
            at,
            estate_id,
        )
        return self._session.run("DELETE FROM access_event WHERE estate_id = ? AND at < ?", estate_id, at)
