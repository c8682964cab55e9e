"""What lies beside the zip: the bill of materials, the sums, the licences. Standard library only."""

import hashlib
import json
import pathlib
import re
import urllib.parse

from artifact.contents import gcc_versions, openssl_version
from artifact.files import Artifact
from artifact.rows import Seen

COMPONENTS = ("curl", "openssl", "c-ares", "glibc", "gcc", "swift")
PACKAGE_URL = re.compile(r"pkg:[a-z][a-z0-9.+-]*/[^@?#]+@([^?#]+)")
"""Type, names, version (the package-url specification)."""
SUM_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
LICENSED = {
    "curl": "curl", "OpenSSL": "openssl", "c-ares": "c-ares", "glibc": r"glibc|gnu c library", "Swift": "swift",
    "the LGPL, which glibc is under": r"lesser general public license", "the Apache License": r"apache license",
    "the exception to the GPL, which gcc's libraries are under": r"gcc runtime library exception",
}  # fmt: skip


def bill(artifact: Artifact) -> Seen:
    document = json.loads(artifact.beside(".cdx.json").read_text())
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        return Seen("", ["it is no CycloneDX document"])
    faults = [] if isinstance(document.get("specVersion"), str) else ["it has no specVersion"]
    components = {one.get("name"): one for one in document.get("components", [])}
    for name in COMPONENTS:
        faults += [f"{name}: {fault}" for fault in component_faults(components.get(name))]
    program = artifact.bootstrap.read_bytes()
    if not (told := described_sums(document)):
        faults.append("it does not say which bootstrap it is for (SHA-256)")
    elif told != [hashlib.sha256(program).hexdigest()]:
        faults.append("it is the bill of another bootstrap")
    versions = {name: str((components.get(name) or {}).get("version", "")) for name in COMPONENTS}
    faults += version_faults(versions, program)
    return Seen(", ".join(f"{name} {components[name]['version']}" for name in COMPONENTS if not faults), faults)


def version_faults(versions: dict[str, str], program: bytes) -> list[str]:
    """Of what leaves its version in the file; of curl, c-ares, glibc and Swift nothing that is linked holds one."""
    faults = []
    told, linked = versions["openssl"], openssl_version(program)
    if linked is None or not re.match(rf"(\d+:)?{re.escape(linked)}(?!\d)", told):
        faults.append(f"openssl: version {told or 'none'}, and bootstrap is linked with {linked}")
    told, compilers = versions["gcc"], gcc_versions(program)
    if told not in compilers:
        faults.append(f"gcc: version {told or 'none'}, and bootstrap holds {', '.join(sorted(compilers)) or 'none'}")
    return faults


def component_faults(component: dict | None) -> list[str]:
    if component is None:
        return ["it is not listed"]
    version, url = component.get("version"), component.get("purl")
    if not isinstance(version, str) or not version:
        return ["no version"]
    if not isinstance(url, str) or not (found := PACKAGE_URL.fullmatch(url.partition("?")[0])):
        return [f"no package URL with a version: {url!r}"]
    named = urllib.parse.unquote(found[1])
    # A tag may say more than the version: swift-6.3.1-RELEASE.
    if not re.search(rf"(?<![\w.]){re.escape(version)}(?![\w.])", named):
        return [f"version {version}, and the package URL says {named}"]
    return []


def described_sums(document: dict) -> list[str]:
    """Of the program that the bill is for; none where it does not say."""
    component = document.get("metadata", {}).get("component", {})
    return [one.get("content", "") for one in component.get("hashes", []) if one.get("alg") == "SHA-256"]


def sums(artifact: Artifact) -> Seen:
    """Names are taken from the folder of the file of sums, where `sha256sum -c` is run."""
    listed: list[pathlib.Path] = []
    faults = []
    for line in artifact.beside(".sha256").read_text().splitlines():
        found = SUM_LINE.fullmatch(line)
        if found is None:
            faults.append(f"no line of sha256sum: {line[:80]!r}")
            continue
        path = (artifact.dist / found[2]).resolve()
        listed.append(path)
        if not path.is_relative_to(artifact.dist.resolve()) or not path.is_file():
            faults.append(f"{found[2]} is not in {artifact.dist}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != found[1]:
            faults.append(f"{found[2]} has another sum")
    for path in (artifact.zip, artifact.bootstrap):
        if path.resolve() not in listed:
            faults.append(f"{path.relative_to(artifact.dist)} has no sum")
    return Seen(f"{len(listed)} right", faults)


def licences(artifact: Artifact) -> Seen:
    text = artifact.beside("-licences.txt").read_text()
    lowered = re.sub(r"\s+", " ", text).lower()
    faults = [f"{name} is not in it" for name, mark in LICENSED.items() if not re.search(mark, lowered)]
    return Seen(f"{len(text):,} characters", faults)
