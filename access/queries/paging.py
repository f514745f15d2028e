"""One page of a list on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE = 25
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a longer list.

    Attributes:
        offset: how many rows lie before.
        more: whether rows lie after.
    """

    rows: tuple[T, ...]
    offset: int
    more: bool

    @property
    def before(self) -> int:
        """Offset of the page before."""
        return max(self.offset - PAGE, 0)

    @property
    def after(self) -> int:
        """Offset of the page after."""
        return self.offset + PAGE


def page_of(rows: Sequence[T], offset: int) -> Page[T]:
    """The page of a whole list that begins at `offset`."""
    return Page(tuple(rows[offset : offset + PAGE]), offset, len(rows) > offset + PAGE)
