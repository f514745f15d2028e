"""A staff member at the console, by HTTP alone, for the played story."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path

import httpx
import pyotp

_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
_STEP = 30


class ConsoleError(Exception):
    """The console did not answer as a person would expect; names the page."""


class StaffAtConsole:
    """Signs in with name, password and authenticator code, then presses buttons.

    Raises (every method): ConsoleError.
    """

    def __init__(self, api: str, staff_file: Path, name: str) -> None:
        self._http = httpx.Client(base_url=f"{api}/console", follow_redirects=True, timeout=20.0, trust_env=False)
        people = json.loads(staff_file.read_text(encoding="utf-8"))
        self._who = next(person for person in people if person["name"] == name)

    def cookies(self) -> list[tuple[str, str]]:
        """Name and value of what the console gave this browser."""
        return [(cookie.name, cookie.value or "") for cookie in self._http.cookies.jar]

    def sign_in(self) -> None:
        """Does nothing when signed in. A code works once: where it was used already, wait for the next."""
        if self._http.get("/approvals").url.path.endswith("/approvals"):
            return
        for _ in range(3):
            code = pyotp.TOTP(self._who["secret"]).now()
            form = {"name": self._who["name"], "password": self._who["password"], "code": code}
            if self.post("/sign-in", form).url.path.rstrip("/").endswith("/console"):
                return
            time.sleep(_STEP - time.time() % _STEP + 0.5)
        raise ConsoleError("the console did not let the staff member in")

    def get(self, path: str) -> str:
        answer = self._http.get(path)
        if answer.status_code != httpx.codes.OK:
            raise ConsoleError(f"GET {path}: {answer.status_code}")
        return answer.text

    def post(self, path: str, form: dict[str, str], page: str | None = None) -> httpx.Response:
        """Open the page, take its form token, send the form."""
        token = _TOKEN.search(self.get(page or path))
        if token is None:
            raise ConsoleError(f"no form on {page or path}")
        return self._http.post(path, data={**form, "csrf_token": html.unescape(token[1])})

    def links(self, path: str, pattern: str) -> list[str]:
        """ids in the links of a page, in order, each once."""
        return list(dict.fromkeys(re.findall(pattern, self.get(path))))
