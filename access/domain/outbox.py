"""Work to be done later stands in SQL, is leased, retried, and is idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What an outbox row asks for."""

    FACE_WORK = "face_work"
    """{"enrolment"}: detect, check, encode, store the references, delete the samples, tell the person."""
    MESSAGE = "message"
    """{"person", "template", …}: tell a person something that their own act brought about."""
    FETCH_SAMPLE = "fetch_sample"
    """{"account", "media"}: fetch a picture sent in chat and put it into the enrolment."""
    ERASE = "erase"
    """{"holding"}: have one holder erase and send its receipt."""
    CERTIFICATE = "certificate"
    """{"erasure"}: all receipts are in; sign the certificate and tell the person."""


@dataclass(frozen=True, slots=True)
class Job:
    """A leased row.

    Attributes:
        key: unique; adding a row whose key stands already does nothing.
        payload: small JSON object of ids, never personal data in the clear.
        attempts: how often it was leased before.
    """

    id: int
    task: Task
    key: str
    payload: dict[str, str]
    due_at: int
    attempts: int
