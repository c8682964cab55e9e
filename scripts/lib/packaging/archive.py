"""A zip whose bytes depend on nothing but the files in it."""

import hashlib
import pathlib
import zipfile

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
PROGRAM, DATA = 0o100755, 0o100644


def pack(folder: pathlib.Path, target: pathlib.Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, EARLIEST)
            entry.create_system = 3  # Unix, whose modes Lambda reads
            entry.external_attr = (PROGRAM if file.name == "bootstrap" else DATA) << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def sums(files: list[pathlib.Path], base: pathlib.Path) -> str:
    """As sha256sum(1) prints and checks them."""
    return "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(base)}\n" for one in files)
