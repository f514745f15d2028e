"""Why personal data is read: a closed list, each read recorded (law L13, L19). Marketing is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReadPurpose(StrEnum):
    SHOW_TO_SUBJECT = "show_to_subject"
    """The person looks at their own data."""
    DECIDE_RESIDENCY = "decide_residency"
    MANAGE_RESIDENTS = "manage_residents"
    HANDLE_INCIDENT = "handle_incident"
    SEND_SERVICE_MESSAGE = "send_service_message"
    """Deliver a message that the person's own act brought about."""
    HOST_VISITOR = "host_visitor"
    """Show a visitor's name to the resident who invited, or on the visitor's own pass."""
    GUARDIAN = "guardian"
    """Show a child under fourteen to the adult of the household who answers for them."""
    RIGHTS_REQUEST = "rights_request"
    DISCLOSURE = "disclosure"
    """A single case of an authority, with two approvers."""


@dataclass(frozen=True, slots=True)
class Look:
    """A read of a person's data, shown to that person.

    Attributes:
        reader: ``staff:<id>``, ``person:<id>`` or ``job``.
        fields: names of the fields that were decrypted.
    """

    id: str
    at: int
    person_id: str
    reader: str
    purpose: ReadPurpose
    fields: tuple[str, ...]
