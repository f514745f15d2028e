"""Setting up WeChat: the official account's menu, and the codes that hang at the estate's gates."""

from __future__ import annotations

from dataclasses import dataclass

from access.services.house import House
from access.services.messages import HOME_PAGE
from bot.menu import buttons


@dataclass(frozen=True, slots=True)
class Poster:
    """A code to print.

    Attributes:
        name: of the file.
        scene: what a scan tells the bot: the estate, and the building where one is named.
        image: as WeChat made it.
    """

    name: str
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
        Poster(
            scene,
            scene,
            estate.name_zh + (f" {building.name_zh}" if building else ""),
            house.wechat.estate_qr(scene),
        )
        for scene, estate, building in wanted
    ]


def mini_posters(house: House) -> list[Poster]:
    """A code of the mini-program for each estate, none without a mini-program. Raises ExternalSystemError."""
    if not house.policy.mini_appid:
        return []
    with house.db.reading() as stores:
        estates = stores.places.estates()
    scenes = [(f"e{estate.number}", estate.name_zh) for estate in estates]
    return [
        Poster(f"{scene}-mini-program", scene, f"{title} 小程序", house.wechat.mini_code(scene, HOME_PAGE))
        for scene, title in scenes
    ]
