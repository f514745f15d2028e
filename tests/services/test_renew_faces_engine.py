"""A renewal of the transform with the real networks: old and new side by side, then the new alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from access.domain.consent import Channel
from access.domain.faces import Match, NoMatch
from access.domain.renewal import Why
from access.domain.times import DAY, MINUTE
from access.services import enrol
from access.services.gallery import ConsentingGallery
from access.services.renew_faces import begin_renewal, end_due_renewals
from adapters.face.in_process import InProcessFaceEngine, build_engine
from adapters.face.options import FaceOptions
from tests.biometrics.faces import models_dir, picture
from tests.estate import Place, TestHouse, agree
from tests.services.face_life import FACE, lives, settle


@pytest.fixture
def engine(wired: TestHouse) -> Iterator[InProcessFaceEngine]:
    """Over the house's own database, with the estate's keys as the face process reads them."""

    def transforms(estate_id: str) -> list[bytes]:
        with wired.house.db.reading() as stores:
            return wired.house.keyring.face_transforms(stores, estate_id)

    options = FaceOptions(transform_keys=transforms, workers=1, candidates_s=0.0, protect_memory=False)
    source = ConsentingGallery(wired.house.db, wired.clock, wired.house.keyring)
    made = build_engine(source, models_dir(), options)
    yield made
    made.close()


@pytest.fixture
def real(wired: TestHouse, engine: InProcessFaceEngine) -> TestHouse:
    return replace(wired, house=replace(wired.house, faces=engine))


def enrolled(real: TestHouse, place: Place, name: str, file: str) -> str:
    person_id = lives(real, place, name)
    agree(real.house, place, person_id, *FACE)
    give(real, place, person_id, file)
    return person_id


def give(real: TestHouse, place: Place, person_id: str, file: str) -> None:
    enrol.enrol_face(real.house, person_id, place.estate.id, [picture(file)], Channel.PAGE)
    settle(real)


@pytest.mark.rule("L24")
@pytest.mark.slow
@pytest.mark.pictures
def test_old_and_new_transforms_work_side_by_side_until_the_day(
    real: TestHouse, place: Place, engine: InProcessFaceEngine
) -> None:
    def seen(file: str) -> str | None:
        answer = engine.identify(place.estate.id, place.gate.id, [picture(file)])
        assert isinstance(answer, Match | NoMatch)
        return answer.person_id if isinstance(answer, Match) else None

    barack = enrolled(real, place, "barack", "obama.jpg")
    joe = enrolled(real, place, "joe", "biden.jpg")
    real.clock.advance(MINUTE)
    assert begin_renewal(real.house, place.estate, Why.TRANSFORM, 7, "cli").people == 2
    assert (seen("obama2.jpg"), seen("biden.jpg")) == (barack, joe)
    real.clock.advance(MINUTE)
    give(real, place, joe, "biden.jpg")
    assert (seen("obama2.jpg"), seen("biden.jpg")) == (barack, joe)
    real.clock.advance(7 * DAY)
    assert end_due_renewals(real.house) == 1
    assert (seen("obama2.jpg"), seen("biden.jpg")) == (None, joe)
    assert (engine.holds(place.estate.id, barack), engine.holds(place.estate.id, joe)) == (False, True)
    settle(real)
    with real.house.db.reading() as stores:
        assert stores.faces.references_of(barack, place.estate.id) == []
        assert all(erasure.completed_at for erasure in stores.erasures.of_person(barack))
