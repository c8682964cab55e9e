"""Whether two folders hold the same package, byte for byte.

    compare.py ARCH DIST DIST

Ends with 1 where they do not, and says which file differs first.
"""

import pathlib
import sys
import zipfile


def first_difference(one: bytes, other: bytes) -> int | None:
    """How many bytes they begin with that are the same; None where all are."""
    if one == other:
        return None
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def packed(path: pathlib.Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def difference_of(ones: dict[str, bytes], others: dict[str, bytes]) -> str | None:
    """Of files by their names: the first that differs, and where."""
    for name in sorted(ones.keys() | others.keys()):
        if name not in ones or name not in others:
            return f"{name} is in one of the two alone"
        at = first_difference(ones[name], others[name])
        if at is not None:
            return f"{name} differs from byte {at:,} on"
    return None


def difference(arch: str, one: pathlib.Path, other: pathlib.Path) -> str | None:
    """The files in the zip come first: where one of them differs, so does all that lies beside it."""
    zips = [folder / f"turnstile-{arch}.zip" for folder in (one, other)]
    inside = difference_of(*map(packed, zips))
    if inside is not None:
        return f"in the zip, {inside}"
    beside = [{path.name: path.read_bytes() for path in folder.glob(f"turnstile-{arch}*")} for folder in (one, other)]
    return difference_of(*beside)


def main() -> int:
    arch, *folders = sys.argv[1:]
    one, other = map(pathlib.Path, folders)
    found = difference(arch, one, other)
    if found is not None:
        print(f"error: made twice, and {found}", file=sys.stderr)
        return 1
    count = len(list(one.glob(f"turnstile-{arch}*")))
    print(f"made twice, in two folders: {count} files, the same bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
