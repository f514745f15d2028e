"""Setting up the official account: its menu, and the QR codes that hang at the estate's gates."""

from __future__ import annotations

from dataclasses import dataclass

from access.services.house import House
from bot.menu import buttons


@dataclass(frozen=True, slots=True)
class Poster:
    """A QR code to print.

    Attributes:
        scene: what a scan tells the bot: the estate, and the building where one is named.
        image: as WeChat made it.
    """

    scene: str
    title: str
    image: bytes


def publish_menu(house: House) -> None:
    """Set the account's menu. Raises ExternalSystemError."""
    house.wechat.set_menu(buttons(house.policy.public_url))


def posters(house: House) -> list[Poster]:
    """A permanent QR code for each estate and each of its buildings. Raises ExternalSystemError."""
    with house.db.reading() as stores:
        wanted = [
            (f"e{estate.number}{f'b{building.id}' if building else ''}", estate, building)
            for estate in stores.places.estates()
            for building in (None, *stores.places.buildings(estate.id))
        ]
    return [
        Poster(scene, estate.name_zh + (f" {building.name_zh}" if building else ""), house.wechat.estate_qr(scene))
        for scene, estate, building in wanted
    ]
