"""A real PKCS#11 token in software: SoftHSM2, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.keys.pkcs11_master import Token
from tests.servers import ServerMissing

LABEL, PIN = "kaimen-test", "73915028"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/*/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
_SETTINGS = "SOFTHSM2_CONF"


@contextmanager
def softhsm() -> Iterator[Token]:
    """An initialised token; the module finds it by the environment, so there is one at a time in a process.

    Raises:
        ServerMissing: SoftHSM2 is not installed.
    """
    found = [path for pattern in _MODULES for path in sorted(Path("/").glob(pattern.lstrip("/")))]
    if not found or shutil.which("softhsm2-util") is None:
        raise ServerMissing("SoftHSM2 is not installed: install the package softhsm2")
    with TemporaryDirectory(prefix="kaimen-softhsm-") as home:
        settings, tokens = Path(home) / "softhsm2.conf", Path(home) / "tokens"
        tokens.mkdir()
        settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ[_SETTINGS] = str(settings)
        words = ["--init-token", "--free", "--label", LABEL, "--so-pin", "56028417", "--pin", PIN]
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
        try:
            yield Token(found[0], LABEL, PIN)
        finally:
            del os.environ[_SETTINGS]
