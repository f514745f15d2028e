"""Commands for vendors' terminals: let one in by its serial number, list them, cut one off."""

from __future__ import annotations

import click

from access.services.gate_claims import revoke_gate
from access.services.house import House
from access.services.terminals import Registration, register
from app.wired import house

_number = click.option(
    "--estate", "number", type=click.IntRange(1, 65_535), required=True, help="the estate's number"
)


@click.group()
def terminal() -> None:
    """ZKTeco terminals that poll this service (docs/gates/adms.md)."""


@terminal.command("add")
@_number
@click.option("--name", required=True, help="what it is called on lists")
@click.option("--serial", required=True, help="as printed on it")
@click.option("--access-point", "points", type=int, multiple=True, required=True, help="door 1 first")
@click.option("--source", default="", help="network it must call from, such as 10.8.0.0/24")
@click.option("--secret-path", is_flag=True, help="make a secret for its server path")
@click.option("--holds-cards", is_flag=True, help="keep cards in it for when the network is down (docs/adr/0001-…)")
def terminal_add(
    number: int, name: str, serial: str, points: tuple[int, ...], source: str, secret_path: bool, holds_cards: bool
) -> None:
    """Let a terminal in. It needs a source, a secret path, or both."""
    wired = house()
    estate_id = _estate_id(wired, number)
    with wired.db.reading() as stores:
        known = {point.number: point.id for point in stores.places.access_points(estate_id)}
    unknown = [point for point in points if point not in known]
    if unknown:
        raise click.ClickException(f"no access point {unknown[0]} in estate {number}; there are {sorted(known)}")
    doors = [known[point] for point in points]
    wanted = Registration(name, serial, doors, source, secret_path, holds_cards)
    made = register(wired, "cli", estate_id, wanted)
    click.echo(f"terminal {made.terminal.id} {made.terminal.serial}: {len(doors)} door(s)")
    if made.secret:
        click.echo(f"server path  /t/{made.secret}/iclock/\nIt is not shown again.")


@terminal.command("list")
@_number
def terminal_list(number: int) -> None:
    """Every terminal of the estate, whether it polls, and how many cards it holds or has yet to forget."""
    wired = house()
    now = wired.clock.now()
    with wired.db.reading() as stores:
        for gate in stores.gates.gates(_estate_id(wired, number)):
            one = stores.terminals.get(gate.id)
            if one is not None:
                state = "cut off" if gate.revoked_at else "online" if gate.is_online(now) else "OFFLINE"
                cards = len(stores.terminals.cards(one.id))
                click.echo(f"{one.id} {one.serial} {state:8} {one.dialect:8} cards {cards}  {gate.name}")


@terminal.command("cut-off")
@click.option("--serial", required=True)
def terminal_cut_off(serial: str) -> None:
    """Answer it no more. Cards that it holds stay in it until it is reset by hand."""
    wired = house()
    with wired.db.reading() as stores:
        one = stores.terminals.by_serial(serial)
    if one is None:
        raise click.ClickException(f"no terminal {serial}; see kaimen terminal list")
    revoke_gate(wired, "cli", one.id)
    click.echo(f"terminal {serial} is cut off; reset it to factory settings: that alone empties it")


def _estate_id(wired: House, number: int) -> str:
    with wired.db.reading() as stores:
        found = stores.places.estate_by_number(number)
    if found is None:
        raise click.ClickException(f"no estate {number}; see kaimen estate list")
    return found.id
