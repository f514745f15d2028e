"""Founding an estate: its number, its wrapped secret, its first pass key. Done by the operator, once."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from access.domain.errors import Conflict, InvalidInput
from access.domain.ids import new_id
from access.domain.places import Estate
from access.services.house import House
from access.services.prepare_keys import prepare

MAX_NUMBER = 65_535


def found_estate(
    house: House,
    number: int,
    name_zh: str,
    name_en: str,
    processor: str,
    contact: str,
    timezone: str = "Asia/Shanghai",
) -> Estate:
    """Create an estate. It does not offer face until an assessment is on file; see `assess`.

    Args:
        number: 1 to 65535, unique: what its passes carry.
        processor: who runs the service, as the notice names it.

    Raises:
        InvalidInput: ``estate.number``, ``estate.timezone``, ``estate.name``.
        Conflict: ``estate.taken``.
    """
    if not 1 <= number <= MAX_NUMBER:
        raise InvalidInput("estate.number", "1 to 65535", field="number")
    if not all(text.strip() for text in (name_zh, name_en, processor, contact)):
        raise InvalidInput("estate.name", "names, processor and contact are needed", field="name")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise InvalidInput("estate.timezone", "not an IANA time zone", field="timezone") from exc
    prepare(house)
    estate = Estate(new_id(), number, name_zh, name_en, timezone, processor, contact)
    now = house.clock.now()
    with house.db.transaction() as stores:
        if stores.places.estate_by_number(number) is not None:
            raise Conflict("estate.taken", "this estate number is taken")
        stores.places.save_estate(estate, house.keys.new_secret())
        stores.places.rotate_pass_key(estate.id)
        stores.audit.append("cli", "operator:estate:found", estate.id, {"number": number}, now)
    return estate
