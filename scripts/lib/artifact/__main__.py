"""Checks what scripts/package has made: see scripts/check-artifact."""

import argparse
import functools
import json
import pathlib
import sys
from collections.abc import Callable

import tally
from artifact import archive, companions, contents, linking, network, promises, rows, samples
from artifact.elf import File
from artifact.files import ARCHES, Artifact, present
from artifact.rows import Row, Seen
from words import Parser

Check = tuple[str, Callable[[], Seen]]


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/check-artifact", add_help=False)
    parser.add_argument("arches", nargs="*", metavar="ARCH")
    parser.add_argument("--dist", type=pathlib.Path, default=samples.ROOT / "dist")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--list", action="store_true")  # which there are, before anything is installed for them
    given = parser.parse_args(words)
    for arch in given.arches:
        if arch not in ARCHES:
            parser.error(f"there is no architecture {arch}: say {' or '.join(ARCHES)}")
    if not given.dist.is_dir():
        parser.error(f"{given.dist} is no folder: make it with scripts/package, or name another with --dist")
    found = present(given.dist)
    if not found:
        parser.error(f"{given.dist} holds neither {' nor '.join(f'turnstile-{arch}.zip' for arch in ARCHES)}")
    for arch in given.arches:
        if arch not in found:
            parser.error(f"{given.dist} holds nothing for {arch}")
    given.arches = [arch for arch in ARCHES if arch in (given.arches or found)]
    return given


def checks_of(artifact: Artifact, sample_run: samples.Samples) -> list[Check]:
    read = functools.cache(lambda: linking.read(artifact))

    def linked(check: Callable[[File], Seen]) -> Callable[[], Seen]:
        return lambda: check(read())

    def whole(check: Callable[[Artifact], Seen]) -> Callable[[], Seen]:
        return lambda: check(artifact)

    return [
        ("machine", linked(lambda file: linking.machine(file, artifact.arch))),
        ("linked statically", linked(linking.static)),
        ("memory protected", linked(linking.memory)),
        ("stripped", linked(linking.stripped)),
        ("no Swift runtime", linked(contents.runtime)),
        ("roots", whole(contents.roots)),
        ("sizes", whole(archive.sizes)),
        ("zip entries", whole(archive.entries)),
        ("zip bytes", whole(archive.same_bytes)),
        ("bill of materials", whole(companions.bill)),
        ("sums", whole(companions.sums)),
        ("licences", whole(companions.licences)),
        ("own configuration", whole(samples.own_configuration)),
        ("sample events", whole(sample_run.run)),
        ("DNS and HTTPS", whole(network.names_and_https)),
        ("files asked for", whole(network.files_asked_for)),
        ("Runtime API", whole(promises.runtime_api)),
    ]


def same_openssl(artifacts: list[Artifact]) -> Seen:
    """A fix that is in one and not in the other is one that was forgotten."""
    found = {one.arch: contents.openssl_version(one.bootstrap.read_bytes()) for one in artifacts}
    shown = ", ".join(f"{arch} {version}" for arch, version in found.items())
    is_same = len(set(found.values())) == 1 and None not in found.values()
    return Seen(f"OpenSSL {next(iter(found.values()))}", [] if is_same else [f"OpenSSL: {shown}"])


def run_all(artifacts: list[Artifact]) -> list[Row]:
    sample_run = samples.Samples()
    checks = [(one.arch, check) for one in artifacts for check in checks_of(one, sample_run)]
    if len(artifacts) > 1:
        arches = [one.arch for one in artifacts]
        checks.append(("all", ("same libraries", lambda: same_openssl(artifacts))))
        checks.append(("all", ("same answers", lambda: sample_run.alike(arches))))
    done = []
    for number, (arch, (name, act)) in enumerate(checks):
        tell(f"{number}/{len(checks)} {arch}: {name}")
        done.append(rows.judged(arch, name, act))
    tell("")
    return done


def tell(what: str) -> None:
    """Where a person is looking."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


def main() -> int:
    given = parsed(sys.argv[1:])
    if given.list:
        print("\n".join(given.arches))
        return 0
    done = run_all([Artifact(given.dist, arch) for arch in given.arches])
    documents = [row.document() for row in done]
    print(json.dumps(documents, indent=1, ensure_ascii=False) if given.json else rows.aligned(done))
    counts = {verdict: sum(row.verdict == verdict for row in done) for verdict in (rows.OK, rows.FAILED, rows.LEFT_OUT)}
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=sys.stderr)
    tally.record(counts[rows.OK], counts[rows.FAILED], "checks of the artifact")
    return 1 if counts[rows.FAILED] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
