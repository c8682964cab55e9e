"""Made-up parts of an artifact, each of them good until a test breaks it."""

import hashlib
import json
import pathlib
import stat
import tempfile
import unittest
import zipfile
from collections.abc import Callable

from artifact import elf
from artifact.files import PACKED, Artifact
from artifact.rows import Seen

CODE, DATA, STACK, RELRO = (elf.PT_LOAD, 5), (elf.PT_LOAD, 6), (elf.PT_GNU_STACK, 6), (elf.PT_GNU_RELRO, 4)
GOOD_SEGMENTS = (CODE, DATA, STACK, RELRO)
OPENSSL, GCC = b"OpenSSL 3.0.22 25 Aug 2026\0", b"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0\0"
VERSIONS = {
    "curl": "7.88.1-10", "openssl": "3.0.22-1", "c-ares": "1.18.1-3", "glibc": "2.36-9", "gcc": "12.2.0-14+deb12u1",
    "swift": "6.3",
}  # fmt: skip
SYMBOL_BYTES = elf.SYMBOL.size


def program(
    *, arch: str = "x86_64", kind: int = elf.ET_EXEC, segments: tuple[tuple[int, int], ...] = GOOD_SEGMENTS,
    dynamic: dict[int, int] | None = None, undefined: int = 0, sections: dict[str, int] | None = None,
    holds: bytes = OPENSSL + GCC,
) -> bytes:
    """An ELF file with these segments (type, flags), dynamic entries, undefined symbols and further sections."""
    entries = b"".join(elf.DYNAMIC.pack(tag, value) for tag, value in (dynamic or {}).items())
    symbols = bytes(SYMBOL_BYTES) + elf.SYMBOL.pack(1, 0x12, 0, elf.SHN_UNDEF, 0, 0) * undefined
    kinds = {"": 0, ".shstrtab": 3, ".dynsym": elf.SHT_DYNSYM, **(sections or {})}
    names = b"\0".join(name.encode() for name in kinds) + b"\0"
    table = [*segments, *([(elf.PT_DYNAMIC, 6)] if dynamic else [])]
    entries_at = elf.HEADER.size + len(table) * elf.SEGMENT.size
    symbols_at = entries_at + len(entries)
    names_at = symbols_at + len(symbols)
    sections_at = names_at + len(names) + len(holds)
    header = elf.HEADER.pack(
        b"\x7fELF\2\1\1".ljust(16, b"\0"), kind, elf.MACHINES[arch], 1, 0, elf.HEADER.size, sections_at, 0,
        elf.HEADER.size, elf.SEGMENT.size, len(table), elf.SECTION.size, len(kinds), 1,
    )  # fmt: skip
    described = b"".join(
        elf.SEGMENT.pack(of, flags, entries_at, 0, 0, len(entries) if of == elf.PT_DYNAMIC else 0, 0, 0)
        for of, flags in table
    )
    places = {".shstrtab": (names_at, len(names)), ".dynsym": (symbols_at, len(symbols))}
    headers, at = b"", 0
    for name, of in kinds.items():
        headers += elf.SECTION.pack(at, of, 0, 0, *places.get(name, (0, 0)), 0, 0, 0, 0)
        at += len(name) + 1
    return header + described + entries + symbols + names + holds + headers


def contents(bootstrap: bytes) -> dict[str, bytes]:
    return dict(zip(PACKED, (b"roots\n", b"{}\n", bootstrap), strict=True))


def entry(name: str, mode: int | None = None, date: tuple[int, ...] = (1980, 1, 1, 0, 0, 0)) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date)  # type: ignore[arg-type]
    info.create_system = 3
    mode = (0o755 if name == "bootstrap" else 0o644) if mode is None else mode
    info.external_attr = (mode if stat.S_IFMT(mode) else stat.S_IFREG | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def pack(path: pathlib.Path, entries: list[tuple[zipfile.ZipInfo, bytes]], comment: bytes = b"") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = comment
        for info, content in entries:
            archive.writestr(info, content)


def component(name: str, version: str) -> dict:
    return {"type": "library", "name": name, "version": version, "purl": f"pkg:deb/debian/{name}@{version}?arch=amd64"}


def bill(bootstrap: bytes, **versions: str) -> dict:
    listed = VERSIONS | {name.replace("_", "-"): version for name, version in versions.items()}
    components = [component(name, version) for name, version in listed.items()]
    described = {"hashes": [{"alg": "SHA-256", "content": hashlib.sha256(bootstrap).hexdigest()}]}
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": described}, "components": components,
    }  # fmt: skip


def sums(artifact: Artifact) -> str:
    paths = (artifact.zip, artifact.bootstrap)
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(artifact.dist)}\n" for path in paths
    )


LICENCES = (
    "curl: the curl licence\nOpenSSL: Apache License 2.0\nc-ares: MIT\nThe GNU C Library: GNU Lesser General\nPublic "
    "License 2.1\ngcc: GPL with the GCC Runtime Library Exception\nSwift: Apache License 2.0\n"
)


def made(dist: pathlib.Path, arch: str = "x86_64", bootstrap: bytes | None = None) -> Artifact:
    """A whole artifact in which nothing is wrong, as far as it can be told without running it."""
    artifact = Artifact(dist, arch)
    artifact.folder.mkdir()
    packed = contents(program(arch=arch) if bootstrap is None else bootstrap)
    for name, content in packed.items():
        (artifact.folder / name).write_bytes(content)
    pack(artifact.zip, [(entry(name), content) for name, content in packed.items()])
    artifact.beside(".cdx.json").write_text(json.dumps(bill(packed["bootstrap"])))
    artifact.beside(".sha256").write_text(sums(artifact))
    artifact.beside("-licences.txt").write_text(LICENCES)
    return artifact


class WithArtifact(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.addCleanup(temporary.cleanup)
        self.dist = pathlib.Path(temporary.name)
        self.artifact = made(self.dist)

    def assert_fault(self, check: Callable[[Artifact], Seen], part: str) -> None:
        faults = check(self.artifact).faults
        self.assertTrue(any(part in fault for fault in faults), f"{part!r} is not in {faults}")
