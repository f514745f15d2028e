"""Every store, bound to one transaction."""

from __future__ import annotations

from collections.abc import Callable

from adapters.db.areas import SqlAreas
from adapters.db.audit import SqlAudit
from adapters.db.challenges import SqlChallenges
from adapters.db.chats import SqlChats
from adapters.db.consents import SqlConsents
from adapters.db.credentials import SqlCredentials
from adapters.db.edge_faces import SqlEdgeFaces
from adapters.db.erasures import SqlErasures
from adapters.db.events import SqlEvents
from adapters.db.faces import SqlFaces
from adapters.db.gates import SqlGates
from adapters.db.outbox import SqlOutbox
from adapters.db.passes import SqlPasses
from adapters.db.people import SqlPeople
from adapters.db.places import SqlPlaces
from adapters.db.privacy import SqlAssessments, SqlDisclosures, SqlPlatform, SqlRights
from adapters.db.reports import SqlReports
from adapters.db.residencies import SqlResidencies
from adapters.db.session import Session
from adapters.db.staff import SqlStaff
from adapters.db.terminals import SqlTerminals


class SqlStores:
    """`access.stores.Stores`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.places = SqlPlaces(session)
        self.people = SqlPeople(session)
        self.chats = SqlChats(session)
        self.residencies = SqlResidencies(session)
        self.edge_faces = SqlEdgeFaces(session)
        self.consents = SqlConsents(session)
        self.credentials = SqlCredentials(session)
        self.faces = SqlFaces(session)
        self.challenges = SqlChallenges(session)
        self.passes = SqlPasses(session)
        self.gates = SqlGates(session)
        self.terminals = SqlTerminals(session)
        self.events = SqlEvents(session)
        self.outbox = SqlOutbox(session)
        self.areas = SqlAreas(session)
        self.erasures = SqlErasures(session)
        self.audit = SqlAudit(session)
        self.staff = SqlStaff(session)
        self.assessments = SqlAssessments(session)
        self.disclosures = SqlDisclosures(session)
        self.rights = SqlRights(session)
        self.platform = SqlPlatform(session)
        self.reports = SqlReports(session)

    def on_commit(self, call: Callable[[], None]) -> None:
        """Call after the commit; never after a rollback."""
        self._session.after_commit.append(call)
