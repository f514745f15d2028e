"""``python -m standins.story``: play the whole story and print each step."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.demo.linkage import LINKS
from standins.story.play import play


@click.command()
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"), envvar="KAIMEN_FACE_MODELS")
@click.option(
    "--link", "chosen", type=click.Choice(LINKS), multiple=True, help="What carries to the gate; may repeat."
)
def main(models: Path, chosen: tuple[str, ...]) -> None:
    """Play the story on free ports in a folder of its own; exit code 1 if any step fails."""
    played = {}
    for link in chosen or LINKS[:1]:
        click.echo(f"— the gate is reached over {link} —")
        played[link] = play(models, link)
    for link, code in played.items() if len(played) > 1 else ():
        click.echo(f"{link:8} {'the whole story came out as told' if code == 0 else 'FAILED'}")
    sys.exit(max(played.values()))


if __name__ == "__main__":
    main()
