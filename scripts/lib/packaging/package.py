"""The zip, its bill of materials, the licences and the sums, from what scripts/package has put into dist/ARCH.

    package.py --arch ARCH --libraries FOLDER --dist FOLDER --swift SAID --swift-licence FILE <VERSIONS

SAID is what `swift --version` says, VERSIONS what is linked: a source package and its version a line.
"""

import argparse
import json
import pathlib
import re
import sys

import archive
import bill

DOCUMENTATION = pathlib.Path("usr/share/doc")


def linked(lines: str) -> dict[str, str]:
    """Source package → version."""
    return dict(line.split() for line in lines.splitlines())


def own_version() -> str:
    text = pathlib.Path("Sources/AuthorizerService/Turnstile.swift").read_text()
    found = re.search(r'version = "([^"]+)"', text)
    if found is None:
        raise SystemExit("error: Turnstile.swift says no version")
    return found.group(1)


def licence_texts(libraries: pathlib.Path, gcc: str, swift: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    """`gcc` is its source package."""
    here = [("turnstile", pathlib.Path("LICENSE"))]
    of_libraries = [(one.name, one) for one in sorted((libraries / "licences").iterdir())]
    system = libraries / "sysroot"
    documentation = (system if system.is_dir() else pathlib.Path("/")) / DOCUMENTATION
    of_system = [("glibc", documentation / "libc6-dev/copyright"), ("gcc", documentation / f"{gcc}-base/copyright")]
    return [*here, *of_libraries, *of_system, ("swift", swift)]


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
    versions = linked(sys.stdin.read())
    distribution = bill.Distribution.told(pathlib.Path("/etc/os-release").read_text())
    parts = bill.components(versions, distribution, given.swift)
    said = bill.bill(program, given.arch, own_version(), parts)
    base.with_suffix(".cdx.json").write_text(json.dumps(said, indent=2) + "\n")
    (gcc,) = filter(bill.GCC.fullmatch, versions)
    texts = bill.licences(licence_texts(given.libraries, gcc, given.swift_licence))
    base.with_name(f"{base.name}-licences.txt").write_text(texts)
    base.with_suffix(".sha256").write_text(archive.sums([package, program], given.dist))
    for one in (program, package):
        print(f"{one.stat().st_size:>10,} bytes  {one}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
