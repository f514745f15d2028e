"""`python -m standins.wechat`: start the stand-in. Each option is also KAIMEN_STANDIN_<OPTION>."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import click

from standins.wechat.options import Mode, StandInOptions
from standins.wechat.server import StandInServer

DEFAULT_PORT = 8400
_DEFAULTS = StandInOptions()


@click.command(context_settings={"auto_envvar_prefix": "KAIMEN_STANDIN", "show_default": True})
@click.option("--host", default="127.0.0.1", help="Loopback address.")
@click.option("--port", default=DEFAULT_PORT, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder kept over restarts.")
@click.option("--callback-url", default="", help="Where the official account's messages go.")
@click.option("--token", default=_DEFAULTS.token, help="The callback's token.")
@click.option("--aes-key", default="", help="EncodingAESKey, 43 characters.")
@click.option("--mode", default=Mode.PLAIN.value, type=click.Choice([one.value for one in Mode]))
@click.option("--oa-appid", default=_DEFAULTS.oa_appid, help="Official account.")
@click.option("--oa-secret", default=_DEFAULTS.oa_secret)
@click.option("--mp-appid", default=_DEFAULTS.mp_appid, help="Mini-program.")
@click.option("--mp-secret", default=_DEFAULTS.mp_secret)
@click.option("--account-name", default=_DEFAULTS.account_name, help="Shown above the chat.")
@click.option("--mini-page", "mini_pages", multiple=True, help="A published page; none given takes any.")
@click.option(
    "--page-cookie",
    "page_cookies",
    multiple=True,
    default=_DEFAULTS.page_cookies,
    help="name@path of a sign-in cookie that a browser forgets when another person opens a link.",
)
@click.option("--reply-seconds", default=5.0, type=click.FloatRange(0.1, 60), help="Time for a reply.")
@click.option(
    "--staff-secrets",
    type=click.Path(path_type=Path, dir_okay=False),
    help='JSON file [{"name", "secret"}] for the authenticator page.',
)
def main(mode: str, **given: Any) -> None:
    """Play WeChat's servers on this machine, with a chat simulator page."""
    try:
        server = StandInServer(StandInOptions(mode=Mode(mode), **given))
    except (ValueError, RuntimeError) as exc:
        raise click.ClickException(str(exc)) from exc
    except (OSError, SystemExit) as exc:
        raise click.ClickException(f"port {given['port']} is taken: choose another with --port") from exc
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    click.echo(f"WeChat stand-in ready · {server.url}/")
    try:
        server.serve()
    except KeyboardInterrupt:
        click.echo("stopped")


if __name__ == "__main__":
    main()
