"""Commands with which an operator brings an estate up: found it, make staff, let gates in, hang the posters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from access.domain.places import Estate
from access.domain.staff import StaffRole
from access.domain.times import local
from access.queries.face_places import FacePlace, FacePlaces, face_places
from access.services import gate_claims
from access.services.house import House
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate
from app import official_account
from app.wired import house

_number = click.option(
    "--estate", "number", type=click.IntRange(1, 65_535), required=True, help="the estate's number"
)


@click.group()
def estate() -> None:
    """Estates."""


@estate.command("found")
@_number
@click.option("--name-zh", required=True)
@click.option("--name-en", required=True)
@click.option("--processor", required=True, help="who runs the service, as the notice names it")
@click.option("--contact", required=True, help="how residents reach them about their data")
@click.option("--timezone", default="Asia/Shanghai", show_default=True)
def estate_found(number: int, name_zh: str, name_en: str, processor: str, contact: str, timezone: str) -> None:
    """Found an estate. Staff then add buildings, households, access points and the notice in the console."""
    made = found_estate(house(), number, name_zh, name_en, processor, contact, timezone)
    click.echo(f"estate {made.number} {made.name_zh} founded; next: kaimen staff add --estate {made.number} …")


@estate.command("list")
def estate_list() -> None:
    """Number, name and whether face is offered."""
    with house().db.reading() as stores:
        for one in stores.places.estates():
            click.echo(f"{one.number:5} {one.name_zh} {one.name_en} face={'on' if one.face_enabled else 'off'}")


@click.group()
def staff() -> None:
    """Property staff's accounts."""


@staff.command("add")
@_number
@click.option("--name", required=True, help="sign-in name: 3 to 32 small letters, digits, dots, dashes")
@click.option("--display-name", required=True)
@click.option(
    "--role", "roles", type=click.Choice([role.value for role in StaffRole]), multiple=True, required=True
)
def staff_add(number: int, name: str, display_name: str, roles: tuple[str, ...]) -> None:
    """Create an account and print its first password and authenticator address, once."""
    wired = house()
    made = create_staff(
        wired, _estate(wired, number).id, name, display_name, [StaffRole(role) for role in roles], "cli"
    )
    click.echo(f"name      {made.staff.name}\npassword  {made.password}\nTOTP      {made.provisioning_uri}")
    click.echo("Hand these over in person; they are not shown again.")


@click.group()
def gate() -> None:
    """Gates."""


@gate.command("claim-code")
@_number
@click.option("--name", required=True, help="what the gate is called on lists")
@click.option(
    "--access-point", "points", type=int, multiple=True, help="its access points' numbers; all when none given"
)
def gate_claim_code(number: int, name: str, points: tuple[int, ...]) -> None:
    """A one-time code for `kaimen-agent claim`; it lives ten minutes."""
    wired = house()
    place = _estate(wired, number)
    with wired.db.reading() as stores:
        known = {point.number: point.id for point in stores.places.access_points(place.id)}
    unknown = [point for point in points if point not in known]
    if unknown:
        raise click.ClickException(f"no access point {unknown[0]} in estate {number}; there are {sorted(known)}")
    ids = [known[point] for point in points or sorted(known)]
    click.echo(gate_claims.offer_claim(wired, "cli", place.id, name, ids).code)


@gate.command("list")
@_number
def gate_list(number: int) -> None:
    """Every gate, whether it is online, and what it holds."""
    wired = house()
    now = wired.clock.now()
    place = _estate(wired, number)
    with wired.db.reading() as stores:
        version = stores.places.policy_version(place.id)
        for one in stores.gates.gates(place.id):
            state = "revoked" if one.revoked_at else "online" if one.is_online(now) else "OFFLINE"
            click.echo(f"{one.id} {state:8} lists {one.policy_version}/{version}  {one.name}")


@gate.command("revoke")
@click.argument("gate_id")
def gate_revoke(gate_id: str) -> None:
    """Cut a gate off at once: a stolen or lost device. Its id is on `kaimen gate list`."""
    gate_claims.revoke_gate(house(), "cli", gate_id)
    click.echo(f"gate {gate_id} is cut off")


@click.command("official-account")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("posters"), show_default=True)
def official_account_command(out: Path) -> None:
    """Set the account's menu and write the estates' codes, of chat and mini-program, as pictures to print."""
    wired = house()
    official_account.publish_menu(wired)
    out.mkdir(parents=True, exist_ok=True)
    for poster in (*official_account.posters(wired), *official_account.mini_posters(wired)):
        path = out / f"{poster.name}.png"
        path.write_bytes(poster.image)
        click.echo(f"{path}  {poster.title}")


@click.command()
def status() -> None:
    """What waits and what is wrong: outbox, buried work, outstanding erasures. Exit code 1 when something is."""
    wired = house()
    now = wired.clock.now()
    with wired.db.reading() as stores:
        waiting, buried = stores.outbox.waiting(), stores.outbox.buried()
        overdue = [holding for holding in stores.erasures.outstanding() if holding.is_overdue(now)]
    for task, count in waiting.items():
        click.echo(f"waiting   {task.value:14} {count}")
    for task, count in buried.items():
        click.echo(f"GIVEN UP  {task.value:14} {count}")
    places = _face_places(wired)
    for line in _faces(places):
        click.echo(line)
    unread = older_faces(places)
    for holding in overdue:
        click.echo(f"OVERDUE   erasure {holding.erasure_id} at {holding.kind.value} {holding.holder}")
    if buried or overdue or unread:
        raise SystemExit(1)
    click.echo("nothing is wrong")


def _face_places(wired: House) -> list[tuple[int, FacePlaces]]:
    """(estate number, its access points that take faces), for the estates that offer face."""
    with wired.db.reading() as stores:
        found = [(place.number, face_places(wired, place.id)) for place in stores.places.estates()]
    return [(number, faces) for number, faces in found if faces is not None]


def _faces(found: Sequence[tuple[int, FacePlaces]]) -> list[str]:
    """One line for each access point that takes faces: its candidates, the limit, and what it asks for."""
    return [
        f"faces     {number}/{one.point.number:<5} people {one.people}, {_how(one, faces.largest)}"
        for number, faces in found
        for one in faces.places
    ]


def older_faces(found: Sequence[tuple[int, FacePlaces]]) -> bool:
    """Say whose faces are of an earlier model, and what to do; whether any of them is not recognised."""
    unread = False
    for number, faces in found:
        for one in faces.older:
            renew = f"`kaimen face renew --estate {number} --why model` asks them for new samples"
            if one.asked_until is not None:
                renew = f"they are asked for new samples until {local(one.asked_until, 'UTC'):%Y-%m-%d %H:%M} UTC"
            if one.compared:
                click.echo(f"faces     {number}: {one.people} people are still known by {one.model}; {renew}")
                continue
            unread = True
            click.echo(
                f"UNKNOWN   {number}: {one.people} people with faces of {one.model} are not recognised: set "
                f"KAIMEN_FACE_PREVIOUS_MODEL={one.model}, start the face process again; then {renew}"
            )
    return unread


def _how(one: FacePlace, largest: int | None) -> str:
    if largest is None:
        return "the face process is away: no face is compared"
    return f"most {largest}: {'card or pass first' if one.by_claim else 'face alone'}"


def _estate(wired: House, number: int) -> Estate:
    with wired.db.reading() as stores:
        found = stores.places.estate_by_number(number)
    if found is None:
        raise click.ClickException(f"there is no estate {number}; `kaimen estate list` shows those there are")
    return found
