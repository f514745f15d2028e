"""`python -m tests.fuzz --seconds 60`: coverage-guided fuzzing of every parser by atheris (libFuzzer).

New inputs that reach new code are kept in `tests/fuzz/corpus/<parser>`, cut down to the smallest set;
an input that breaks a parser is kept there as `broke-…`, so that the test suite goes on failing until it is mended.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
NAMES = ("frame", "qr", "osdp_card", "adms", "scanner")
MAX_BYTES = 2_048
TOLD = 4_000
"""Characters of what a parser broke with."""


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.fuzz")
    wanted.add_argument("--seconds", type=int, default=60, help="for each parser")
    wanted.add_argument("--only", choices=NAMES)
    given = wanted.parse_args()
    broken = [name for name in NAMES if given.only in (None, name) and not _fuzz(name, given.seconds)]
    for name in broken:
        sys.stdout.write(f"BROKEN {name}: see {CORPUS / name}/broke-…\n")
    return 1 if broken else 0


def _fuzz(name: str, seconds: int) -> bool:
    """One parser; True when nothing broke it."""
    kept = CORPUS / name
    with tempfile.TemporaryDirectory() as folder:
        work, small = Path(folder, "work"), Path(folder, "small")
        work.mkdir()
        small.mkdir()
        again = _launcher(Path(folder, "again"), name)
        sound = _run(again, f"-max_total_time={seconds}", f"-artifact_prefix={kept}/broke-", str(work), str(kept))
        # the smallest set of inputs that reaches all that was reached, those that are kept already first
        _run(again, "-merge=1", str(small), str(kept), str(work))
        known = {path.read_bytes() for path in kept.iterdir()}
        new = [path for path in small.iterdir() if path.read_bytes() not in known]
        for path in new:
            shutil.copy(path, kept / path.name[:16])
    sys.stdout.write(f"{name}: {'sound' if sound else 'BROKEN'}, {len(known)} kept, {len(new)} new\n")
    return sound


def _launcher(path: Path, name: str) -> Path:
    """A program that libFuzzer can start anew by itself, as it does to merge."""
    start = f'exec "{sys.executable}" -m tests.fuzz.one {name} "$0" "$@"'
    path.write_text(f"#!/bin/sh\n{start}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


def _run(again: Path, *options: str) -> bool:
    command = [str(again), f"-max_len={MAX_BYTES}", *options]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        sys.stdout.write((done.stdout + done.stderr).decode(errors="replace")[-TOLD:])
    return done.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
