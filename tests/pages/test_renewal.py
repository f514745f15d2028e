"""A renewal of faces, as the phone's pages show it."""

from __future__ import annotations

from access.domain.consent import Channel
from access.domain.people import App
from access.domain.renewal import Why
from access.domain.times import MINUTE
from access.services import enrol, register
from access.services.renew_faces import begin_renewal
from tests.estate import Place, TestHouse, agree
from tests.fakes import picture
from tests.pages.conftest import Browser
from tests.services.face_life import FACE, settle


def test_whoever_must_enrol_anew_is_told_on_the_first_page_and_may_do_it(
    wired: TestHouse, place: Place, alice: Browser
) -> None:
    person = register.find_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-of-Alice")
    assert person is not None
    agree(wired.house, place, person, *FACE)
    enrol.enrol_face(wired.house, person, place.estate.id, [picture("alice")], Channel.PAGE)
    settle(wired)
    assert 'id="selfie"' not in alice.get("/m/selfie")
    assert "重新登记" not in alice.get("/m/")
    wired.clock.advance(MINUTE)
    begin_renewal(wired.house, place.estate, Why.TRANSFORM, 30, "cli")
    assert "重新登记" in alice.get("/m/")
    page = alice.get("/m/selfie")
    assert "重新登记" in page
    assert 'id="selfie"' in page
