"""Across hosts: both sides must show a certificate of the installation's own authority."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from access.domain.errors import ExternalSystemError
from adapters.face.in_process import InProcessFaceEngine
from adapters.face.remote import MutualTls, over_tls
from adapters.face.server import create_face_app


class Authority:
    """A certificate authority that writes what it signs into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        self._write(self.file, self._sign(self._name, self._key.public_key(), authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate, key_file = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        self._write(certificate, self._sign(subject, key.public_key(), authority=False))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key_file

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, authority: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        usage = x509.KeyUsage(True, False, False, False, False, authority, authority, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(address, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )

    @staticmethod
    def _write(path: Path, certificate: x509.Certificate) -> None:
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def url(ours: Authority, in_process: InProcessFaceEngine) -> Iterator[str]:
    """A face process that asks its clients for a certificate of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, ours.issue("server")))
    context.load_verify_locations(str(ours.file))
    context.verify_mode = ssl.CERT_REQUIRED
    server = make_server("127.0.0.1", 0, create_face_app(in_process), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_a_client_with_our_certificate_is_answered(ours: Authority, url: str) -> None:
    client = over_tls(url, MutualTls(ours.file, *ours.issue("client")))
    assert client.model() == "joined-2"
    client.close()


def test_a_client_with_anothers_certificate_is_not(tmp_path: Path, ours: Authority, url: str) -> None:
    client = over_tls(url, MutualTls(ours.file, *Authority(tmp_path, "theirs").issue("stranger")))
    with pytest.raises(ExternalSystemError) as caught:
        client.model()
    client.close()
    assert caught.value.code == "face.unreachable"


def test_a_server_with_anothers_certificate_is_not_trusted(tmp_path: Path, ours: Authority, url: str) -> None:
    theirs = Authority(tmp_path, "theirs")
    client = over_tls(url, MutualTls(theirs.file, *ours.issue("client")))
    with pytest.raises(ExternalSystemError) as caught:
        client.model()
    client.close()
    assert caught.value.code == "face.unreachable"
