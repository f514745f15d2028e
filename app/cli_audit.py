"""Commands about the audit chain: verify it, print its signed heads, check what an auditor was given."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from access.domain.audit import Head
from access.domain.errors import InvalidInput
from access.services import anchor_audit, export_audit, signing, verify_audit
from app.wired import house


@click.group()
def audit() -> None:
    """The audit chain."""


@audit.command("verify")
@click.option(
    "--heads",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="heads kept outside the database, as `kaimen audit heads` printed them",
)
def audit_verify(kept: Path | None) -> None:
    """Walk the whole chain; name every changed, removed or inserted row. Exit code 1 when there is one."""
    result = verify_audit.verify(house(), _read_heads(kept) if kept else ())
    for fault in result.faults:
        click.echo(fault)
    click.echo(f"{result.rows} rows, {result.heads} heads, {len(result.faults)} faults, head {result.head}")
    sys.exit(1 if result.faults else 0)


@audit.command("heads")
def audit_heads() -> None:
    """Print the signed heads, one a line, to be kept where nobody who runs the service can change them."""
    for head in anchor_audit.heads(house()):
        click.echo(json.dumps(asdict(head)))


@audit.command("key")
def audit_key() -> None:
    """Print the public key that verifies heads and exports."""
    click.echo(anchor_audit.public_key(house()).hex())


@audit.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", required=True, help="the public audit key: 64 hexadecimal digits or base64")
def audit_check(file: Path, key: str) -> None:
    """Verify an exported chain. Needs no settings and no database. Exit code 1 when it was changed."""
    try:
        with file.open(encoding="utf-8") as lines:
            rows = export_audit.check(lines, signing.public_key_of(key))
    except (InvalidInput, UnicodeDecodeError) as exc:
        click.echo(f"NOT VALID: {exc}", err=True)
        sys.exit(1)
    click.echo(f"VALID: {rows} rows")


def _read_heads(file: Path) -> list[Head]:
    try:
        return [Head(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line]
    except (ValueError, TypeError) as exc:
        raise click.ClickException(f"{file}: not a file of heads, as `kaimen audit heads` prints them") from exc
