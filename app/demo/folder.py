"""The demo's folder: secrets made at random on first use, kept with owner-only rights, nothing to configure."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

AES_KEY_CHARS = 43


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports of the demo; each by setting. `carrier` is Redis' or the broker's, where the link has one."""

    api: int
    wechat: int
    link: int
    gate: int
    carrier: int = 0

    @classmethod
    def from_env(cls, first: int) -> Ports:
        """Five ports in a row from `first`, each replaceable by ``KAIMEN_DEMO_<NAME>_PORT``."""
        names = ("api", "wechat", "link", "gate", "carrier")
        chosen = {
            name: int(os.environ.get(f"KAIMEN_DEMO_{name.upper()}_PORT", first + i)) for i, name in enumerate(names)
        }
        return cls(**chosen)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{getattr(self, name)}"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Paths below one folder."""

    root: Path

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def staff_file(self) -> Path:
        """Name, password and authenticator secret of the demo's staff."""
        return self.root / "staff.json"

    @property
    def claim_file(self) -> Path:
        return self.root / "claim-code"

    @property
    def gate(self) -> Path:
        return self.root / "gate"

    @property
    def wechat(self) -> Path:
        return self.root / "wechat"

    @property
    def posters(self) -> Path:
        """QR codes to scan, as pictures."""
        return self.root / "posters"

    @property
    def face_socket(self) -> Path:
        """Unix sockets have short paths, so it stands in the folder itself."""
        return self.root.absolute() / "face.sock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def make(self) -> dict[str, str]:
        """Create what is missing; the demo's secrets."""
        for folder in (self.root, self.gate, self.wechat, self.logs, self.posters):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.secrets_file.exists():
            self.write_private(self.secrets_file, json.dumps(_fresh_secrets(), indent=1))
        known: dict[str, str] = json.loads(self.secrets_file.read_text(encoding="utf-8"))
        return known

    def write_private(self, path: Path, text: str) -> None:
        """Write a file only its owner can read."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)

    def environment(self, ports: Ports, models: Path) -> dict[str, str]:
        """``KAIMEN_*`` for every process of the demo."""
        return {
            "KAIMEN_ENV": "demo",
            "KAIMEN_PUBLIC_URL": ports.url("api"),
            "KAIMEN_DATABASE_URL": f"sqlite:///{self.root.absolute() / 'kaimen.db'}",
            "KAIMEN_DATA_DIR": str(self.root.absolute()),
            "KAIMEN_WECHAT_API_BASE": ports.url("wechat"),
            "KAIMEN_WECHAT_OPEN_BASE": ports.url("wechat"),
            "KAIMEN_WECHAT_QR_BASE": ports.url("wechat"),
            "KAIMEN_FACE_ADDRESS": f"unix:{self.face_socket}",
            "KAIMEN_FACE_MODELS": str(models.absolute()),
            "KAIMEN_PHOTO_CHANNELS": "chat,page,mini_program,desk",
            "KAIMEN_OA_MODE": "safe",
            **self.make(),
        }

    def stand_in_environment(self) -> dict[str, str]:
        """``KAIMEN_STANDIN_*``: the same simulated accounts, seen from WeChat's side."""
        known = self.make()
        names = ("OA_APPID", "OA_SECRET", "MP_APPID", "MP_SECRET")
        return {
            **{f"KAIMEN_STANDIN_{name}": known[f"KAIMEN_{name}"] for name in names},
            "KAIMEN_STANDIN_TOKEN": known["KAIMEN_OA_TOKEN"],
            "KAIMEN_STANDIN_AES_KEY": known["KAIMEN_OA_AES_KEY"],
            "KAIMEN_STANDIN_MODE": "safe",
        }


def _fresh_secrets() -> dict[str, str]:
    letters = string.ascii_letters + string.digits
    return {
        "KAIMEN_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "KAIMEN_SECRET_KEY": secrets.token_urlsafe(48),
        "KAIMEN_OA_APPID": "wxdemo" + secrets.token_hex(6),
        "KAIMEN_OA_SECRET": secrets.token_hex(16),
        "KAIMEN_OA_TOKEN": secrets.token_hex(12),
        "KAIMEN_OA_AES_KEY": "".join(secrets.choice(letters) for _ in range(AES_KEY_CHARS - 1)) + "A",
        "KAIMEN_MP_APPID": "wxmini" + secrets.token_hex(6),
        "KAIMEN_MP_SECRET": secrets.token_hex(16),
    }
