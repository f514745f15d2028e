"""What the forms share: limits with words, and where an error of the core is shown."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from access.domain.credentials import Notation
from access.domain.errors import KaimenError
from access.domain.times import end_of_day
from console.words import say, term

MAX_REASON = 200


_OWN_WORDS = {
    "Not a valid choice.": "请从列表里选一项。Please choose one from the list.",
    "Not a valid date value.": "请填写日期，例如 2026-09-30。Please give a date such as 2026-09-30.",
    "Not a valid datetime value.": "请填写日期和时间。Please give a date and a time.",
}
_OTHERWISE = "这一项不能用，请重新填写。This cannot be used; please fill it in anew."


class _BothLanguages:
    """What the library says by itself, in our words."""

    def gettext(self, string: str) -> str:
        return _OWN_WORDS.get(string, _OTHERWISE)

    def ngettext(self, singular: str, _plural: str, _n: int) -> str:
        return self.gettext(singular)


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form with its token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, _form: FlaskForm) -> _BothLanguages:
            return _BothLanguages()


def needed() -> InputRequired:
    return InputRequired("请填写这一项。Please fill this in.")


def size(least: int, most: int) -> Length:
    return Length(least, most, f"请填写 {least}–{most} 个字符。Please use {least} to {most} characters.")


def text(most: int, least: int = 1) -> StringField:
    """A required line of text."""
    return StringField(validators=[needed(), size(least, most)], filters=[strip])


def maybe_text(most: int) -> StringField:
    return StringField(validators=[Optional(), size(0, most)], filters=[strip])


def notations() -> SelectField:
    """How the numbers of cards are written; hexadecimal, as gates read them, unless said otherwise."""
    choices = [(one.value, f"{term(one).zh} {term(one).en}") for one in Notation]
    return SelectField(choices=choices, default=Notation.HEX.value, validators=[Optional()])


def strip(value: str | None) -> str:
    return (value or "").strip()


def attach(form: Form, error: KaimenError) -> None:
    """Show an error of the core at its field, or above the form; what was typed stays."""
    field: Field | None = form[error.field] if error.field and error.field in form else None
    words = say(error.code)
    if field is not None:
        field.errors = [*field.errors, words]
    else:
        form.form_errors.append(words)


def end_of(day: date | None, timezone: str) -> int | None:
    """End instant of an inclusive last day, None where none was given."""
    return None if day is None else end_of_day(day, timezone)
