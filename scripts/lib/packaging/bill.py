"""What is in the file: a bill of materials (CycloneDX 1.5), and the licences."""

import dataclasses
import hashlib
import pathlib
import re
import uuid

NAMESPACE = uuid.UUID("5b8c3a52-9f0e-4c58-9d0a-0f0c5e3f7a11")  # of this project's bills


@dataclasses.dataclass(frozen=True)
class Component:
    name: str
    version: str
    purl: str
    licences: tuple[str, ...]
    """SPDX identifiers."""


LICENSED = {
    "curl": "curl", "openssl": "Apache-2.0", "c-ares": "MIT", "glibc": "LGPL-2.1-or-later",
    "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1",
}  # fmt: skip
"""Everything that is linked into bootstrap and comes from the distribution."""
GCC = re.compile(r"gcc-\d+")
"""Its source package, which is another for each major version."""
SWIFT_SAYS = re.compile(r"Swift version (\S+) \((.*?)\)")


@dataclasses.dataclass(frozen=True)
class Distribution:
    """By os-release(5), as the package-url type `deb` has it."""

    id: str
    version: str
    """Empty where there is none, as in Debian's unstable."""

    @classmethod
    def told(cls, text: str) -> "Distribution":
        said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
        return cls(said["ID"].strip("\"'"), said.get("VERSION_ID", "").strip("\"'"))

    def component(self, source: str, version: str) -> Component:
        name = "gcc" if GCC.fullmatch(source) else source
        release = f"{self.id}-{self.version}" if self.version else self.id
        quoted = version.replace("+", "%2B").replace("~", "%7E")
        purl = f"pkg:deb/{self.id}/{source}@{quoted}?arch=source&distro={release}"
        return Component(name, version, purl, (LICENSED[name],))


def swift(said: str) -> Component:
    """By the first line of `swift --version`; a release names its tag, and a snapshot none."""
    found = SWIFT_SAYS.search(said)
    if found is None:
        raise SystemExit(f"error: swift --version says no version: {said!r}")
    version, build = found.groups()
    purl = f"pkg:github/swiftlang/swift@{build}" if build.startswith("swift-") else f"pkg:generic/swift@{version}"
    return Component("swift", version, purl, ("Apache-2.0 WITH Swift-exception",))


def components(linked: dict[str, str], distribution: Distribution, toolchain: str) -> list[Component]:
    """Everything that is linked into bootstrap; `linked` is source package → version."""
    return [*(distribution.component(*one) for one in linked.items()), swift(toolchain)]


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
