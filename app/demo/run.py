"""`make run`: prepare the folder, migrate, seed, start everything, say where to look."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from access.services import gate_claims, prepare_keys
from access.services.house import House
from adapters.db.migrate import migrate
from app import official_account
from app.bootstrap import build_house
from app.demo import seed
from app.demo.folder import DemoFolder, Ports
from app.demo.linkage import Linkage, LinkMissingError
from app.demo.supervise import PortTakenError, Supervisor, check_ports
from app.settings import Settings

_GATE_NAME = "演示门 Demo gate"


def run(data: Path, first_port: int, models: Path, link: str = "outbox") -> int:
    """Start the demo and block until Ctrl-C; the exit code. `link` is one of `linkage.LINKS`."""
    began = time.monotonic()
    ports = Ports.from_env(first_port)
    try:
        check_ports(ports, link)
        folder = DemoFolder(data)
        linkage = Linkage.of(link, folder, ports)
        linkage.command()
    except (PortTakenError, LinkMissingError) as exc:
        click.echo(str(exc), err=True)
        return 1
    house = prepare(folder, ports, models)
    linkage.prepare(house)
    click.echo("starting: service, gate link, face process, jobs, WeChat stand-in, simulated gate …")
    supervisor = Supervisor(folder, ports, models, linkage, log=folder.logs / "demo.log")

    def ready() -> None:
        _hang_posters(house, folder)
        _welcome(ports, folder, time.monotonic() - began)

    code = supervisor.run(ready)
    click.echo("stopped.")
    return code


def prepare(folder: DemoFolder, ports: Ports, models: Path) -> House:
    """Folder, secrets, schema, seed and a fresh claim code for the gate; safe to run again."""
    folder.make()
    house = build_house(Settings.from_env(folder.environment(ports, models)))
    migrate(house.db)  # type: ignore[arg-type]
    prepare_keys.prepare(house)
    staff = seed.seed(house)
    if staff is not None:
        folder.write_private(folder.staff_file, seed.as_json(staff))
    _claim_code(house, folder)
    return house


def _claim_code(house: House, folder: DemoFolder) -> None:
    """A code for the simulated gate; a gate that was claimed before does not use it."""
    with house.db.reading() as stores:
        estate = stores.places.estate_by_number(seed.ESTATE_NUMBER)
        points = stores.places.access_points(estate.id) if estate else ()
    if estate is not None:
        offered = gate_claims.offer_claim(house, "cli", estate.id, _GATE_NAME, [point.id for point in points])
        folder.write_private(folder.claim_file, offered.code)


def _hang_posters(house: House, folder: DemoFolder) -> None:
    """The account's menu, and the QR codes a resident scans, as pictures too."""
    official_account.publish_menu(house)
    for poster in official_account.posters(house):
        (folder.posters / f"{poster.name}.png").write_bytes(poster.image)


def _welcome(ports: Ports, folder: DemoFolder, seconds: float) -> None:
    url = ports.url
    click.echo(f"""
Kaimen 开门 is ready ({seconds:.1f} s). Everything runs on this machine; nothing leaves it.

  WeChat stand-in (you are a resident)   {url("wechat")}/
  simulated gate                         {url("gate")}/
  property staff's console               {url("api")}/console/
  staff's authenticator codes            {url("wechat")}/authenticator
  staff names and first passwords        {os.path.relpath(folder.staff_file)}
  QR codes that hang at the gates        {os.path.relpath(folder.posters)}
  log of all processes                   {os.path.relpath(folder.logs / "demo.log")}

Try this first:
  1. In the WeChat stand-in choose a person and scan the estate's QR code. The bot greets you; answer it.
  2. In the console sign in as wuye and approve the request.
  3. In the chat ask for 通行码 (your pass), save its picture, and hold it up at the gate: the door opens.

Ctrl-C stops everything.
""")
