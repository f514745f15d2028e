"""What a phone page and the mini-program ask of somebody who enrols a face: set by who sets the doors."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from access.domain.challenges import DEFAULT_RULES, ChallengeRule
from access.domain.consent import Channel
from access.services import challenges
from console.fields import Form, needed
from console.present import house, me
from console.routes import PLATFORM, SECURITY, Routes
from console.words import term

routes = Routes("challenges")


def choices() -> list[tuple[str, str]]:
    """The rules with their words."""
    return [(rule.value, f"{term(rule).zh} {term(rule).en}") for rule in ChallengeRule]


def choice() -> SelectField:
    return SelectField(choices=choices, validators=[needed()], default=ChallengeRule.NONE.value)


class ChannelsForm(Form):
    """One field a channel with video."""

    page = choice()
    mini_program = choice()


def filled() -> ChannelsForm:
    """The form as things stand."""
    form = ChannelsForm(formdata=None)
    for channel, rule in challenges.rules(house(), me().estate_id).items():
        form[channel.value].data = rule.value
    return form


@routes.allow("/places/challenges", SECURITY, PLATFORM, methods=("POST",))
def save() -> ResponseReturnValue:
    form = ChannelsForm()
    if form.validate_on_submit():
        before = challenges.rules(house(), me().estate_id)
        for channel in DEFAULT_RULES:
            _save(channel, ChallengeRule(form[channel.value].data), before[channel])
        flash("challenge.saved")
    else:
        flash("challenge.unsaved")
    return redirect(url_for("console.places_page", _anchor="challenges"))


def _save(channel: Channel, rule: ChallengeRule, before: ChallengeRule) -> None:
    """Only a change is written down."""
    if rule is not before:
        challenges.set_rule(house(), me(), channel, rule)
