"""For who cannot see the page: every field has a name of its own, and no two things on a page share one."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from tests.console.conftest import Office
from tests.console.test_safety import pages

UNNAMED = frozenset({"hidden", "submit"})


class Fields(HTMLParser):
    """Reads the ids, the labels and the fields of a page. A field inside its label needs no other name."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, str, bool]] = []
        self._within_label = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids.update([said["id"]] if "id" in said else [])
        if tag == "label":
            self._within_label += 1
            self.labelled.add(said.get("for", ""))
        if tag in {"input", "select", "textarea"} and said.get("type") not in UNNAMED:
            named = self._within_label > 0 or "aria-label" in said
            self.fields.append((said.get("name", ""), said.get("id", ""), named))

    def handle_endtag(self, tag: str) -> None:
        self._within_label -= tag == "label"

    def nameless(self) -> list[str]:
        return [name for name, field_id, named in self.fields if not named and field_id not in self.labelled]


def test_every_field_has_a_label_and_every_id_stands_once(office: Office) -> None:
    read = 0
    for path, page in pages(office).items():
        fields = Fields()
        fields.feed(page)
        read += len(fields.fields)
        assert fields.nameless() == [], path
        assert [one for one, times in fields.ids.items() if times > 1] == [], path
    assert read > 100
