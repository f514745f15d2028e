"""`kaimen-agent`: what an operator does at a gate's small computer."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import structlog

from access.domain.errors import KaimenError
from access.domain.times import SECOND
from hardware.agent import config as configs
from hardware.agent import doctor as doctors
from hardware.agent import lock
from hardware.agent import server as servers
from hardware.agent import simulate as simulation
from hardware.agent import status as states
from hardware.agent.clock import TrustedClock
from hardware.agent.journal import FILE as JOURNAL
from hardware.agent.journal import Journal, JournalBroken
from hardware.agent.memory import be_small
from hardware.agent.options import AgentOptions
from hardware.agent.papers import Papers
from hardware.agent.passback import Passback
from hardware.agent.runner import Runner, RunnerFailed
from hardware.drivers.ports import DriverError

_DATA = Path("/var/lib/kaimen-agent")

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DATA,
    show_default=True,
    help="Folder of the device key, the journal and the lists.",
)


@click.group(context_settings={"auto_envvar_prefix": "KAIMEN_AGENT"})
def main() -> None:
    """The Kaimen agent at a gate: asks the server, decides by itself when the network is gone.

    Each option is also an environment variable, such as KAIMEN_AGENT_RUN_DATA.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@main.command()
@click.argument("code")
@click.option("--server", required=True, help="Address of the service, such as https://kaimen.example.")
@click.option(
    "--link",
    default="",
    help="Address of the gate link, or mqtts://host:port of a broker; the server's when left out.",
)
@data_option
def claim(code: str, server: str, link: str, data: Path) -> None:
    """Bind this computer to an estate with the CODE that staff read out (8 characters, valid 10 minutes)."""
    with _told():
        AgentOptions(server, link or server, data)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        alone = lock.only_one(data)
        identity = servers.claim(server, data, code)
        written = configs.write_first(data, server, link or server)
        if link.startswith("mqtts:"):
            papers = Papers(data, identity)
            papers.renew(servers.Server(server, identity, TrustedClock(None)))
        alone.close()
    click.echo(f"claimed as gate {identity.claim.gate_id}")
    for row in identity.claim.access_points:
        click.echo(f"  access point {row.number}  {row.name_zh}  {row.name_en}")
    if written:
        click.echo(f"next: say in {data / configs.FILE} what is wired, then `kaimen-agent run`")


@main.command()
@data_option
def run(data: Path) -> None:
    """Work as the gate until stopped."""
    os.umask(0o077)
    be_small()
    with _told():
        runner = Runner(data, configs.load(data))
        runner.run(lambda: click.echo(f"gate {runner.agent.identity.claim.gate_id} at work", err=True))


@main.command()
@data_option
def simulate(data: Path) -> None:
    """Work as the gate with simulated devices; type what people do, `help` lists it."""
    os.umask(0o077)
    with _told():
        session = simulation.Session(data, configs.load(data), click.echo)
    session.run(sys.stdin)


@main.command()
@data_option
def status(data: Path) -> None:
    """Show what the running agent last said of itself. Exit code 1 when none runs."""
    state = states.read(data)
    if state is None or not lock.is_taken(data):
        raise click.ClickException(f"no agent runs in {data}")
    for name, words in _status_lines(state):
        click.echo(f"{name:<10} {words}")


@main.command()
@data_option
def doctor(data: Path) -> None:
    """Check everything the gate needs and say what to do. Exit code 1 when something is wrong."""
    findings = list(doctors.examine(data))
    for finding in findings:
        mark = click.style("ok  ", fg="green") if finding.ok else click.style("FAIL", fg="red", bold=True)
        click.echo(f"{mark} {finding.subject:<10} {finding.words}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@main.command("reset-passback")
@data_option
def reset_passback(data: Path) -> None:
    """Forget who is inside, as after a drill; also while the agent runs."""
    path = data / JOURNAL
    if not path.exists():
        raise click.ClickException(f"no journal in {data}")
    with _told():
        journal = Journal(path)
        forgotten = Passback(journal).reset()
        journal.close()
    click.echo(f"{forgotten} passages forgotten")


def _status_lines(state: states.State) -> list[tuple[str, str]]:
    age = (int(time.time() * SECOND) - state.wall) / SECOND
    lines = [
        ("gate", f"{state.gate}, process {state.pid}, said {age:.0f} s ago"),
        ("link", f"up, {state.server}" if state.link_up else f"DOWN: {state.link_error or 'connecting'}"),
        ("clock", "NO TRUSTED TIME: passes are refused, cards work" if state.at is None else _utc(state.at)),
        ("events", f"{state.buffered} wait for upload" + (f", {state.lost} LOST" if state.lost else "")),
    ]
    if state.list_version is None:
        lines.append(("lists", "NONE: nothing opens while offline"))
    else:
        lines.append(("lists", f"version {state.list_version}, {state.cards} cards"))
        lines.append(
            ("", f"passes until {_utc(state.fresh_until or 0)}, cards until {_utc(state.offline_until or 0)}")
        )
    lines.append(("edge face", state.edge_face))
    for door in state.doors:
        is_open = {None: "no contact", True: "OPEN", False: "closed"}[door.open]
        words = f"{door.name_zh} {door.name_en}: {is_open}, {door.mode}" + (", FIRE" if door.fire else "")
        lines.append((f"door {door.number}", words))
    return lines


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class _told:  # noqa: N801 - reads as words in a `with`
    """Errors in plain words and exit code 1, never a traceback."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, KaimenError):
            raise click.ClickException(error.message) from error
        if isinstance(error, sqlite3.Error):
            raise click.ClickException(f"{error}: `kaimen-agent doctor` says whether the disk is full") from error
        if isinstance(error, DriverError | JournalBroken | RunnerFailed | OSError):
            raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
