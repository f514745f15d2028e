"""`SimClient`: act as a simulated person from a test or a demo. See `sim_api` and `sim_admin` for the HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal

import httpx

from standins.wechat.callback import Delivery
from standins.wechat.chat import Message

# Three tries of five seconds, and a little.
_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 5.0


class SimError(Exception):
    """The stand-in would not let the person do it; `status` is the HTTP status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class SimClient:
    """One stand-in. A `person` is a person's id (``"chen"``).

    Args:
        base_url: of the stand-in.

    Raises (every method): `SimError` for a refusal, `httpx.HTTPError` when the stand-in is not there.
    """

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._http = httpx.Client(base_url=self._base, timeout=_PATIENCE_SECONDS, trust_env=False)

    def __enter__(self) -> SimClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # -- people ------------------------------------------------------------------------------------

    def people(self) -> list[dict[str, Any]]:
        """[{id, name, openid, mini_openid, follows, snapshot}]"""
        return list(self._ask("GET", "/sim/people"))

    def add_person(self, name: str, person_id: str | None = None) -> dict[str, Any]:
        return dict(self._ask("POST", "/sim/people", json={"name": name, "id": person_id}))

    def openid(self, person: str) -> str:
        """The person's openid for the official account."""
        return str(self._one(person)["openid"])

    def mini_openid(self, person: str) -> str:
        return str(self._one(person)["mini_openid"])

    # -- acting ------------------------------------------------------------------------------------

    def follow(self, person: str) -> Delivery:
        return self._deliver(person, "follow")

    def unfollow(self, person: str) -> Delivery:
        return self._deliver(person, "unfollow")

    def scan(
        self, person: str, *, scene: str | None = None, text: str | None = None, picture: bytes | None = None
    ) -> dict[str, Any]:
        """Scan a scene, a code's text, or a picture: {kind: scene|link|text, value, delivery}."""
        path = f"/sim/people/{person}/scan"
        if picture is not None:
            return dict(self._ask("POST", path, files={"picture": ("qr.png", picture)}))
        return dict(self._ask("POST", path, json={"scene": scene, "text": text}))

    def send_text(self, person: str, text: str) -> Delivery:
        return self._deliver(person, "text", json={"text": text})

    def send_image(self, person: str, picture: bytes) -> Delivery:
        return self._deliver(person, "image", files={"picture": ("picture.jpg", picture)})

    def click(self, person: str, key: str) -> Delivery:
        """Click the menu button with that key."""
        return self._deliver(person, "menu", json={"key": key})

    def view(self, person: str, url: str) -> Delivery:
        """Click the menu button with that link; open the page itself with `browser`."""
        return self._deliver(person, "menu", json={"url": url})

    # -- seeing ------------------------------------------------------------------------------------

    def messages(self, person: str, since: int = 0, wait_seconds: float = 0.0) -> list[Message]:
        """What the person sees after number `since`; waits for one for up to `wait_seconds`."""
        query = {"since": since, "wait_s": wait_seconds}
        found = self._ask("GET", f"/sim/people/{person}/messages", params=query)
        return [Message(**one) for one in found]

    def last_number(self, person: str) -> int:
        """Number of the person's last message, 0 without one: where to look on from."""
        return max((one.n for one in self.messages(person)), default=0)

    def wait_for(
        self, person: str, wanted: Callable[[Message], bool], since: int = 0, seconds: float = 20.0
    ) -> Message:
        """The first message after `since` that is wanted. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for one in self.messages(person, since, min(left, _POLL_SECONDS)):
                since = one.n
                if wanted(one):
                    return one
        raise TimeoutError(f"{person} was not sent the awaited message in {seconds} s")

    # -- pages and mini-program --------------------------------------------------------------------

    def browser(self, person: str) -> httpx.Client:
        """A browser that WeChat's authorisation page knows as this person; follows redirects, keeps cookies."""
        with httpx.Client(timeout=_PATIENCE_SECONDS, trust_env=False) as first:
            first.get(f"{self._base}/sim/open/{person}", params={"url": f"{self._base}/healthz"})
        return httpx.Client(
            cookies=first.cookies, follow_redirects=True, timeout=_PATIENCE_SECONDS, trust_env=False
        )

    def oauth_login(self, person: str, url: str) -> tuple[httpx.Client, httpx.Response]:
        """Open a page that asks WeChat who its visitor is.

        Returns:
            The browser with its cookies, to be closed by the caller, and the answer it ended at.
        """
        client = self.browser(person)
        return client, client.get(url)

    def login_code(self, person: str) -> str:
        """What `wx.login` gives."""
        return str(self._ask("POST", f"/sim/people/{person}/login_code", json={})["code"])

    def phone_code(self, person: str) -> str:
        """What a `getPhoneNumber` button gives."""
        return str(self._ask("POST", f"/sim/people/{person}/phone_code", json={})["code"])

    def grant(self, person: str, template_id: str, times: int = 1) -> int:
        """The person agrees to subscription messages; how many are left."""
        body = {"template_id": template_id, "times": times}
        return int(self._ask("POST", f"/sim/people/{person}/subscribe", json=body)["left"])

    def snapshot(self, person: str, on: bool = True) -> None:
        """Pages get a throw-away identity from now on."""
        self._ask("POST", f"/sim/people/{person}/snapshot", json={"on": on})

    def state(self) -> dict[str, Any]:
        """{account, account_name, mode, callback_url, menu, people}"""
        return dict(self._ask("GET", "/sim/state"))

    def qrcodes(self) -> list[dict[str, Any]]:
        """[{ticket, url, scene, expires_at}]"""
        return list(self._ask("GET", "/sim/qrcodes"))

    # -- behind the scenes -------------------------------------------------------------------------

    def add_fault(
        self,
        path: str,
        kind: Literal["errcode", "status", "hang", "garbage"],
        code: int = 0,
        times: int = -1,
    ) -> None:
        body = {"path": path, "kind": kind, "code": code, "times": times}
        self._ask("POST", "/sim/admin/faults", json=body)

    def clear_faults(self) -> None:
        self._ask("DELETE", "/sim/admin/faults")

    def advance_clock(self, seconds: float) -> None:
        self._ask("POST", "/sim/admin/clock", json={"advance_s": seconds})

    def spoil_tokens(self, do: Literal["invalidate", "expire"]) -> None:
        self._ask("POST", "/sim/admin/tokens", json={"do": do})

    def requests(self) -> dict[str, int]:
        """How often each API path was asked."""
        return dict(self._ask("GET", "/sim/admin/requests"))

    def set_callback(self, url: str) -> None:
        self._ask("POST", "/sim/admin/callback", json={"url": url})

    # -- inside ------------------------------------------------------------------------------------

    def _one(self, person: str) -> dict[str, Any]:
        for one in self.people():
            if one["id"] == person:
                return one
        raise SimError(404, "no such person")

    def _deliver(self, person: str, act: str, **body: Any) -> Delivery:
        answer = self._ask("POST", f"/sim/people/{person}/{act}", **(body or {"json": {}}))
        return Delivery(**answer)

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        answer = self._http.request(method, path, **request)
        if answer.is_error:
            found = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise SimError(answer.status_code, str(found.get("error", answer.reason_phrase)))
        return answer.json()
