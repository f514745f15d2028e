"""One parser under atheris: `python -m tests.fuzz.one <parser> <program> <libFuzzer's options>`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["access", "hardware", "base45"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    atheris.Setup(options, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
