"""Import of the cards an estate already uses: lines of household, name, number. Good lines stand, bad ones return.

Lines come as spreadsheets give them: tabs where cells were copied, commas or semicolons where a file was saved, in
UTF-8, UTF-16 or GB18030. A card is only ever given to a resident who registered and was approved; this is no way to
make people.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from access.domain.credentials import Notation, in_hexadecimal
from access.domain.errors import InvalidInput, KaimenError
from access.domain.reading import ReadPurpose
from access.domain.staff import Staff
from access.services.house import House
from access.services.manage_cards import enrol_in
from access.services.personal_data import Reader, read
from access.stores import Stores

MAX_ROWS = 500
MAX_CHARACTERS = 64 * 1024
MAX_BYTES = 2 * MAX_CHARACTERS
MAX_CELL = 64
COLUMNS = ("household", "name", "card")
_DELIMITERS = "\t,;，；"
_HEADINGS = frozenset({COLUMNS, ("房号", "姓名", "卡号")})


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was not taken.

    Attributes:
        number: line in the pasted text, from 1.
        text: as given.
        code: why: ``import.columns``, ``import.household``, ``import.name``, ``import.several``,
            ``import.width`` or a code of `manage_cards`.
    """

    number: int
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(self.cells)
        return out.getvalue()


def decoded(raw: bytes) -> str:
    """Text of a file that a spreadsheet or an older system saved.

    Raises:
        InvalidInput: ``import.size`` beyond 128 kB, ``import.form`` when it is no text.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidInput("import.size", "at most 64 kB", field="file")
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            if "\0" not in text:
                return text
    raise InvalidInput("import.form", "not a file of text", field="file")


def import_cards(house: House, staff: Staff, text: str, notation: Notation = Notation.HEX) -> Imported:
    """Enrol each line's card to the resident of that household and name.

    The name may be left empty where only one person lives there.

    Args:
        notation: how the lines write the numbers.

    Raises:
        InvalidInput: ``import.size`` beyond 64 kB or 500 lines, ``import.form`` when it is no CSV text.
    """
    rows = _rows(text)
    usual = _usual_width(rows) if notation is Notation.HEX else 0
    at = house.clock.now()
    bad: list[BadRow] = []
    with house.db.transaction() as stores:
        for row in rows:
            try:
                person_id, number = _resolve(house, stores, staff, row, at)
                if len(number) < usual:
                    raise InvalidInput("import.width", "shorter than the others: a leading zero is gone")
                enrol_in(house, stores, staff, person_id, in_hexadecimal(number, notation), None, at)
            except KaimenError as exc:
                bad.append(BadRow(row.number, row.text, exc.code))
        added = len(rows) - len(bad)
        if added:
            stores.places.bump_policy(staff.estate_id)
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "added": added, "bad": len(bad)}
        stores.audit.append(f"staff:{staff.id}", "staff:card:import", staff.estate_id, details, at)
    return Imported(added, tuple(bad))


def _rows(text: str) -> Sequence[_Row]:
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput("import.size", "at most 64 kB", field="rows")
    plain = text.lstrip("\ufeff")
    reader = csv.reader(io.StringIO(plain, newline=None), strict=True, delimiter=_delimiter(plain))
    rows: list[_Row] = []
    try:
        for cells in reader:
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed) and not (not rows and trimmed in _HEADINGS):
                rows.append(_Row(reader.line_num, trimmed))
    except csv.Error as exc:
        raise InvalidInput("import.form", "not comma-separated text", field="rows") from exc
    if not rows or len(rows) > MAX_ROWS:
        raise InvalidInput("import.size", "1 to 500 lines", field="rows")
    return rows


def _delimiter(text: str) -> str:
    """As the first line has it: what is copied from a spreadsheet comes with tabs."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in _DELIMITERS if mark in first), ",")


def _usual_width(rows: Sequence[_Row]) -> int:
    """Digits of more than half of the numbers; 0 where there is no such width.

    Spreadsheets take the zeros off the front of what looks like a number; such a card would open for nobody.
    """
    widths = Counter(len(row.cells[-1]) for row in rows if len(row.cells) == len(COLUMNS))
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if count * 2 > len(rows) else 0


def _resolve(house: House, stores: Stores, staff: Staff, row: _Row, at: int) -> tuple[str, str]:
    """person id and card number of a line."""
    if len(row.cells) != len(COLUMNS) or any(len(cell) > MAX_CELL for cell in row.cells):
        raise InvalidInput("import.columns", "household, name, card", field="rows")
    label, name, number = row.cells
    household = stores.places.household_by_label(staff.estate_id, label)
    if household is None:
        raise InvalidInput("import.household", "no such household", field="rows")
    live = [r.person_id for r in stores.residencies.of_household(household.id) if r.is_live(at)]
    people = list(dict.fromkeys(live))
    if name:
        reader = Reader(f"staff:{staff.id}", ReadPurpose.MANAGE_RESIDENTS, at)
        known = read(stores, house.keyring, people, reader)
        people = [person_id for person_id in people if known[person_id].name == name]
    if not people:
        raise InvalidInput("import.name", "nobody of that name lives there", field="rows")
    if len(people) > 1:
        raise InvalidInput("import.several", "several people live there: give the name", field="rows")
    return people[0], number
