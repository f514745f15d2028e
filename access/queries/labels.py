"""Household labels: those of a person, and the order in which people read them, 2-101 before 10-101."""

from __future__ import annotations

import re

from access.stores import Stores

_PARTS = re.compile(r"\d+|\D+")


def natural(label: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that counts digits as numbers."""
    parts: list[str] = _PARTS.findall(label)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def homes_of(stores: Stores, person_id: str, estate_id: str) -> tuple[str, ...]:
    """Labels of the dwellings in the estate for which the person is or was registered, as staff see them."""
    stays = (one for one in stores.residencies.of_person(person_id) if one.estate_id == estate_id)
    found = (stores.places.household(household_id) for household_id in {stay.household_id for stay in stays})
    return tuple(sorted({home.label for home in found if home is not None}, key=natural))
