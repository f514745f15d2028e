"""What an operator prints and hangs at the gates: a code of the chat and one of the mini-program."""

from __future__ import annotations

import io
from dataclasses import replace

import zxingcpp
from PIL import Image

from access.services.messages import HOME_PAGE
from adapters.db.database import PeeweeDatabase
from app import official_account
from tests.estate import build, seed_estate


def read(picture: bytes) -> str:
    with Image.open(io.BytesIO(picture)) as image:
        return str(zxingcpp.read_barcodes(image)[0].text)


def test_each_estate_and_building_has_a_code_of_the_chat(sqlite_database: PeeweeDatabase) -> None:
    wired = build(sqlite_database)
    place = seed_estate(wired.house)
    made = official_account.posters(wired.house)
    assert made[0].scene == f"e{place.estate.number}"
    assert [read(poster.image) for poster in made] == [poster.scene for poster in made]
    assert len({poster.name for poster in made}) == 3


def test_each_estate_has_a_code_of_the_mini_program_where_there_is_one(sqlite_database: PeeweeDatabase) -> None:
    wired = build(sqlite_database)
    place = seed_estate(wired.house)
    assert official_account.mini_posters(wired.house) == []
    house = replace(wired.house, policy=replace(wired.house.policy, mini_appid="wx-mini"))
    (poster,) = official_account.mini_posters(house)
    assert read(poster.image) == f"{HOME_PAGE}?scene=e{place.estate.number}"
    assert poster.name not in {other.name for other in official_account.posters(house)}
