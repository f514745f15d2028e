"""`make quote-figures`: puts the figures of `benchmarks/out` into the documents that quote them.

A document says where, between two comments: ``<!-- figures gates -->`` and ``<!-- end -->``; behind the name may
stand a word that the quoted names begin with. Whatever stood between is replaced by a table.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from benchmarks.report import OUT

DOCS = OUT.parent.parent / "docs"
_PLACE = re.compile(r"<!-- figures ([a-z_]+)(?: ([^>]*?))? -->\n.*?<!-- end -->", re.DOTALL)
_HELD = {True: "yes", False: "**no**", None: ""}


def quoted(text: str, out: Path = OUT) -> str:
    """The document with its tables as the files say now; a place without a file keeps what it has."""
    return _PLACE.sub(lambda place: _filled(place, out), text)


def _filled(place: re.Match[str], out: Path) -> str:
    name, begin = place[1], place[2] or ""
    path = out / f"{name}.json"
    if not path.exists():
        return place[0]
    written = json.loads(path.read_text(encoding="utf-8"))
    rows = [_row(figure) for figure in written["figures"] if figure["name"].startswith(begin)]
    machine = written["machine"]
    words = f"`benchmarks/out/{name}.json`: {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}."
    head = ["| what | measured | samples | goal | held |", "|---|---|---|---|---|"]
    opening = place[0].partition("\n")[0]
    return "\n".join([opening, *head, *rows, "", words, "<!-- end -->"])


def _row(figure: dict[str, str | float | bool | None]) -> str:
    value = float(figure["value"] or 0)
    shown = f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.2f}"
    held = figure["holds"] if isinstance(figure["holds"], bool) else None
    return f"| {figure['name']} | {shown} {figure['unit']} | {figure['n']:,} | {figure['goal']} | {_HELD[held]} |"


def main() -> None:
    """Rewrite every document that has a place; say which."""
    for path in sorted(DOCS.rglob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = quoted(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
