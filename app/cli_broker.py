"""Commands for an MQTT broker between the service and its gates (docs/operations/gates.md)."""

from __future__ import annotations

from pathlib import Path

import click

from app.broker_files import prepare
from app.wired import house


@click.group()
def broker() -> None:
    """mosquitto, for gates that are to need nothing else."""


@broker.command("files")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--host", required=True, help="name or address by which gates and service dial it")
@click.option("--port", type=click.IntRange(1, 65_535), default=8883, show_default=True)
@click.option("--bind", default="0.0.0.0", show_default=True, help="address it listens at")  # noqa: S104 - TLS with client certificates alone
@click.option("--user", default="", help="account that mosquitto changes to when root starts it")
def broker_files(folder: Path, host: str, port: int, bind: str, user: str) -> None:
    """Write certificates, ACL, revocation list and mosquitto.conf into FOLDER; run it again to renew them."""
    configuration = prepare(house(), folder, host, (bind, port), user)
    click.echo(f"mosquitto -c {configuration}")
    click.echo("and for the link process:")
    for line in settings_of(folder, host, port):
        click.echo(f"  {line}")


def settings_of(folder: Path, host: str, port: int) -> list[str]:
    """What the link process is told of it."""
    where = folder.absolute()
    return [
        "KAIMEN_LINK=mqtt",
        f"KAIMEN_MQTT_ADDRESS={host}:{port}",
        f"KAIMEN_MQTT_AUTHORITY={where / 'authority.pem'}",
        f"KAIMEN_MQTT_CERTIFICATE={where / 'service.pem'}",
        f"KAIMEN_MQTT_KEY={where / 'service.key'}",
        f"KAIMEN_MQTT_FOLDER={where}",
    ]
