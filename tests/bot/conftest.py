"""The chat's door over real stores, real texts and fakes at the other ports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from access.services.consents import current_notice
from access.services.house import House
from adapters.db.database import PeeweeDatabase
from adapters.texts.toml_texts import TomlTexts, load
from tests.bot.phone import Phone, WeChatServer, chat_app
from tests.estate import Place, TestHouse, build, seed_estate

MESSAGES = Path(__file__).parents[2] / "templates" / "messages"


@dataclass(frozen=True)
class Town:
    """A wired house, its estate, and WeChat in front of it."""

    wired: TestHouse
    house: House
    place: Place
    wechat: WeChatServer

    def phone(self, openid: str = "oAlice") -> Phone:
        return Phone(self.wechat, openid)

    def house_notice(self) -> str:
        """Hash of the notice in force."""
        return current_notice(self.house, self.place.estate.id).hash


@pytest.fixture(scope="session")
def texts() -> TomlTexts:
    return load(MESSAGES)


@pytest.fixture
def town(sqlite_database: PeeweeDatabase, texts: TomlTexts) -> Town:
    return make_town(sqlite_database, texts)


def make_town(database: PeeweeDatabase, texts: TomlTexts) -> Town:
    wired = build(database)
    house = replace(wired.house, texts=texts)
    return Town(wired, house, seed_estate(house), WeChatServer(chat_app(house), wired.clock))
