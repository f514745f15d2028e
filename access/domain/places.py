"""Estate, building, household (a dwelling), access point and access rule (ONVIF, IEC 60839-11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.challenges import ChallengeRule
from access.domain.errors import InvalidInput


class Method(StrEnum):
    """How a person asks to enter."""

    QR = "qr"
    CARD = "card"
    FACE = "face"
    FACE_EDGE = "face_edge"
    """A face that the gate itself matched with a reference that never left it; wherever face is taken."""
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Estate:
    """A housing estate.

    Attributes:
        number: 1 to 65535, what a pass carries for the estate.
        timezone: IANA name; schedules are in this wall time.
        processor: who runs the service, as the notice must name it.
        contact: how to reach the processor about personal data.
        face_enabled: whether the estate offers face at all (needs a current impact assessment).
    """

    id: str
    number: int
    name_zh: str
    name_en: str
    timezone: str
    processor: str
    contact: str
    face_enabled: bool = False


@dataclass(frozen=True, slots=True)
class Building:
    id: str
    estate_id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Household:
    """A dwelling, the only address that is kept. `label` is what residents write, such as ``1-301``."""

    id: str
    estate_id: str
    building_id: str
    label: str


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A gate, barrier or door.

    Attributes:
        number: 1 to 65535, unique in the estate.
        building_id: the building whose door this is; None for the estate's own gates.
        methods: what it takes. Face alone cannot be built (law L1).
        relay_ms: how long the relay is held, milliseconds.
        face_claim: a face is compared only with the holder of a card or pass shown just before (1:1), never
            with everybody who may enter here (1:N).
        face_edge_only: no picture of a face leaves the gate; whom it does not know itself uses a pass or card.
        challenge: the movement that a face must show here.
    """

    id: str
    estate_id: str
    number: int
    name_zh: str
    name_en: str
    building_id: str | None
    methods: frozenset[Method]
    relay_ms: int = 3_000
    face_claim: bool = False
    challenge: ChallengeRule = ChallengeRule.NONE
    face_edge_only: bool = False

    def __post_init__(self) -> None:
        if self.face_edge_only and self.challenge is not ChallengeRule.NONE:
            raise InvalidInput(
                "access_point.edge_challenge",
                "a movement is judged by the service, so it cannot be asked for where no picture leaves the gate",
                field="face_edge_only",
            )
        if not self.methods & {Method.QR, Method.CARD}:
            raise InvalidInput(
                "access_point.face_only",
                "an access point must take a QR pass or a card: face is never the only way in",
                field="methods",
            )


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may use an access point, and when: residents of `building_id`, or of the whole estate when None."""

    id: str
    estate_id: str
    access_point_id: str
    schedule_id: str
    building_id: str | None
