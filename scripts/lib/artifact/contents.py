"""What is in bootstrap that should not be, and whether the roots beside it are good."""

import datetime
import re
import warnings

from artifact import elf
from artifact.files import Artifact
from artifact.rows import Seen
from cryptography import x509

FOREIGN = {
    "Foundation": (b"libFoundation", b"lib_Foundation", b"FoundationEssentials", b"$s10Foundation", b"CFBundle"),
    "the Swift runtime": (
        b"libswiftCore", b"libswift_Concurrency", b"swift_getGenericMetadata", b"swift_conformsToProtocol",
        b"swift_getTypeByMangledName", b"swift_initStackObject",
    ),
    "libdispatch": (b"libdispatch", b"com.apple.root."),
}  # fmt: skip
METADATA_SECTION = "swift5_"
"""Type metadata of the ordinary mode; Embedded Swift has none."""
OPENSSL = re.compile(rb"OpenSSL (\d+\.\d+\.\d+) +\d+ [A-Z][a-z]{2} \d{4}")
GCC = re.compile(rb"GCC: \(\w+ ([^)\s]+?)(?:\+b\d+)?\)")
"""A distribution's own version; +b1 says only that it was built again."""
LEAST_DAYS = 180
"""That every root must still be good for: an artifact is deployed for months."""


def runtime(file: elf.File) -> Seen:
    faults = [
        f"{what}: it holds {mark.decode()}" for what, marks in FOREIGN.items() for mark in marks if mark in file.raw
    ]
    sections = sorted({section.name for section in file.sections if section.name.startswith(METADATA_SECTION)})
    if sections:
        faults.append(f"metadata of the Swift runtime: {', '.join(sections[:3])}")
    return Seen("neither Foundation nor the Swift runtime nor libdispatch", faults)


def openssl_version(raw: bytes) -> str | None:
    """As OpenSSL writes it into whatever is linked with it."""
    found = OPENSSL.search(raw)
    return found[1].decode() if found else None


def gcc_versions(raw: bytes) -> set[str]:
    """Of every compiler that left its name: that of gcc's own libraries, and those of the other archives."""
    return {found.decode() for found in GCC.findall(raw)}


def roots(artifact: Artifact) -> Seen:
    raw = (artifact.folder / "amazon-roots.pem").read_bytes()
    with warnings.catch_warnings():
        # One of Amazon's roots is older than the rule that serial numbers are positive (RFC 5280 section 4.1.2.2).
        warnings.simplefilter("ignore")
        certificates = x509.load_pem_x509_certificates(raw)
    now = datetime.datetime.now(datetime.UTC)
    faults = []
    for certificate in certificates:
        name = certificate.subject.rfc4514_string()
        if certificate.subject != certificate.issuer:
            faults.append(f"{name} is no root")
        if certificate.not_valid_before_utc > now:
            faults.append(f"{name} is not yet valid")
        if certificate.not_valid_after_utc < now + datetime.timedelta(days=LEAST_DAYS):
            faults.append(f"{name} ends on {certificate.not_valid_after_utc:%Y-%m-%d}")
    first = min(certificate.not_valid_after_utc for certificate in certificates)
    return Seen(f"{len(certificates)} roots, good until {first:%Y-%m-%d} and longer", faults)
