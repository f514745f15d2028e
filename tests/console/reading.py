"""Reading a page as a browser would."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_HREF = re.compile(r'(?:href|src|action)="([^"]*)"')


def token_in(page: str) -> str:
    """The form token of a page; empty when it has no form."""
    found = _TOKEN.search(page)
    return found.group(1) if found else ""


def addresses_in(page: str) -> list[str]:
    """Every address that a page links to, loads or posts to."""
    return _HREF.findall(page)
