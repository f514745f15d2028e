"""The store of areas (anti-passback) and duress codes, as a Protocol; see `access.stores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from access.domain.passback import Area


class Areas(Protocol):
    def get(self, area_id: str) -> Area | None: ...
    def of_estate(self, estate_id: str) -> Sequence[Area]:
        """By name."""
        ...

    def save(self, area: Area) -> None: ...
    def delete(self, area_id: str) -> None: ...
    def hold(self, person_id: str) -> None:
        """Until this transaction ends nobody else's decides on the same person's passages."""
        ...

    def duress_token(self, estate_id: str) -> str:
        """Keyed hash of the duress code, hexadecimal; empty where the estate has none."""
        ...

    def set_duress_token(self, estate_id: str, token: str) -> None:
        """Empty takes it away."""
        ...
