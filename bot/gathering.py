"""Gather what the conversation must know, once per message, through the services."""

from __future__ import annotations

from access.domain.consent import Channel
from access.domain.errors import NotFound
from access.domain.places import Household
from access.domain.times import local
from access.services.chat_standing import Place, find_place
from access.services.consents import current_notice
from access.services.house import House
from access.services.register import find_household
from bot.facts import Facts
from bot.heard import Arrived, Heard, Said
from bot.household import spellings
from bot.state import State, Step

_NO_ESTATE_TIMEZONE = "Asia/Shanghai"


def gather(house: House, account: str, state: State, heard: Heard, created: int) -> Facts:
    """The world as this message finds it."""
    scene = heard.scene if isinstance(heard, Arrived) else ""
    place = find_place(house, account, scene, state.estate_id, state.building_id)
    timezone = place.estate.timezone if place.estate else _NO_ESTATE_TIMEZONE
    return Facts(
        created=created,
        today=local(house.clock.now(), timezone).date(),
        url=house.policy.public_url,
        estate=place.estate,
        building=place.building,
        notice_hash=_notice_hash(house, place),
        household=_household(house, place, state, heard),
        standing=place.standing,
        scanned=place.scanned,
        selfie_in_chat=Channel.CHAT.value in house.policy.photo_channels,
    )


def _notice_hash(house: House, place: Place) -> str:
    if place.estate is None:
        return ""
    try:
        return current_notice(house, place.estate.id).hash
    except NotFound:
        return ""


def _household(house: House, place: Place, state: State, heard: Heard) -> Household | None:
    if place.estate is None or state.step is not Step.HOUSEHOLD or not isinstance(heard, Said):
        return None
    building = place.building.name_zh if place.building else ""
    written = spellings(heard.text, building)
    found = (find_household(house, place.estate.id, spelling) for spelling in written)
    return next((household for household in found if household is not None), None)
