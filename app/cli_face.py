"""Commands for the estate's face references."""

from __future__ import annotations

import click

from access.domain.renewal import Why
from access.domain.times import local
from access.services import renew_faces
from app.wired import house


@click.group()
def face() -> None:
    """Faces: renew an estate's references."""


@face.command("renew")
@click.option("--estate", "number", type=click.IntRange(1, 65_535), required=True, help="the estate's number")
@click.option(
    "--why",
    type=click.Choice([why.value for why in Why]),
    required=True,
    help="model: KAIMEN_FACE_MODEL was changed; transform: a new secret transform, as after a leak",
)
@click.option(
    "--days",
    type=click.IntRange(*renew_faces.DAYS),
    default=30,
    show_default=True,
    help="how long the old references go on working",
)
def face_renew(number: int, why: str, days: int) -> None:
    """Ask residents for a new sample; the old references work side by side until the day, then they are erased.

    For a new model set KAIMEN_FACE_MODEL and KAIMEN_FACE_PREVIOUS_MODEL first, and start the face process again.
    """
    wired = house()
    with wired.db.reading() as stores:
        estate = stores.places.estate_by_number(number)
    if estate is None:
        raise click.ClickException(f"there is no estate {number}; `kaimen estate list` shows those there are")
    begun = renew_faces.begin_renewal(wired, estate, Why(why), days, "cli")
    last = local(begun.renewal.until, estate.timezone)
    click.echo(
        f"{begun.people} people were asked for a new sample; old references work until {last:%Y-%m-%d %H:%M}"
    )
