"""The house's own certificate authority for a broker: a certificate binds a gate's id to its device key.

X.509 (RFC 5280) with Ed25519 (RFC 8410). The authority's key derives from a stored secret, so its certificate is
the same wherever it is made and after a change of the master key. A gate's certificate lives thirty days; its
common name is the gate's id, which the broker takes as the user name (`use_identity_as_username`). It is the same
however often it is asked for on one day: its serial number is gate and day, so that a gate can be revoked
(RFC 5280, 5) without keeping a list of what was issued.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from access.domain.gates import Gate
from access.domain.times import DAY, SECOND
from access.services.house import House

SERVER_NAME = "kaimen-server"
"""Common name of the service itself at the broker."""
_LIFE_DAYS = 30
_LIFE = timedelta(days=_LIFE_DAYS)
_DAY_BITS = 32
_SERVER_LIFE = timedelta(days=397)
_EARLY = timedelta(minutes=5)
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_END = datetime(2056, 1, 1, tzinfo=UTC)


class Authority:
    """Issues certificates. `seed` is 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._name = _named("kaimen gate authority")

    def certificate(self) -> bytes:
        """The authority's own certificate, PEM: what broker, service and gates trust."""
        builder = self._builder(self._name, self._key.public_key(), _BEGINNING, _END).serial_number(1)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return self._signed(builder)

    def for_gate(self, gate: Gate, at: int) -> bytes:
        """A gate's certificate of the day, PEM. It holds the device key that was claimed: no key travels."""
        public, day = Ed25519PublicKey.from_public_bytes(gate.public_key), at // DAY
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._leaf(_named(gate.id), public, day * DAY, _LIFE, usage, None, _serial(gate.id, day))

    def revocations(self, revoked: Iterable[Gate], at: int) -> bytes:
        """The revocation list, PEM: every certificate of these gates that may still be in its thirty days."""
        now = datetime.fromtimestamp(at / SECOND, UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name).last_update(now - _EARLY)
        builder = builder.next_update(_END).add_extension(x509.CRLNumber(at), critical=False)
        for gate in revoked:
            since = gate.revoked_at or at
            when = datetime.fromtimestamp(since / SECOND, UTC)
            for day in range(since // DAY - _LIFE_DAYS, since // DAY + 2):
                one = x509.RevokedCertificateBuilder().serial_number(_serial(gate.id, day)).revocation_date(when)
                builder = builder.add_revoked_certificate(one.build())
        return builder.sign(self._key, None).public_bytes(Encoding.PEM)

    def for_service(self, at: int) -> tuple[bytes, bytes]:
        """Certificate and private key, PEM, of the service as a client of the broker."""
        key = Ed25519PrivateKey.generate()
        name = _named(SERVER_NAME)
        pem = self._leaf(name, key.public_key(), at, _SERVER_LIFE, ExtendedKeyUsageOID.CLIENT_AUTH, None)
        return pem, private_pem(key)

    def for_broker(self, host: str, at: int) -> tuple[bytes, bytes]:
        """Certificate and private key, PEM, of a broker at a host name or address."""
        key = Ed25519PrivateKey.generate()
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        return self._leaf(_named(host), key.public_key(), at, _SERVER_LIFE, usage, host), private_pem(key)

    def _leaf(
        self,
        name: x509.Name,
        key: Ed25519PublicKey,
        at: int,
        life: timedelta,
        usage: x509.ObjectIdentifier,
        host: str | None,
        serial: int | None = None,
    ) -> bytes:
        now = datetime.fromtimestamp(at / SECOND, UTC)
        builder = self._builder(name, key, now - _EARLY, now + life)
        builder = builder.serial_number(serial or x509.random_serial_number())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if host is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        return self._signed(builder)

    def _builder(
        self, name: x509.Name, key: Ed25519PublicKey, begin: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        return builder.not_valid_before(begin).not_valid_after(end)

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self._key, None).public_bytes(Encoding.PEM)


def kept_revoked_since(at: int) -> int:
    """A gate that was revoked before this instant holds no certificate that is still valid."""
    return at - (_LIFE_DAYS + 1) * DAY


def authority_of(house: House) -> Authority:
    """The house's authority; its secret is made when it is first asked for."""
    with house.db.transaction() as stores:
        return Authority(house.keyring.gate_authority_seed(stores))


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """A private key as PEM (PKCS #8), unencrypted: the caller keeps the file private."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _serial(gate_id: str, day: int) -> int:
    return int(gate_id, 16) << _DAY_BITS | day


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
