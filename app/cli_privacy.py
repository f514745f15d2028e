"""Commands about the promise: verify what people were given."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import quote

import click

from access.domain.errors import InvalidInput, NotFound
from access.domain.times import SECOND, local
from access.services import assess, rotate_keys, rotate_master, signing, verify_receipt
from access.services.erase import receipt_public_key
from access.services.house import House
from adapters.db.backup import back_up, restore
from adapters.keys.pkcs11_master import TokenMaster
from app.wired import house, settings

_path = click.Path(dir_okay=False, path_type=Path)
_there = click.Path(exists=True, dir_okay=False, path_type=Path)
_file = click.argument("file", type=_there)


@click.group()
def receipt() -> None:
    """Consent receipts, erasure certificates, exports: verify them, show the key."""


@receipt.command("verify")
@_file
@click.option("--key", required=True, help="the estate's public receipt key: 64 hexadecimal digits or base64")
def receipt_verify(file: Path, key: str) -> None:
    """Verify a receipt, a certificate or an export. Needs no settings and no database.

    Exit code 0 when it holds, 1 when it was changed, does not fit the key or has expired.
    """
    try:
        text = file.read_text(encoding="utf-8")
        found = verify_receipt.verify(text, signing.public_key_of(key), int(time.time() * SECOND))
    except UnicodeDecodeError:
        click.echo("NOT VALID: certificate.form: not a text", err=True)
        sys.exit(1)
    except InvalidInput as exc:
        click.echo(f"NOT VALID: {exc.code}: {exc.message}", err=True)
        sys.exit(1)
    click.echo(json.dumps(found.body, ensure_ascii=False, indent=2))
    inside = f", with {found.receipts} receipts inside" if found.receipts else ""
    click.echo(f"VALID: {found.kind}{inside}")


@receipt.command("key")
@click.argument("number", type=int)
def receipt_key(number: int) -> None:
    """Print the public receipt key of the estate with that NUMBER, to be published elsewhere too."""
    wired = house()
    with wired.db.reading() as stores:
        estate = stores.places.estate_by_number(number)
    if estate is None:
        raise NotFound("estate.unknown", "no estate has this number")
    click.echo(receipt_public_key(wired, estate.id).hex())


@click.command("backup")
@click.argument("data", type=_path)
@click.option("--keys", required=True, type=_path, help="the key list, replaced each time: keep only the newest")
def backup(data: Path, keys: Path) -> None:
    """Back up everything but the persons' keys to DATA, and their keys apart. The service may go on running."""
    count = back_up(settings().database_url, data, keys)
    click.echo(f"{data}: everything but keys; {keys}: {count} keys. Keep no older list of keys.")


@click.command("restore")
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=_path, required=False)
@click.option(
    "--keys",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="the newest key list",
)
def restore_backup(data: Path, target: Path | None, keys: Path) -> None:
    """Put DATA and the newest key list together. Then run `kaimen jobs once`.

    Makes the file TARGET on SQLite. Without TARGET it fills the database of the settings, which must be empty:
    on PostgreSQL make it with createdb.
    """
    url = settings().database_url if target is None else "sqlite:///" + quote(str(target))
    count = restore(data, keys, url)
    click.echo(f"restored with {count} keys; whoever has none was erased since, and the jobs erase what came back.")


@click.group()
def keys() -> None:
    """The master key."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Wrap anew what stands under an older master key. First give every process both: ``1:old,2:new``."""
    wired = house()
    done = rotate_master.rotate(wired)
    click.echo(f"wrapped anew: secrets of {done.estates} estates, {done.platform} of the platform")
    _show_standing(wired)


@keys.command("status")
def keys_status() -> None:
    """Say how much stands under each master key. Never prints a key."""
    _show_standing(house())


@keys.command("signing")
@click.argument("number", type=int)
def keys_signing(number: int) -> None:
    """Begin new signing keys for passes and commands of the estate with that NUMBER. Those before hold once more.

    No more often than every 37 days, the longest life of a pass: the keys before last verify nothing.
    """
    wired = house()
    with wired.db.reading() as stores:
        estate = stores.places.estate_by_number(number)
    if estate is None:
        raise NotFound("estate.unknown", "no estate has this number")
    click.echo(f"signing key {rotate_keys.rotate_keys(wired, 'operator', estate.id)} is in force")


@keys.command("make")
@click.argument("label")
def keys_make(label: str) -> None:
    """Make a master key named LABEL inside the token that the settings name; it cannot be read out of it."""
    token = settings().token
    if token is None:
        raise click.ClickException("set KAIMEN_PKCS11_MODULE, KAIMEN_PKCS11_TOKEN and KAIMEN_PKCS11_PIN_FILE first")
    TokenMaster(token, label).make()
    click.echo(f"made: write it as pkcs11:{label} in KAIMEN_MASTER_KEY")


def _show_standing(wired: House) -> None:
    under = rotate_master.standing(wired)
    for key_id in sorted({*under, *settings().masters}):
        count = under.get(key_id, 0)
        said = f"{count} secrets" if count else "nothing; take it out once no backup from before the change is kept"
        click.echo(f"master key {key_id}: {said}")


@click.group()
def faces() -> None:
    """How many people have a face stored, and the filing with the administration."""


@faces.command("count")
def faces_count() -> None:
    """Count the distinct people with a stored face; show the thresholds reached and the end of the filing term."""
    wired = house()
    click.echo(f"{assess.count_faces(wired)} people")
    for one in assess.filings(wired):
        due = "warning only" if one.due_at is None else f"file before {when(one.due_at)}"
        filed = "" if one.filed_at is None else f", filed {when(one.filed_at)}"
        click.echo(f"{one.threshold:,} reached {when(one.reached_at)}: {due}{filed}")


@faces.command("filed")
def faces_filed() -> None:
    """Say that it was filed with the administration; ends the term."""
    assess.record_filing(house())
    click.echo("recorded")


def when(at: int) -> str:
    return local(at, assess.FILING_ZONE).strftime("%Y-%m-%d %H:%M")
