"""A certificate authority for one run, and one certificate for every name that is served."""

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = datetime.timedelta(hours=1)


class Authority:
    """`certificates` is what a client must believe; `certificate` and `key` are what a server shows."""

    def __init__(self, folder: pathlib.Path, names: list[str]) -> None:
        self.certificates = folder / "authority.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"

        root_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root_name, server_name = common_name("Turnstile demonstration CA"), common_name(names[0])
        root = certificate(root_name, root_key, root_name, root_key, authority=True)
        alternatives = [address_or_name(name) for name in names]
        server = certificate(server_name, server_key, root_name, root_key, authority=False, names=alternatives)

        self.certificates.write_bytes(pem(root))
        self.certificate.write_bytes(pem(server))
        self.key.touch(mode=0o600)
        self.key.write_bytes(
            server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    authority: bool,
    names: list[x509.GeneralName] | None = None,
    now: datetime.datetime | None = None,
) -> x509.Certificate:
    """`now` is the middle of its life."""
    now = now or datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFETIME)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(key_usage(authority), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def key_usage(authority: bool) -> x509.KeyUsage:
    unused = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **unused)


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def address_or_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(serialization.Encoding.PEM)
