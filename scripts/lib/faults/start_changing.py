"""Files that change while they are read: what comes out is the old file, the new one, or an error; never a mixture.

A file has a mark at its begin and one at its end, with more between them than one `read` takes. It is changed to and
fro for as long as the process starts, many times over. A mixture would show as two marks that do not belong together.
"""

import dataclasses
import functools
import json
import os
import pathlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from execution.runtime_api import RuntimeAPI
from execution.function import Function
from faults import launch
from faults.certificates import certificates
from faults.credentials import CLIENT, ISSUER, ROUTES, event, public_set, signing_key, token
from faults.launch import Folder, Start
from faults.table import Result, Row

SEED = 20_261_128
STARTS = 40
LONGEST_PAUSE_SECONDS = 0.002
PADDING = " " * 200_000
"""White space, of which bootstrap reads 65,536 bytes at a time."""
VERSIONS = "ab"
PIECE_BYTES = 16_384


# How a file is changed


def replaced(path: pathlib.Path, contents: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(contents)
    os.replace(new, path)


def rewritten(path: pathlib.Path, contents: bytes) -> None:
    path.write_bytes(contents)


def grown(path: pathlib.Path, contents: bytes) -> None:
    with path.open("wb", buffering=0) as file:
        for begin in range(0, len(contents), PIECE_BYTES):
            file.write(contents[begin : begin + PIECE_BYTES])


def shrunk(path: pathlib.Path, contents: bytes) -> None:
    replaced(path, contents)
    time.sleep(random.random() * LONGEST_PAUSE_SECONDS)
    os.truncate(path, len(contents) // 2)


WAYS: list[tuple[str, Callable[[pathlib.Path, bytes], None], bool]] = [
    ("replaced by rename", replaced, False),
    ("rewritten in place", rewritten, True),
    ("grows piece by piece", grown, True),
    ("shrinks", shrunk, True),
]
"""And whether an error may come of it."""


# What is changed, and how its two marks are seen


@dataclasses.dataclass(frozen=True)
class Changing:
    name: str
    file: str
    contents: Callable[[str], str]
    marks: Callable[[RuntimeAPI], tuple[str, str]]


def configuration(version: str) -> str:
    entry = {"name": version, "issuer": ISSUER, "audiences": "any", "algorithms": ["ES256"], "jwksFile": "keys.json"}
    begin = json.dumps({"issuers": [entry], "routes": ROUTES})[:-1]
    end = {"a": "unauthorized", "b": "deny"}[version]
    return f'{begin}, {PADDING} "unauthenticated": "{end}"}}'


def configuration_marks(api: RuntimeAPI) -> tuple[str, str]:
    known = api.invoke(event(token("k1"))).document()
    unknown = api.invoke(event("of.no.worth"))
    return known["context"]["issuer"], {"error": "a", "response": "b"}[unknown.kind]


def key_file(version: str) -> str:
    first, last = (
        json.dumps(signing_key(f"{version}-{place}").as_dict(private=False)) for place in ("first", "last")
    )  # fmt: skip
    return f'{{"keys": [{first}, {PADDING} {last}]}}'


def key_file_marks(api: RuntimeAPI) -> tuple[str, str]:
    def version(place: str) -> str:
        answers = {version: api.invoke(event(token(f"{version}-{place}"))).kind for version in VERSIONS}
        return "".join(version for version, kind in answers.items() if kind == "response")

    return version("first"), version("last")


LAST_CLIENT = "last-client-0123456789"


def usage_keys(version: str) -> str:
    key = version * 24
    return f'{{"{CLIENT}": "{key}", {PADDING} "{LAST_CLIENT}": "{key}"}}'


def usage_key_marks(api: RuntimeAPI) -> tuple[str, str]:
    first, last = (
        api.invoke(event(token("k1", client=client))).document()["usageIdentifierKey"][0]
        for client in (CLIENT, LAST_CLIENT)
    )
    return first, last


def roots(version: str) -> str:
    """libcurl reads it again for each fetch, so that only the start can be judged here."""
    return f"{version}\n{certificates().root.read_text()}{PADDING}\n{certificates().root.read_text()}"


CHANGING = [
    Changing("configuration", "authorizer.json", configuration, configuration_marks),
    Changing("jwksFile", "keys.json", key_file, key_file_marks),
    Changing("usage-key map", "usage-keys.json", usage_keys, usage_key_marks),
    Changing("caFile", "ca.pem", roots, lambda _: ("a", "a")),
]


# Many starts


class Changer:
    """Changes the file to and fro until its `with` ends."""

    def __init__(self, path: pathlib.Path, contents: list[bytes], way: Callable[[pathlib.Path, bytes], None]) -> None:
        self.path, self.contents, self.way = path, contents, way
        self.changes = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        pauses = random.Random(SEED)
        while not self.ended.wait(pauses.random() * LONGEST_PAUSE_SECONDS):
            self.changes += 1
            self.way(self.path, self.contents[self.changes % 2])

    def __enter__(self) -> "Changer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()


def changed(what: Changing, way: Callable[[pathlib.Path, bytes], None], may_fail: bool, it: pathlib.Path) -> Result:
    seen: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    longest = 0.0
    contents = [what.contents(version).encode() for version in VERSIONS]
    with Folder() as folder:
        path = folder.path / what.file
        replaced(path, contents[0])
        changes = 0
        for _ in range(STARTS):
            with Changer(path, contents, way) as changer:
                started = launch.start(it, folder, behind=what.marks)
            changes += changer.changes
            kind, found = outcome(started, what, may_fail)
            seen[kind] += 1
            faults.update(found)
            longest = max(longest, started.milliseconds)
    counts = "; ".join(f"{kind} ×{count}" for kind, count in sorted(seen.items()))
    told = [f"{fault} (×{count})" for fault, count in faults.items()]
    return Result(f"{counts} ({changes} changes)", waited_ms=longest, faults=told)


def outcome(started: Start, what: Changing, may_fail: bool) -> tuple[str, list[str]]:
    if started.behind:
        first, last = started.behind
        if first == last and first in VERSIONS:
            return f"whole {first}", []
        return "mixture", [f"begins as {first!r} and ends as {last!r}"]
    faults = launch.loose_ends(started)
    faults += [] if what.file in started.message else [f"does not name {what.file}: {started.message}"]
    return "init/error", faults + ([] if may_fail else [f"a whole file was refused: {started.message}"])


ROWS = [
    Row("start", what.name, f"{name} while it is read", functools.partial(changed, what, way, may_fail))
    for what in CHANGING
    for name, way, may_fail in WAYS
]
