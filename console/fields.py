"""What the forms share: limits with words, and where an error of the core is shown."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, Optional

from access.domain.errors import KaimenError
from access.domain.times import end_of_day
from console.words import say

MAX_REASON = 200


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form with its token."""


def needed() -> InputRequired:
    return InputRequired("请填写这一项。Please fill this in.")


def size(least: int, most: int) -> Length:
    return Length(least, most, f"请填写 {least}–{most} 个字符。Please use {least} to {most} characters.")


def text(most: int, least: int = 1) -> StringField:
    """A required line of text."""
    return StringField(validators=[needed(), size(least, most)], filters=[strip])


def maybe_text(most: int) -> StringField:
    return StringField(validators=[Optional(), size(0, most)], filters=[strip])


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
