"""`python -m standins.gate`: start the simulated gate. Each option is also KAIMEN_GATE_<OPTION>."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click
from werkzeug.serving import make_server

from access.domain.errors import KaimenError
from standins.gate.app import create_app
from standins.gate.claiming import ensure_claimed
from standins.gate.options import GateSimOptions
from standins.gate.station import Station


@click.command(context_settings={"auto_envvar_prefix": "KAIMEN_GATE", "show_default": True})
@click.option("--host", default="127.0.0.1", help="Loopback address of the page.")
@click.option("--port", default=8500, type=click.IntRange(0, 65535), help="Of the page; 0 takes a free one.")
@click.option("--server", required=True, help="Address of the api process, such as http://127.0.0.1:8000.")
@click.option("--link", required=True, help="Address of the gate link process.")
@click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="Device's folder.")
@click.option("--claim-code", default="", help="One-time code; needed the first time.")
@click.option("--claim-code-file", type=click.Path(path_type=Path, dir_okay=False), help="Wait for the code here.")
@click.option("--claim-seconds", default=60.0, type=click.FloatRange(0, 3600), help="How long to wait for it.")
@click.option(
    "--edge-models",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the network files: the gate enrols and matches faces itself.",
)
@click.option("--walk/--no-walk", "walks_through", default=True, help="A person opens the door after a grant.")
def main(**given: Any) -> None:
    """A gate on this machine: the real agent, simulated devices, and a page to hold things up."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        options = GateSimOptions(environment=os.environ.get("KAIMEN_ENV", ""), **given)
        ensure_claimed(options)
        station = Station(options)
    except (ValueError, KaimenError) as exc:
        raise click.ClickException(str(exc)) from exc
    try:
        server = make_server(options.host, options.port, create_app(station), threaded=True)
    except (OSError, SystemExit) as exc:
        station.close()
        raise click.ClickException(f"port {options.port} is taken: choose another with --port") from exc
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    station.start()
    click.echo(f"simulated gate ready · http://{options.host}:{server.server_port}/")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("stopped")
    finally:
        station.close()


if __name__ == "__main__":
    main()
