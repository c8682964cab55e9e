"""The zip: as small as is promised, as Lambda takes it, the same bytes wherever it is made. Standard library only."""

import pathlib
import stat
import zipfile

from artifact.files import PACKED, Artifact
from artifact.rows import Seen

BOOTSTRAP_LIMIT_BYTES = 6_500_000
ZIP_LIMIT_BYTES = 3_000_000
"""Ours: what is shipped stays small, because a cold start reads all of it."""
UPLOAD_LIMIT_BYTES = 50 * 1_024 * 1_024
UNPACKED_LIMIT_BYTES = 250 * 1_024 * 1_024
"""AWS Lambda developer guide, "Lambda quotas": deployment package, zipped for direct upload and unzipped."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can tell."""
UNIX = 3
"""Whoever made an entry: the upper half of its attributes is a mode only then (APPNOTE.TXT 4.4.2)."""
ENCRYPTED = 1
MODES = {"bootstrap": 0o755}
OTHERS_READ = 0o004


def sizes(artifact: Artifact) -> Seen:
    program, packed = artifact.bootstrap.stat().st_size, artifact.zip.stat().st_size
    faults = []
    for what, size, limit in (
        ("bootstrap", program, BOOTSTRAP_LIMIT_BYTES), ("the zip", packed, ZIP_LIMIT_BYTES),
        ("the zip, for Lambda's upload,", packed, UPLOAD_LIMIT_BYTES),
        ("what is unpacked, for Lambda,", unpacked_size(artifact.zip), UNPACKED_LIMIT_BYTES),
    ):  # fmt: skip
        if size > limit:
            faults.append(f"{what} has {size:,} bytes; at most {limit:,}")
    return Seen(f"bootstrap {program:,} bytes, zip {packed:,}", faults)


def unpacked_size(path: pathlib.Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def entries(artifact: Artifact) -> Seen:
    with zipfile.ZipFile(artifact.zip) as archive:
        names = [entry.orig_filename for entry in archive.infolist()]
        faults = [f"{name}: {fault}" for name, fault in map_faults(archive)]
        if "bootstrap" not in names:
            faults.append("there is no bootstrap at its root")
        if names != sorted(names):
            faults.append(f"its names are not sorted: {', '.join(names)}")
        faults += [f"{name} is there twice" for name in sorted(set(names)) if names.count(name) > 1]
        if archive.comment:
            faults.append(f"it has a comment of {len(archive.comment)} bytes")
        if archive.infolist() and min(entry.header_offset for entry in archive.infolist()) != 0:
            faults.append("something lies before its first entry")
    return Seen(", ".join(names), faults)


def map_faults(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    return [(entry.orig_filename, fault) for entry in archive.infolist() for fault in entry_faults(entry)]


def entry_faults(entry: zipfile.ZipInfo) -> list[str]:
    name, mode = entry.orig_filename, entry.external_attr >> 16
    faults = name_faults(name)
    if entry.create_system != UNIX:
        faults.append("its mode is not told")
    elif not stat.S_ISREG(mode):
        faults.append(f"it is {'a link' if stat.S_ISLNK(mode) else 'no regular file'} (mode {mode:o})")
    elif not mode & OTHERS_READ:
        faults.append(f"others cannot read it (mode {stat.S_IMODE(mode):04o})")
    if stat.S_IMODE(mode) != MODES.get(name, stat.S_IMODE(mode)):
        faults.append(f"mode {stat.S_IMODE(mode):04o} instead of {MODES[name]:04o}")
    if entry.date_time != EARLIEST:
        faults.append("its date is {:04}-{:02}-{:02} {:02}:{:02}:{:02}, not 1980-01-01".format(*entry.date_time))
    if entry.extra:
        faults.append(f"{len(entry.extra)} bytes of extra fields, which may hold times and owners")
    if entry.flag_bits & ENCRYPTED:
        faults.append("it is encrypted")
    return faults


def name_faults(name: str) -> list[str]:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ":" in parts[0]:
        return ["its name is absolute"]
    if ".." in parts or "." in parts or "" in parts or "\0" in name:
        return ["its name leads elsewhere, or to a folder"]
    return []


def same_bytes(artifact: Artifact) -> Seen:
    """What is deployed is what lies beside it; reading an entry checks its sum, too."""
    if unpacked_size(artifact.zip) > UNPACKED_LIMIT_BYTES:
        return Seen("", ["it is not unpacked: it is larger than Lambda takes"])
    with zipfile.ZipFile(artifact.zip) as archive:
        packed = {entry.orig_filename: archive.read(entry) for entry in archive.infolist()}
    beside = {path.name: path.read_bytes() for path in sorted(artifact.folder.iterdir())}
    faults = [f"{name} is in the zip alone" for name in sorted(packed.keys() - beside.keys())]
    faults += [f"{name} is in the folder alone" for name in sorted(beside.keys() - packed.keys())]
    both = sorted(packed.keys() & beside.keys())
    faults += [f"{name} is another in the zip" for name in both if packed[name] != beside[name]]
    faults += [f"{name} is missing" for name in PACKED if name not in packed]
    return Seen(f"{len(packed)} files, as they lie in {artifact.folder.name}/", faults)
