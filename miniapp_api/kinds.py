"""The kinds of value that requests and answers are made of, each with its limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from access.domain.places import AccessPoint
from access.domain.times import FOREVER

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="16 lower-case hexadecimal characters")]
Instant = Annotated[int, Field(ge=0, le=FOREVER, description="milliseconds since the Unix epoch, UTC")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in hexadecimal")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Name = Annotated[str, Field(max_length=80, pattern=r"^[^\u0000]*$")]


class Asked(BaseModel):
    """A request. Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class EstatePath(BaseModel):
    estate_id: Id


class Door(Answered):
    """An access point, in words."""

    id: Id
    number: int
    name_zh: str
    name_en: str
    methods: list[str] = Field(description="what it takes: qr, card, face, remote")

    @classmethod
    def of(cls, point: AccessPoint) -> Door:
        return cls(
            id=point.id,
            number=point.number,
            name_zh=point.name_zh,
            name_en=point.name_en,
            methods=sorted(point.methods),
        )
