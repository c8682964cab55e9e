"""What scripts/package says of what it has made must be true, and two builds that differ must be seen."""

import contextlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import artifact_parts as parts
from artifact import companions
from artifact.files import Artifact
from packaging import bill, compare

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY = ROOT / "scripts/lib"
BOOKWORM = bill.Distribution("debian", "12")
LINKED = {
    "curl": "7.88.1-10+deb12u15", "openssl": "3.0.22-1~deb12u2", "c-ares": "1.18.1-3", "glibc": "2.36-9+deb12u14",
    "gcc-12": "12.2.0-14+deb12u1",
}  # fmt: skip
SWIFT = "Swift version 6.3.1 (swift-6.3.1-RELEASE)\nTarget: x86_64-unknown-linux-gnu\n"


class Temporary(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def file(self, name: str, text: str = "", mode: int = 0o644) -> pathlib.Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path


class Bill(Temporary):
    def test_a_package_url_names_the_distribution_that_it_is_from(self) -> None:
        for os_release, named, release in (
            ('PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="12"\n', "debian", "debian-12"),
            ("# a comment\nID=ubuntu\nVERSION_ID='24.04'\n", "ubuntu", "ubuntu-24.04"),
            ("ID=debian\n", "debian", "debian"),
        ):
            url = bill.Distribution.told(os_release).component("curl", "8+b~").purl
            self.assertEqual(url, f"pkg:deb/{named}/curl@8%2Bb%7E?arch=source&distro={release}")

    def test_gcc_is_one_component_whatever_its_major_version(self) -> None:
        for source in ("gcc-12", "gcc-9"):
            one = BOOKWORM.component(source, "1")
            self.assertEqual((one.name, one.purl.partition("?")[0]), ("gcc", f"pkg:deb/debian/{source}@1"))
            self.assertEqual(one.licences, ("GPL-3.0-or-later WITH GCC-exception-3.1",))
        with self.assertRaises(KeyError):
            BOOKWORM.component("gcc-12-cross", "1")

    def test_swift_is_the_one_that_compiled(self) -> None:
        for said, version, url in (
            (SWIFT, "6.3.1", "pkg:github/swiftlang/swift@swift-6.3.1-RELEASE"),
            ("Swift version 6.4 (swift-6.4-RELEASE)", "6.4", "pkg:github/swiftlang/swift@swift-6.4-RELEASE"),
            ("Swift version 6.5-dev (LLVM 1, Swift 2)", "6.5-dev", "pkg:generic/swift@6.5-dev"),
        ):
            one = bill.swift(said)
            self.assertEqual((one.version, one.purl), (version, url))
            self.assertEqual(companions.component_faults({"version": one.version, "purl": one.purl}), [])
        with self.assertRaises(SystemExit):
            bill.swift("")

    def test_what_lies_beside_the_zip_is_what_is_checked(self) -> None:
        """With the libraries of a sysroot, and so with its copyright files."""
        dist = self.folder / "dist"
        dist.mkdir()
        artifact = parts.made(dist, "arm64", bootstrap=parts.program(arch="arm64"))
        for name in ("curl", "openssl", "c-ares"):
            self.file(f"libraries/licences/{name}", f"{name}: MIT")
        self.file("libraries/sysroot/usr/share/doc/libc6-dev/copyright", "GNU Lesser General Public License")
        self.file("libraries/sysroot/usr/share/doc/gcc-12-base/copyright", "GCC Runtime Library Exception")
        swift = self.file("swift", "Swift: Apache License")
        subprocess.run(
            [sys.executable, LIBRARY / "packaging/package.py", "--arch", "arm64", "--dist", dist,
             "--libraries", self.folder / "libraries", "--swift", SWIFT, "--swift-licence", swift],
            cwd=ROOT, input="".join(f"{name} {version}\n" for name, version in LINKED.items()), text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        for check in (companions.bill, companions.sums, companions.licences):
            self.assertEqual(check(Artifact(dist, "arm64")).faults, [])
        document = json.loads(artifact.beside(".cdx.json").read_text())
        self.assertEqual([one["name"] for one in document["components"]], list(companions.COMPONENTS))


class Newer(Temporary):
    """Against stand-ins for apt and dpkg, in a checkout that holds no more than the script needs."""

    CANDIDATES = {
        "curl": "7.88.1-10+deb12u15", "libssl-dev": "3.0.23-1", "libc-ares-dev": "1.18.1-3+b1",
        "libc6-dev": "2.36-9+deb12u15", "libgcc-12-dev": "12.2.0-14+deb12u2",
    }  # fmt: skip

    def setUp(self) -> None:
        super().setUp()
        for name in ("common.sh", "debian.sh", "install.sh", "packaging/newer.sh"):
            target = self.file(f"scripts/lib/{name}")
            shutil.copy(LIBRARY / name, target)
        cases = "".join(f'{name}) echo "  Candidate: {version}" ;;\n' for name, version in self.CANDIDATES.items())
        self.file("bin/apt-cache", f"#!/bin/sh\nfor last; do :; done\ncase $last in\n{cases}esac\n", 0o755)
        self.file("bin/apt-get", "#!/bin/sh\n", 0o755)
        installed = "\n".join(f"{name} {LINKED[name]}" for name in ("glibc", "gcc-12"))
        show = f'case $1 in -S) echo "libgcc-12-dev:amd64: $2" ;; *) echo "{installed}" ;; esac'
        self.file("bin/dpkg-query", f"#!/bin/sh\n{show}\n", 0o755)
        for name in ("swift", "clang"):
            self.file(f"bin/{name}", "#!/bin/sh\necho /dev/null\n", 0o755)

    def warnings(self, arch: str) -> list[str]:
        done = subprocess.run(
            ["bash", self.folder / "scripts/lib/packaging/newer.sh", arch, "embedded"], capture_output=True, text=True,
            env=os.environ | {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}, check=True,
        )  # fmt: skip
        self.assertEqual(len(done.stderr.splitlines()), len(LINKED), done.stderr)
        return [line for line in done.stderr.splitlines() if line.startswith("warning: ")]

    @unittest.skipUnless(shutil.which("dpkg"), "versions are compared by dpkg")
    def test_each_newer_library_comes_with_the_way_to_it(self) -> None:
        text = "".join(f"{name} {version}\n" for name, version in LINKED.items())
        self.file(".build-tools/libcurl/versions", "".join(text.splitlines(keepends=True)[:3]))
        self.file(".build-tools/libcurl-arm64/versions", text)
        self.file(".build-tools/libcurl-arm64/sysroot/.keep")
        upgrade = "apt-get install --only-upgrade"
        for arch, remedies in (
            ("x86_64", ("rm -r ", f"{upgrade} libc6-dev,", f"{upgrade} libgcc-12-dev,")), ("arm64", ("rm -r ",) * 3),
        ):  # fmt: skip
            found = self.warnings(arch)
            self.assertEqual([line.split()[1] for line in found], ["openssl", "glibc", "gcc-12"])
            for line, remedy in zip(found, remedies, strict=True):
                self.assertIn(f"is out: {remedy}", line)


class Twice(Temporary):
    def dist(self, name: str, changed: dict[str, bytes] | None = None) -> pathlib.Path:
        dist = self.folder / name
        dist.mkdir()
        artifact = parts.made(dist)
        packed = parts.contents(parts.program()) | (changed or {})
        parts.pack(artifact.zip, [(parts.entry(one), raw) for one, raw in packed.items()])
        artifact.beside(".sha256").write_text(parts.sums(artifact))
        return dist

    def run_compare(self, one: pathlib.Path, other: pathlib.Path) -> tuple[int, str]:
        output, errors = io.StringIO(), io.StringIO()
        with (
            mock.patch("sys.argv", ["compare.py", "x86_64", str(one), str(other)]),
            contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors),
        ):  # fmt: skip
            status = compare.main()
        return status, output.getvalue() + errors.getvalue()

    def test_the_same_bytes_are_the_same(self) -> None:
        status, said = self.run_compare(self.dist("one"), self.dist("other"))
        self.assertEqual((status, said), (0, "made twice, in two folders: 4 files, the same bytes\n"))

    def test_the_file_that_differs_first_is_named(self) -> None:
        one, longer = self.dist("one"), parts.program() + b"\0"
        for number, (changed, said) in enumerate((
            ({"authorizer.json": b"{ }\n"}, "in the zip, authorizer.json differs from byte 1 on"),
            ({"bootstrap": longer}, f"in the zip, bootstrap differs from byte {len(longer) - 1} on"),
            ({"bootstrap": longer, "authorizer.json": b"[]\n"}, "in the zip, authorizer.json differs from byte 0 on"),
            ({"keys.json": b"{}"}, "in the zip, keys.json is in one of the two alone"),
        )):  # fmt: skip
            other = self.dist(str(number), changed)
            for pair in ((one, other), (other, one)):
                self.assertEqual(self.run_compare(*pair), (1, f"error: made twice, and {said}\n"))

    def test_what_lies_beside_the_zip_is_compared_too(self) -> None:
        one, other = self.dist("one"), self.dist("other")
        Artifact(other, "x86_64").beside("-licences.txt").write_text(parts.LICENCES.replace("MIT", "BSD"))
        self.assertIn("turnstile-x86_64-licences.txt differs", self.run_compare(one, other)[1])
        Artifact(other, "x86_64").beside("-licences.txt").unlink()
        self.assertIn("turnstile-x86_64-licences.txt is in one of the two alone", self.run_compare(one, other)[1])

    def test_another_zip_of_the_same_files_is_another(self) -> None:
        one, other = self.dist("one"), self.dist("other")
        packed = parts.contents(parts.program())
        date = (2026, 11, 29, 0, 0, 0)
        entries = [(parts.entry(name, date=date), raw) for name, raw in packed.items()]
        parts.pack(Artifact(other, "x86_64").zip, entries)
        self.assertIn("turnstile-x86_64.zip differs from byte", self.run_compare(one, other)[1])


if __name__ == "__main__":
    unittest.main()
