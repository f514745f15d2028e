"""Settings: read once from the environment, frozen, every problem reported together.

Each ``KAIMEN_NAME`` may instead be given as ``KAIMEN_NAME_FILE``, the path of a file that holds the value
(the convention of container secrets). Nothing outside the local demo has an insecure default.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from access.domain.errors import InvalidInput
from adapters.keys.master import Master
from adapters.keys.parse import parse_masters
from adapters.keys.pkcs11_master import Token

PREFIX = "KAIMEN_"
WECHAT_API = "https://api.weixin.qq.com"
WECHAT_OPEN = "https://open.weixin.qq.com"
WECHAT_QR = "https://mp.weixin.qq.com"
_MIN_SECRET = 32
_CHANNELS = ("chat", "page", "mini_program", "desk")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Environment(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class SettingsError(Exception):
    """All that is wrong with the settings, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _words(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    return dict(part.strip().partition("=")[::2] for part in value.split(",") if part.strip())


def _no_slash(value: object) -> object:
    return value.rstrip("/") if isinstance(value, str) else value


Url = Annotated[str, BeforeValidator(_no_slash), Field(pattern=r"^https?://[^/\s]+(/\S*)?$", max_length=500)]
FaceModel = Annotated[str, Field(pattern=r"^(joined-[12]|dlib-1|deepface-[A-Za-z0-9-]{1,32})$")]
Score = Annotated[float, Field(ge=0, le=1)]
PointScores = Annotated[
    dict[Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}/[1-9][0-9]{0,4}$")], Score], BeforeValidator(_pairs)
]
"""``estate number/access point number`` → score."""
Words = Annotated[tuple[Literal["chat", "page", "mini_program", "desk"], ...], BeforeValidator(_words)]


class Settings(BaseModel):
    """What the operator decides. See docs/settings.md for each in a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: Environment
    public_url: Url
    database_url: str = Field(pattern=r"^(sqlite:///|postgresql://)\S+$")
    database_durable: bool = False
    redis_url: str = Field(default="", pattern=r"^$|^(rediss?|unix)://\S+$")
    data_dir: Path
    master_key: SecretStr
    pkcs11_module: Path | None = None
    pkcs11_token: str = Field(default="", max_length=32)
    pkcs11_pin: SecretStr = SecretStr("")
    secret_key: SecretStr = Field(min_length=_MIN_SECRET)
    trusted_proxies: int = Field(default=0, ge=0, le=5)

    wechat_api_base: Url = WECHAT_API
    wechat_open_base: Url = WECHAT_OPEN
    wechat_qr_base: Url = WECHAT_QR
    oa_appid: str = Field(min_length=1, max_length=64)
    oa_secret: SecretStr = Field(min_length=1)
    oa_token: SecretStr = Field(min_length=3, max_length=32)
    oa_aes_key: SecretStr
    oa_mode: Literal["plain", "compatible", "safe"] = "safe"
    mp_appid: str = Field(default="", max_length=64)
    mp_secret: SecretStr = SecretStr("")
    mp_notice_template: str = Field(default="", max_length=64)
    notice_template: str = Field(default="", max_length=64)

    face_address: str = Field(default="", pattern=r"^$|^(unix:/|https?://)\S+$")
    face_tls_authority: Path | None = None
    face_tls_certificate: Path | None = None
    face_tls_key: Path | None = None
    face_models: Path = Path("models")
    face_model: FaceModel = "joined-2"
    face_previous_model: FaceModel | Literal[""] = ""
    face_weights: Path | None = None
    face_weights_sha256: str = Field(default="", pattern=r"^$|^[0-9a-f]{64}$")
    face_backend: Literal["tensorflow", "onnx"] = "tensorflow"
    face_calibrations: Path | None = None
    face_fpir: float = Field(default=1e-3, ge=1e-6, le=0.05)
    face_attack_enrolment: Score = 0.5
    face_attack_probe: Score = 0.5
    face_attack_points: PointScores = {}
    face_attack_unjudged: bool = False
    face_attack_engine: str = Field(default="", pattern=r"^$|^(unix:/|https?://|python:)\S+$")
    photo_channels: Words = ("chat", "page", "desk")
    event_keep_days: int = Field(default=90, ge=1, le=365)
    offline_hours: int = Field(default=72, ge=1, le=720)
    passback_seconds: int = Field(default=0, ge=0, le=3_600)
    link: Literal["outbox", "redis", "mqtt"] = "outbox"
    adms: bool = False
    mqtt_address: str = Field(default="", pattern=r"^$|^[^\s:]+:[0-9]{1,5}$")
    mqtt_authority: Path | None = None
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None
    mqtt_folder: Path | None = None
    mqtt_api: Url = "http://127.0.0.1:8700"
    metrics_token: SecretStr = SecretStr("")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _sound(self) -> Settings:
        problems = [*self._bad_keys(), *self._bad_face(), *self._bad_link(), *self._bad_production()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def masters(self) -> dict[int, Master]:
        """One master key, or several while one takes the place of another (`kaimen keys rotate`).

        Raises:
            InvalidInput: ``keys.master``.
        """
        return parse_masters(self.master_key.get_secret_value(), self.token)

    @property
    def token(self) -> Token | None:
        """The PKCS#11 token of master keys, where all three settings name one."""
        pin = self.pkcs11_pin.get_secret_value()
        if self.pkcs11_module is None or not self.pkcs11_token or not pin:
            return None
        return Token(self.pkcs11_module, self.pkcs11_token, pin)

    @property
    def is_secure(self) -> bool:
        """Whether phones reach us by https, so that cookies may be marked secure."""
        return self.public_url.startswith("https://")

    def _bad_keys(self) -> list[str]:
        problems = []
        try:
            _ = self.masters
        except InvalidInput:
            problems.append(
                "KAIMEN_MASTER_KEY: must be 32 bytes in base64, or several as id:key; "
                "pkcs11:label needs KAIMEN_PKCS11_MODULE, _TOKEN and _PIN"
            )
        if len(self.oa_aes_key.get_secret_value()) != 43:  # noqa: PLR2004 - WeChat's EncodingAESKey
            problems.append("KAIMEN_OA_AES_KEY: WeChat's EncodingAESKey has 43 characters")
        return problems

    def _bad_face(self) -> list[str]:
        if self.face_address.startswith("http://"):
            return ["KAIMEN_FACE_ADDRESS: faces never travel in the clear: use unix:/path or https://"]
        if self.face_address.startswith("https://") and None in self.face_tls:
            return ["KAIMEN_FACE_TLS_AUTHORITY, _CERTIFICATE and _KEY: all three are needed with https://"]
        return self._bad_model()

    def _bad_model(self) -> list[str]:
        if self.face_model == self.face_previous_model:
            return ["KAIMEN_FACE_PREVIOUS_MODEL: the model before the present one, or empty"]
        supplied = [m for m in (self.face_model, self.face_previous_model) if m.startswith("deepface-")]
        if len(supplied) > 1:
            return ["KAIMEN_FACE_PREVIOUS_MODEL: one model of deepface at a time; change by way of joined-2"]
        if supplied and (self.face_weights is None or not self.face_weights_sha256):
            return ["KAIMEN_FACE_WEIGHTS and _WEIGHTS_SHA256: both are needed with a model of deepface"]
        return []

    def _bad_link(self) -> list[str]:
        if self.link == "redis" and not self.redis_url:
            return ["KAIMEN_REDIS_URL: is needed with KAIMEN_LINK=redis"]
        files = (self.mqtt_authority, self.mqtt_certificate, self.mqtt_key)
        if self.link == "mqtt" and (not self.mqtt_address or None in files):
            return ["KAIMEN_MQTT_ADDRESS, _AUTHORITY, _CERTIFICATE and _KEY: all are needed with KAIMEN_LINK=mqtt"]
        return []

    @property
    def face_tls(self) -> tuple[Path | None, Path | None, Path | None]:
        """Authority, certificate and key for a face process on another host."""
        return self.face_tls_authority, self.face_tls_certificate, self.face_tls_key

    def _bad_production(self) -> list[str]:
        if self.env is not Environment.PRODUCTION:
            return []
        problems = []
        if not self.is_secure:
            problems.append("KAIMEN_PUBLIC_URL: production needs https://")
        for name, official in (
            ("wechat_api_base", WECHAT_API),
            ("wechat_open_base", WECHAT_OPEN),
            ("wechat_qr_base", WECHAT_QR),
        ):
            url = str(getattr(self, name))
            if url != official and (not url.startswith("https://") or urlsplit(url).hostname in _LOOPBACK):
                problems.append(f"{PREFIX}{name.upper()}: production refuses a stand-in for WeChat")
        if self.oa_mode == "plain":
            problems.append("KAIMEN_OA_MODE: production needs safe or compatible")
        if not self.face_address:
            problems.append(
                "KAIMEN_FACE_ADDRESS: say where the face process listens, such as unix:/run/kaimen/face.sock"
            )
        return problems

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``KAIMEN_*`` and ``KAIMEN_*_FILE``.

        Raises:
            SettingsError: with every problem, none of them quoting a value.
        """
        values, problems = _collect(environ)
        try:
            settings = cls.model_validate(values)
        except ValidationError as exc:
            problems += [_problem(error["loc"], error["msg"]) for error in exc.errors(include_input=False)]
            raise SettingsError(problems) from None
        if problems:
            raise SettingsError(problems)
        return settings


def _collect(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in Settings.model_fields:
        key = PREFIX + name.upper()
        path = environ.get(key + "_FILE")
        if key in environ and path is not None:
            problems.append(f"{key}: give either {key} or {key}_FILE, not both")
        elif path is not None:
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as exc:
                problems.append(f"{key}_FILE: cannot read it ({exc.strerror})")
        elif key in environ:
            values[name] = environ[key]
    return values, problems


def _problem(location: tuple[int | str, ...], message: str) -> str:
    if not location:
        return message.removeprefix("Value error, ")
    name = PREFIX + str(location[0]).upper()
    return f"{name}: {'is missing' if message == 'Field required' else message}"
