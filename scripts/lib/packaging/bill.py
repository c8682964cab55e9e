"""What is in the file: a bill of materials (CycloneDX 1.5), and the licences."""

import dataclasses
import hashlib
import pathlib
import uuid

NAMESPACE = uuid.UUID("5b8c3a52-9f0e-4c58-9d0a-0f0c5e3f7a11")  # of this project's bills


@dataclasses.dataclass(frozen=True)
class Component:
    name: str
    version: str
    purl: str
    licences: tuple[str, ...]
    """SPDX identifiers."""


def debian(name: str, source: str, version: str, *licences: str) -> Component:
    purl = f"pkg:deb/debian/{source}@{version.replace('+', '%2B').replace('~', '%7E')}?arch=source&distro=debian-12"
    return Component(name, version, purl, licences)


def components(versions: dict[str, str]) -> list[Component]:
    """Everything that is linked into bootstrap."""
    swift = versions["swift"]
    return [
        debian("curl", "curl", versions["curl"], "curl"),
        debian("openssl", "openssl", versions["openssl"], "Apache-2.0"),
        debian("c-ares", "c-ares", versions["c-ares"], "MIT"),
        debian("glibc", "glibc", versions["glibc"], "LGPL-2.1-or-later"),
        Component(
            "swift", swift, f"pkg:github/swiftlang/swift@swift-{swift}-RELEASE", ("Apache-2.0 WITH Swift-exception",)
        ),
    ]  # fmt: skip


def licence(one: str) -> dict:
    return {"expression": one} if " " in one else {"license": {"id": one}}


def described(one: Component) -> dict:
    return {
        "type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version, "purl": one.purl,
        "licenses": [licence(name) for name in one.licences],
    }  # fmt: skip


def bill(program: pathlib.Path, architecture: str, version: str, parts: list[Component]) -> dict:
    """Without a date, so that the same file has the same bill."""
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    reference = f"pkg:generic/turnstile@{version}?arch={architecture}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": reference, "name": "turnstile", "version": version,
                "purl": reference, "hashes": [{"alg": "SHA-256", "content": digest}],
                "licenses": [licence("Apache-2.0")],
            },
        },
        "components": [described(one) for one in parts],
        "dependencies": [{"ref": reference, "dependsOn": [one.purl for one in parts]}],
    }  # fmt: skip


def licences(texts: list[tuple[str, pathlib.Path]]) -> str:
    """Each library's own words on its copyright, one after another."""
    parts = []
    for name, path in texts:
        rule = "=" * 79
        parts.append(f"{rule}\n{name}\n{rule}\n\n{path.read_text(errors='replace').strip()}\n")
    return "\n".join(parts)
