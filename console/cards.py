"""Import of the cards that an estate already uses."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import TextAreaField

from access.domain.credentials import Notation
from access.domain.errors import InvalidInput, KaimenError
from access.services.import_cards import MAX_BYTES, MAX_CHARACTERS, Imported, decoded, import_cards
from console.fields import Form, attach, notations, size
from console.present import house, me
from console.routes import OPERATIONS, Routes

routes = Routes("cards")


class ImportForm(Form):
    notation = notations()
    file = FileField()
    rows = TextAreaField(validators=[size(0, MAX_CHARACTERS)])


@routes.allow("/cards", OPERATIONS)
def page() -> ResponseReturnValue:
    return _page(ImportForm(formdata=None), None, 200)


@routes.allow("/cards/import", OPERATIONS, methods=("POST",), max_body=MAX_BYTES + 4 * MAX_CHARACTERS)
def take() -> ResponseReturnValue:
    """Good lines are taken; the others stay in the form with the reason beside each."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _page(form, None, 400)
    try:
        imported = import_cards(house(), me(), _given(form), Notation(form.notation.data))
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, None, exc.status)
    form.rows.data = "\n".join(row.text for row in imported.bad)
    return _page(form, imported, 200)


def _given(form: ImportForm) -> str:
    """The file's lines, else those that were pasted."""
    if form.file.data:
        return decoded(form.file.data.read(MAX_BYTES + 1))
    if not (form.rows.data or "").strip():
        raise InvalidInput("import.empty", "neither a file nor lines", field="rows")
    return form.rows.data or ""


def _page(form: ImportForm, imported: Imported | None, status: int) -> ResponseReturnValue:
    return render_template("console/cards.html", form=form, imported=imported), status
