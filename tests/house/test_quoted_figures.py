"""Documents quote the figures that a command wrote, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.quote import DOCS, quoted

FIGURE = {"name": "a: push, p99", "value": 12.5, "unit": "ms", "n": 2000, "goal": "≤ 15 ms", "holds": True}
OTHER = {"name": "b: memory", "value": 61.0, "unit": "MB", "n": 1, "goal": "≤ 60 MB", "holds": False}


def test_the_documents_say_what_the_files_say() -> None:
    stale = [path.name for path in DOCS.rglob("*.md") if quoted(path.read_text("utf-8")) != path.read_text("utf-8")]
    assert stale == [], "run `make quote-figures`"


def test_a_place_is_filled_with_the_figures_of_its_name(tmp_path: Path) -> None:
    machine = {"cpu": "x", "cores": 2, "python": "3.11.7"}
    (tmp_path / "gates.json").write_text(json.dumps({"figures": [FIGURE, OTHER], "machine": machine}))
    text = "before\n<!-- figures gates a: -->\nold\n<!-- end -->\nafter\n"
    filled = quoted(text, tmp_path)
    assert "| a: push, p99 | 12.50 ms | 2,000 | ≤ 15 ms | yes |" in filled
    assert "b: memory" not in filled
    assert "old" not in filled
    assert quoted(filled, tmp_path) == filled
    assert "| b: memory | 61 MB | 1 | ≤ 60 MB | **no** |" in quoted(text.replace(" a:", ""), tmp_path)
    assert quoted("<!-- figures none -->\nkept\n<!-- end -->", tmp_path).count("kept") == 1
