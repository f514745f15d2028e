"""What outlives a restart: people and whom they follow, QR codes that may be printed, the menu."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from standins.wechat.people import People, Person
from standins.wechat.scenes import SceneCode, Scenes

_FILE = "wechat-standin.json"


def save(folder: Path, people: People, scenes: Scenes, menu: list[dict[str, Any]]) -> None:
    """Whole file or none: written beside it and moved over it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "people": [asdict(one) for one in people.all()],
        "scenes": [asdict(one) for one in scenes.all()],
        "menu": menu,
    }
    fresh = folder / (_FILE + ".new")
    fresh.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(fresh, folder / _FILE)


def load(folder: Path, people: People, scenes: Scenes) -> list[dict[str, Any]]:
    """Fill `people` and `scenes`; the menu.

    Raises:
        ValueError: for a file that is not ours; says which, so that it can be deleted.
    """
    path = folder / _FILE
    if not path.exists():
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        for one in data["people"]:
            people.put(Person(**one))
        for one in data["scenes"]:
            scenes.put(SceneCode(**one))
        return list(data["menu"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ValueError(f"{path} is damaged: delete it to start afresh") from exc
