"""The resident's phone browser, by HTTP alone: WeChat says who it is, pages are opened, forms are sent."""

from __future__ import annotations

import html
import re

import httpx

_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')


class PhoneError(Exception):
    """A page did not answer as a person would expect; names the page."""


class Phone:
    """A browser that is already known to WeChat's authorisation page.

    Raises (every method): PhoneError.
    """

    def __init__(self, browser: httpx.Client, base: str) -> None:
        self._browser = browser
        self._base = base

    def get(self, path: str) -> httpx.Response:
        """A page; on the first one the redirects through WeChat sign the person in."""
        answer = self._browser.get(self._base + path)
        if answer.status_code != httpx.codes.OK:
            raise PhoneError(f"GET {path}: {answer.status_code}")
        return answer

    def send(self, page: str, form: dict[str, str | list[str]]) -> httpx.Response:
        """Open `page`, take its form token, send the form back."""
        token = _TOKEN.search(self.get(page).text)
        if token is None:
            raise PhoneError(f"no form on {page}")
        data = {**form, "csrf_token": html.unescape(token[1])}
        answer = self._browser.post(self._base + page, data=data)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise PhoneError(f"POST {page}: {answer.status_code}")
        return answer
