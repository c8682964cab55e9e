"""The zip, its bill of materials, the licences and the sums, from what scripts/package has put into dist/ARCH.

    package.py --arch ARCH --libraries FOLDER --dist FOLDER --swift VERSION --swift-licence FILE
"""

import argparse
import json
import pathlib
import re
import sys

import archive
import bill

GLIBC_LICENCE = pathlib.Path("usr/share/doc/libc6-dev/copyright")


def linked(libraries: pathlib.Path) -> dict[str, str]:
    """Source package → version, as scripts/minimal-libcurl.sh has written them."""
    return dict(line.split() for line in (libraries / "versions").read_text().splitlines())


def own_version() -> str:
    text = pathlib.Path("Sources/AuthorizerService/Turnstile.swift").read_text()
    found = re.search(r'version = "([^"]+)"', text)
    if found is None:
        raise SystemExit("error: Turnstile.swift says no version")
    return found.group(1)


def licence_texts(libraries: pathlib.Path, swift: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    here = [("turnstile", pathlib.Path("LICENSE"))]
    of_libraries = [(one.name, one) for one in sorted((libraries / "licences").iterdir())]
    system = libraries / "sysroot"
    glibc = (system if system.is_dir() else pathlib.Path("/")) / GLIBC_LICENCE
    return [*here, *of_libraries, ("glibc", glibc), ("swift", swift)]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", required=True)
    for name in ("libraries", "dist", "swift-licence"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--swift", required=True)
    given = parser.parse_args()
    folder, base = given.dist / given.arch, given.dist / f"turnstile-{given.arch}"
    program, package = folder / "bootstrap", base.with_suffix(".zip")
    archive.pack(folder, package)
    parts = bill.components(linked(given.libraries) | {"swift": given.swift})
    said = bill.bill(program, given.arch, own_version(), parts)
    base.with_suffix(".cdx.json").write_text(json.dumps(said, indent=2) + "\n")
    texts = bill.licences(licence_texts(given.libraries, given.swift_licence))
    base.with_name(f"{base.name}-licences.txt").write_text(texts)
    base.with_suffix(".sha256").write_text(archive.sums([package, program], given.dist))
    for one in (program, package):
        print(f"{one.stat().st_size:>10,} bytes  {one}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
