"""A root of one run, and the certificates under it and beside it that a server may show."""

import atexit
import datetime
import functools
import pathlib
import tempfile
import threading

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from demo.authority import LIFETIME, address_or_name, certificate, common_name, pem

NAME = "localhost"
REMOTE_NAME = "keys.faults.example"
"""Of a server that a name server must be asked for."""
LONG_GONE = datetime.datetime.now(datetime.UTC) - 4 * LIFETIME
lock = threading.Lock()


class Certificates:
    """`root` is what a client must believe; `tls` is what a server is given."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        self.root_name, self.root_key = common_name("Turnstile fault tables CA"), new_key()
        root = certificate(self.root_name, self.root_key, self.root_name, self.root_key, authority=True)
        self.root.write_bytes(pem(root))
        self.issue("valid", NAME)
        self.issue("remote", REMOTE_NAME)
        self.issue("wrong name", "keys.example.com")
        self.issue("expired", NAME, now=LONG_GONE)
        self.issue("self-signed", NAME, self_signed=True)

    def issue(
        self, kind: str, name: str, now: datetime.datetime | None = None, self_signed: bool = False
    ) -> None:
        key, subject = new_key(), common_name(name)
        issuer, issuer_key = (subject, key) if self_signed else (self.root_name, self.root_key)
        alternatives = [address_or_name(name)]
        shown = certificate(subject, key, issuer, issuer_key, authority=False, names=alternatives, now=now)
        self.file(kind, "pem").write_bytes(pem(shown))
        self.file(kind, "key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def file(self, kind: str, suffix: str) -> pathlib.Path:
        return self.folder / f"{kind}.{suffix}"

    def tls(self, kind: str, **options: str) -> dict[str, str]:
        return {"certificate": str(self.file(kind, "pem")), "key": str(self.file(kind, "key")), **options}


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def made() -> Certificates:
    folder = tempfile.TemporaryDirectory(prefix="turnstile-")
    atexit.register(folder.cleanup)
    return Certificates(pathlib.Path(folder.name))


def certificates() -> Certificates:
    """The same for all who ask, whichever asks first."""
    with lock:
        return made()
