"""Compiles bootstrap as Package.swift says, for a machine of which the toolchain has no Linux standard library.

    compile.py --target TRIPLE --include FOLDER… --folder FOLDER

Prints the object file that it has made in the folder.

SwiftPM builds only for triples that it knows; the Embedded standard library for aarch64 is one without an operating
system. So each module is compiled by swiftc, in the order of what depends on what, with the settings of Package.swift.
"""

import argparse
import graphlib
import json
import os
import pathlib
import subprocess
import sys

FEATURES = {
    "enableExperimentalFeature": "-enable-experimental-feature",
    "enableUpcomingFeature": "-enable-upcoming-feature",
}
# What the target triple does not tell: it names no operating system.
LINUX = ("-D__linux__=1", "-D_GNU_SOURCE")
ENTRY = "bootstrap"


class Package:
    """What `swift package dump-package` tells of the targets in the Embedded mode."""

    def __init__(self, described: dict) -> None:
        self.targets = {one["name"]: one for one in described["targets"]}
        (self.version,) = described["swiftLanguageVersions"]
        self.name = described["name"]

    def order(self, name: str) -> list[str]:
        """The target and all below it, those that depend on nothing first."""
        graph: dict[str, list[str]] = {}
        left = [name]
        while left:
            one = left.pop()
            graph[one] = [dependency["byName"][0] for dependency in self.targets[one]["dependencies"]]
            left += [other for other in graph[one] if other not in graph]
        return list(graphlib.TopologicalSorter(graph).static_order())

    def is_c(self, name: str) -> bool:
        return self.targets[name]["type"] == "system"

    def sources(self, name: str) -> list[pathlib.Path]:
        folder = pathlib.Path("Sources", name)
        left_out = [folder / one for one in self.targets[name]["exclude"]]
        found = sorted(folder.rglob("*.swift"))
        return [one for one in found if not any(one.is_relative_to(excluded) for excluded in left_out)]

    def settings(self, name: str) -> list[str]:
        flags = ["-swift-version", self.version, "-package-name", self.name]
        for setting in self.targets[name]["settings"]:
            ((kind, value),) = setting["kind"].items()
            if kind in FEATURES:
                flags += [FEATURES[kind], value["_0"]]
            elif kind == "unsafeFlags":
                flags += value["_0"]
            elif kind == "strictMemorySafety":
                flags += ["-strict-memory-safety"]
            elif kind == "treatAllWarnings":
                flags += ["-warnings-as-errors"]
            elif setting["tool"] == "swift":
                raise SystemExit(f"error: {name} has the setting {kind}, which is not known here")
        return flags


def described() -> Package:
    done = subprocess.run(
        ["swift", "package", "dump-package"], env=os.environ | {"EMBEDDED": "1"}, capture_output=True, check=True
    )
    return Package(json.loads(done.stdout))


def for_clang(*flags: str) -> list[str]:
    return [word for flag in flags for word in ("-Xcc", flag)]


def compile_all(package: Package, target: str, headers: list[pathlib.Path], folder: pathlib.Path) -> pathlib.Path:
    """Comes back with the one object file: in the Embedded mode the program's own holds all that it uses."""
    order = package.order(ENTRY)
    common = ["swiftc", "-target", target, "-O", "-I", str(folder), *for_clang(*LINUX)]
    for include in headers:
        common += for_clang("-isystem", str(include))
    for name in filter(package.is_c, order):
        common += for_clang(f"-fmodule-map-file={pathlib.Path('Sources', name, 'module.modulemap')}")
    names = [one for one in order if not package.is_c(one)]
    for name in names:
        print(f"compiling {name}", file=sys.stderr)
        words = [*common, *package.settings(name), "-module-name", name, *map(str, package.sources(name))]
        if name == ENTRY:
            run([*words, "-c", "-o", str(folder / "bootstrap.o")])
        else:
            run([*words, "-parse-as-library", "-emit-module", "-emit-module-path", str(folder / f"{name}.swiftmodule")])
    return folder / "bootstrap.o"


def run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit("error: the compiler refused it; see above")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--include", type=pathlib.Path, action="append", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print(compile_all(described(), given.target, given.include, given.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
