"""``kaimen``: the operator's command line. Every command says what went wrong, where, and what to do."""

from __future__ import annotations

import base64
import re
import secrets
import sys
from pathlib import Path

import click

from access.domain.errors import KaimenError
from app.cli_audit import audit
from app.cli_broker import broker
from app.cli_estate import estate, gate, official_account_command, staff, status
from app.cli_face import face
from app.cli_privacy import backup, faces, keys, receipt, restore_backup
from app.cli_terminals import terminal
from app.wired import house, settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Kaimen 开门: access for housing estates. Settings are read from KAIMEN_* (see docs/settings.md)."""


@cli.command()
def check() -> None:
    """Check the settings and the database; print what is in force, never a secret."""
    chosen = settings()
    for name in type(chosen).model_fields:
        click.echo(f"{name:20} {_without_password(str(getattr(chosen, name)))}")
    with house().db.reading() as stores:
        click.echo(f"{'estates':20} {len(stores.places.estates())}")


def _without_password(value: str) -> str:
    """Addresses of databases and of Redis may hold one."""
    return re.sub(r"([?&]password=)[^&]*", r"\1…", re.sub(r"(://[^:@/]*):.*@", r"\1:…@", value))


@cli.command("new-key")
def new_key() -> None:
    """Print a fresh master key (32 random bytes, base64). Keep it apart from the database's backups."""
    click.echo(base64.b64encode(secrets.token_bytes(32)).decode())


@cli.group()
def db() -> None:
    """The database."""


@db.command("migrate")
def db_migrate() -> None:
    """Bring the schema up to date, and what an earlier version sealed. Stop the service before; may be repeated."""
    from access.services.prepare_keys import prepare  # noqa: PLC0415
    from adapters.db.migrate import migrate  # noqa: PLC0415
    from app.stored import database  # noqa: PLC0415

    done = migrate(database(settings()))
    click.echo("\n".join(done) if done else "the schema is up to date")
    moved = prepare(house())
    if moved.people or moved.staff:
        click.echo(f"moved under the installation's own secret: {moved.people} people, {moved.staff} staff")


@cli.group()
def jobs() -> None:
    """Background work."""


@jobs.command("once")
def jobs_once() -> None:
    """Run every periodic duty and the due outbox once."""
    from access.services import outbox  # noqa: PLC0415
    from jobs.worker import duties  # noqa: PLC0415

    wired = house()
    for name, duty in duties(wired).items():
        click.echo(f"{name:20} {duty()}")
    click.echo(f"{'outbox':20} {outbox.run_once(wired)}")


@cli.group()
def demo() -> None:
    """The demo on embedded defaults: no account, no server, no real people."""


_folder = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    envvar="KAIMEN_DEMO_DATA",
    show_default=True,
    help="the demo's folder",
)
_port = click.option(
    "--port",
    type=click.IntRange(1024, 65_000),
    default=8700,
    envvar="KAIMEN_DEMO_PORT",
    show_default=True,
    help="first of five ports: service, WeChat stand-in, gate link, gate page, and what carries to the gate",
)
_models = click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("models"),
    envvar="KAIMEN_FACE_MODELS",
    show_default=True,
    help="folder of the network files",
)


@demo.command("run")
@_folder
@_port
@_models
@click.option(
    "--link",
    type=click.Choice(["outbox", "redis", "mqtt"]),
    default="outbox",
    envvar="KAIMEN_DEMO_LINK",
    show_default=True,
    help="what carries to the gate: SQL alone, a Redis of the demo's own, or a mosquitto with TLS",
)
def demo_run(data: Path, port: int, models: Path, link: str) -> None:
    """Start everything, say where to look, stop on Ctrl-C."""
    from app.demo import run  # noqa: PLC0415

    sys.exit(run.run(data, port, models, link))


for command in (
    audit,
    receipt,
    backup,
    restore_backup,
    keys,
    faces,
    estate,
    staff,
    gate,
    face,
    terminal,
    broker,
    official_account_command,
    status,
):
    cli.add_command(command)


def main() -> None:
    """Entry point; a known error is one plain line, not a trace."""
    try:
        cli(standalone_mode=True)
    except KaimenError as exc:
        click.echo(f"kaimen: {exc.code}: {exc.message}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
