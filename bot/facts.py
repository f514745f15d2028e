"""What the conversation must know from outside before it can move; gathered once per message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from access.domain.places import Building, Estate, Household
from access.services.chat_standing import STRANGER, Standing


@dataclass(frozen=True, slots=True)
class Facts:
    """The world as one message finds it.

    Attributes:
        created: WeChat's time of the message, Unix seconds.
        today: in the estate's wall time.
        url: where phones reach the service, without a trailing slash.
        estate: the one spoken of: just scanned, else the conversation's, else the person's own or the only one.
        building: whose QR code was scanned, now or before.
        notice_hash: the estate's notice in force; empty when none is published.
        household: what the text names, if the open question is the household.
        standing: the person's place in the estate.
        scanned: this very message scanned a QR code that names the estate.
        selfie_in_chat: pictures are taken in the chat.
    """

    created: int
    today: date
    url: str
    estate: Estate | None = None
    building: Building | None = None
    notice_hash: str = ""
    household: Household | None = None
    standing: Standing = STRANGER
    scanned: bool = False
    selfie_in_chat: bool = True

    @property
    def notice_url(self) -> str:
        return self.page("notice")

    def page(self, name: str) -> str:
        """Address of a page of the phone for the estate."""
        estate_id = self.estate.id if self.estate else ""
        return f"{self.url}/m/{name}?estate={estate_id}"
