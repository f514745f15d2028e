"""How many faces are told apart at each access point, from how many on a card or pass is asked for first, and whose
faces were made by another model than the one in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from access.domain.errors import ExternalSystemError
from access.domain.places import AccessPoint, Method
from access.domain.renewal import FaceRenewal
from access.services.gallery import ConsentingGallery
from access.services.house import House


@dataclass(frozen=True, slots=True)
class FacePlace:
    """One access point that takes faces.

    Attributes:
        people: with a face in use and a right here: the candidates of one presentation.
        by_claim: a card or pass comes first, because staff set it so or because there are too many people.
    """

    point: AccessPoint
    people: int
    by_claim: bool


@dataclass(frozen=True, slots=True)
class OlderFaces:
    """People whose references were all made by a model that encodes no more.

    Attributes:
        compared: the face process still compares them; where it does not, these people are not recognised.
        asked_until: a renewal goes on, in which they may give a new sample until then; None where none does.
    """

    model: str
    people: int
    compared: bool
    asked_until: int | None = None


@dataclass(frozen=True, slots=True)
class FacePlaces:
    """An estate's access points that take faces.

    Attributes:
        largest: most people among whom the configured error rate holds; None when the face process is away.
        older: faces of earlier models; empty when the face process is away.
    """

    places: tuple[FacePlace, ...]
    largest: int | None
    older: tuple[OlderFaces, ...] = ()


def face_places(house: House, estate_id: str) -> FacePlaces | None:
    """Access points by number; None where the estate does not offer face."""
    with house.db.reading() as stores:
        estate = stores.places.estate(estate_id)
        renewals = [one for one in stores.faces.renewals(estate_id) if one.ended_at is None]
        points = [point for point in stores.places.access_points(estate_id) if Method.FACE in point.methods]
    if estate is None or not estate.face_enabled:
        return None
    gallery = ConsentingGallery(house.db, house.clock, house.keyring)
    by_model, largest = gallery.people_by_model(estate_id), _largest(house)
    older = _older(house, by_model, renewals) if largest is not None else ()
    unread = {one.model for one in older if not one.compared}
    people = frozenset().union(*(found for model, found in by_model.items() if model not in unread))
    found = []
    for point in sorted(points, key=lambda point: point.number):
        candidates = len(people & gallery.candidates(estate_id, point.id))
        too_many = largest is not None and candidates > largest
        found.append(FacePlace(point, candidates, point.face_claim or too_many))
    return FacePlaces(tuple(found), largest, older)


def _largest(house: House) -> int | None:
    try:
        return house.faces.largest_gallery()
    except ExternalSystemError:
        return None


def _older(
    house: House, by_model: Mapping[str, frozenset[str]], renewals: Sequence[FaceRenewal]
) -> tuple[OlderFaces, ...]:
    """By name; nothing where the face process went away meanwhile."""
    try:
        now, compared = house.faces.model(), house.faces.compares()
    except ExternalSystemError:
        return ()
    renewed = by_model.get(now, frozenset())
    counts = {model: len(people - renewed) for model, people in sorted(by_model.items()) if model != now}
    return tuple(
        OlderFaces(
            model,
            count,
            model in compared,
            min((one.until for one in renewals if one.keeps_model != model), default=None),
        )
        for model, count in counts.items()
        if count
    )
