"""Hands for the simulated gate: what a person does at its page, as calls. For the demo and end-to-end tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

_AGAIN_SECONDS = 0.1
_PRESENT_SECONDS = 30.0


class GateSimError(Exception):
    """The stand-in refused the request, or what was waited for did not happen."""


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What became of one presentation.

    Attributes:
        reason: code of `access.domain.reasons.Reason`; None when granted.
        relay_fired: the relay was energised for it.
        offline: the gate decided by itself.
        ms: from holding up to the outcome, milliseconds; `decode_ms` is the picture's share on top.
    """

    event: str
    granted: bool
    reason: str | None
    words_zh: str
    words_en: str
    relay_fired: bool
    offline: bool
    ms: float
    decode_ms: float


class GateSimClient:
    """One simulated gate. `access_point` is an id or a number; empty means the first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=_PRESENT_SECONDS, trust_env=False)

    def __enter__(self) -> GateSimClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Any page of the stand-in, as it answers."""
        return self._http.get(path, headers=headers)

    def present_card(self, number: str, access_point: str | int = "") -> GateOutcome:
        return self._present({"method": "card", "card": number, "access_point": str(access_point)})

    def present_code(self, text: str, access_point: str | int = "") -> GateOutcome:
        """Hold up a QR code, given as its text."""
        return self._present({"method": "qr", "text": text, "access_point": str(access_point)})

    def present_code_picture(self, picture: bytes, access_point: str | int = "") -> GateOutcome:
        """Hold up a QR code, given as a picture (PNG, JPEG, WebP), decoded by zxing-cpp."""
        return self._present({"method": "qr", "access_point": str(access_point)}, [picture])

    def present_face(self, pictures: Sequence[bytes], access_point: str | int = "") -> GateOutcome:
        """Look at the camera: one to three pictures."""
        return self._present({"method": "face", "access_point": str(access_point)}, pictures)

    def ask_movement(self, access_point: str | int = "") -> dict[str, Any]:
        """Step before the camera: ``id``, ``movement`` and words of what the door asks for; empty for nothing."""
        return self._checked(self._http.post("/sim/challenge", json={"access_point": str(access_point)}))

    def present_film(self, frames: Sequence[bytes], challenge: str, access_point: str | int = "") -> GateOutcome:
        """Make a movement before the camera: 4 to 12 pictures in order, and the id of what they answer."""
        fields = {"method": "face", "access_point": str(access_point), "challenge": challenge}
        return self._present(fields, frames)

    def unplug(self) -> None:
        """Pull the network cable: connections are cut, the gate is truly offline."""
        self._post("/sim/network", {"plugged": False})

    def plug_in(self) -> None:
        self._post("/sim/network", {"plugged": True})

    def press_exit(self, access_point: str | int = "") -> None:
        self._post("/sim/exit", {"access_point": str(access_point)})

    def set_fire(self, active: bool, access_point: str | int = "") -> None:
        self._post("/sim/fire", {"access_point": str(access_point), "active": active})

    def hold_door(self, held: bool, access_point: str | int = "") -> None:
        self._post("/sim/hold", {"access_point": str(access_point), "held": held})

    def force_door(self, access_point: str | int = "") -> None:
        """Push the door open without a grant."""
        self._post("/sim/force", {"access_point": str(access_point)})

    def state(self) -> dict[str, Any]:
        """The whole state, as the page shows it."""
        return self._checked(self._http.get("/sim/state"))

    def access_point(self, access_point: str | int = "") -> dict[str, Any]:
        """State of one access point: display, relay, firings, door, history."""
        points: list[dict[str, Any]] = self.state()["access_points"]
        for point in points:
            if str(access_point) in ("", point["id"], str(point["number"])):
                return point
        raise GateSimError(f"no access point {access_point}")

    def wait_until(self, true: Callable[[dict[str, Any]], bool], timeout: float = 20.0) -> dict[str, Any]:
        """Wait until the state is so. Raises GateSimError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                state = self.state()
            except httpx.HTTPError:
                state = {}
            if state and true(state):
                return state
            time.sleep(_AGAIN_SECONDS)
        raise GateSimError("it did not happen in time")

    def wait_ready(self, timeout: float = 30.0) -> dict[str, Any]:
        """Wait until the link is up, the clock is trusted and lists are held."""
        return self.wait_until(
            lambda s: s["network"]["up"] and s["clock"]["trusted"] and s["lists"] is not None, timeout
        )

    def wait_link(self, up: bool, timeout: float = 20.0) -> dict[str, Any]:
        return self.wait_until(lambda s: s["network"]["up"] is up, timeout)

    def _present(self, fields: dict[str, str], pictures: Sequence[bytes] = ()) -> GateOutcome:
        files = [("picture", (f"{n}.bin", raw, "application/octet-stream")) for n, raw in enumerate(pictures)]
        answer = self._checked(self._http.post("/sim/present", data=fields, files=files or None))
        return GateOutcome(
            event=answer["event"],
            granted=answer["granted"],
            reason=answer["reason"],
            words_zh=answer["words"]["zh"],
            words_en=answer["words"]["en"],
            relay_fired=answer["relay_fired"],
            offline=answer["offline"],
            ms=answer["ms"],
            decode_ms=answer["decode_ms"],
        )

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._checked(self._http.post(path, json=body))

    def _checked(self, response: httpx.Response) -> dict[str, Any]:
        if response.is_error:
            raise GateSimError(f"{response.status_code} {response.text[:300]}")
        answer: dict[str, Any] = response.json()
        return answer
