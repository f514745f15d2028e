"""``python -m standins.story``: play the whole story and print each step."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from standins.story.play import play


@click.command()
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"), envvar="KAIMEN_FACE_MODELS")
def main(models: Path) -> None:
    """Play the story on free ports in a folder of its own; exit code 1 if any step fails."""
    sys.exit(play(models))


if __name__ == "__main__":
    main()
