"""Starts that cannot be good: each is told to Lambda by file and member, in one line, and ends with status 1."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable

from faults import launch
from faults.certificates import certificates
from faults.launch import Folder
from faults.table import Result, Row

CONFIGURATION, KEYS = "Authorizer.ConfigurationWrong", "Authorizer.KeyFileUnusable"
LIMIT_BYTES = 4 << 20
"""Of a configuration, a map of usage keys and a file of roots; a file of keys has `maxBytes`, which is less."""
DEVICE = "/dev/zero"


@dataclasses.dataclass(frozen=True)
class Kind:
    """A file that is read at the start. `member` is where the configuration names it."""

    name: str
    file: str
    error_type: str
    member: str

    def path(self, folder: Folder) -> pathlib.Path:
        return folder.path / self.file


KINDS = (
    Kind("configuration", "authorizer.json", CONFIGURATION, ""),
    Kind("jwksFile", "keys.json", KEYS, "issuers[0].jwksFile: "),
    Kind("caFile", "ca.pem", CONFIGURATION, "keys.caFile: "),
    Kind("usage-key map", "usage-keys.json", CONFIGURATION, "issuers[0].usageKey.file: "),
)


# What may be wrong with a file


def missing(path: pathlib.Path) -> None:
    path.unlink()


def unreadable(path: pathlib.Path) -> None:
    path.chmod(0)


def behind_a_wall(path: pathlib.Path) -> None:
    """In a folder that the process may not enter."""
    wall = path.parent / f"wall-{path.name}"
    wall.mkdir(mode=0o700)
    wall.chmod(0o600)
    (wall / path.name).write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(wall / path.name)
    wall.chmod(0o600)


def a_folder(path: pathlib.Path) -> None:
    path.unlink()
    path.mkdir()


def linked(path: pathlib.Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


def a_fifo(path: pathlib.Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o644)


def holding(path: pathlib.Path, contents: bytes) -> None:
    path.write_bytes(contents)


def too_long(path: pathlib.Path) -> None:
    """Sparse: it takes no space."""
    os.truncate(path, LIMIT_BYTES + 1)


Spoiling = tuple[str, Callable[[pathlib.Path], None], str]
"""Its name, how it is done, and what the line says of it."""

SPOILT: list[Spoiling] = [
    ("missing", missing, "No such file or directory"),
    ("mode 000", unreadable, "Permission denied"),
    ("in a folder that may not be entered", behind_a_wall, "Permission denied"),
    ("a folder", a_folder, "is not a regular file"),
    ("a broken link", functools.partial(linked, target="nowhere"), "No such file or directory"),
    ("a link to itself", lambda path: linked(path, path.name), "Too many levels of symbolic links"),
    ("a FIFO", a_fifo, "is not a regular file"),
    ("a device", functools.partial(linked, target=DEVICE), "is not a regular file"),
    ("too long", too_long, "is longer than"),
]
UNREADABLE_TEXT: list[Spoiling] = [
    ("empty", functools.partial(holding, contents=b""), ""),
    ("not JSON", functools.partial(holding, contents=b"<html></html>"), ""),
    ("cut off", lambda path: holding(path, path.read_bytes()[:-2]), ""),
]


def spoilt(kind: Kind, spoil: Callable[[pathlib.Path], None], because: str, bootstrap: pathlib.Path) -> Result:
    with Folder() as folder:
        spoil(kind.path(folder))
        started = launch.start(bootstrap, folder)
        return launch.judged(started, folder, kind.error_type, [f"authorizer.json: {kind.member}", kind.file, because])


def garbled(kind: Kind, spoil: Callable[[pathlib.Path], None], because: str, bootstrap: pathlib.Path) -> Result:
    """The text of a map is another file's text, whose own name is enough."""
    with Folder() as folder:
        spoil(kind.path(folder))
        names = [f"{kind.file}: "] if kind.file == "usage-keys.json" else [f"authorizer.json: {kind.member}", because]
        return launch.judged(launch.start(bootstrap, folder), folder, kind.error_type, names)


def without_certificate(contents: Callable[[], bytes], bootstrap: pathlib.Path) -> Result:
    with Folder() as folder:
        (folder.path / "ca.pem").write_bytes(contents())
        names = ["authorizer.json: keys.caFile: ", "ca.pem", "certificate"]
        return launch.judged(launch.start(bootstrap, folder), folder, CONFIGURATION, names)


def a_private_key() -> bytes:
    return certificates().file("valid", "key").read_bytes()


def half_a_certificate() -> bytes:
    whole = certificates().root.read_bytes()
    return whole[: len(whole) // 2]


def one_good_one_bad() -> bytes:
    """libcurl takes none of a file in which one cannot be read."""
    whole = certificates().root.read_bytes()
    return whole + whole.replace(b"MI", b"MJ", 1)


ROOTS: list[tuple[str, Callable[[], bytes]]] = [
    ("empty", lambda: b""),
    ("HTML", lambda: b"<html></html>"),
    ("a private key", a_private_key),
    ("cut off", half_a_certificate),
    ("a second one that is broken", one_good_one_bad),
]


# Variables


def variable(environment: dict[str, str], names: list[str], bootstrap: pathlib.Path) -> Result:
    with Folder() as folder:
        folder.configure(jwksURL="https://${KEYS_HOST}/keys")
        return launch.judged(launch.start(bootstrap, folder, environment), folder, CONFIGURATION, names)


VARIABLES: list[tuple[str, dict[str, str], list[str]]] = [
    ("${NAME} is not set", {}, ["authorizer.json: issuers[0].jwksURL: ", "KEYS_HOST is not set"]),
    ("${NAME} breaks the value", {"KEYS_HOST": "a b"}, ["authorizer.json: issuers[0].jwksURL: "]),
    ("AUTHORIZER_CONFIG names nothing", {"AUTHORIZER_CONFIG": "/nowhere/a.json"}, ["/nowhere/a.json: cannot read"]),
    ("AUTHORIZER_CONFIG is empty", {"AUTHORIZER_CONFIG": ""}, ["/authorizer.json: cannot read", "No such file"]),
    ("AUTHORIZER_CONFIG is 5,000 bytes", {"AUTHORIZER_CONFIG": "/" + 4_999 * "x"}, ["File name too long"]),
]


def runtime_address(address: str, says: str, is_good: bool, bootstrap: pathlib.Path) -> Result:
    with Folder() as folder:
        if not is_good:
            missing(folder.path / "authorizer.json")
        started = launch.start(bootstrap, folder, address=address)
        return launch.judged(started, folder, None, [says], logs=True)


def no_runtime_api(bootstrap: pathlib.Path) -> Result:
    with Folder() as folder:
        started = launch.start(bootstrap, folder, wrapper=["env", "-u", "AWS_LAMBDA_RUNTIME_API"])
        return launch.judged(started, folder, None, ["AWS_LAMBDA_RUNTIME_API is not set"])


NO_RUNTIME_API = "127.0.0.1:9"
"""The discard port, where nobody listens."""

ADDRESSES = [
    ("empty", "", "AWS_LAMBDA_RUNTIME_API is not", True),
    ("no address", "no address", "AWS_LAMBDA_RUNTIME_API is not host:port", True),
    ("with a path", "127.0.0.1:1/path", "AWS_LAMBDA_RUNTIME_API is not host:port", True),
    ("port 65536", "127.0.0.1:65536", "AWS_LAMBDA_RUNTIME_API is not host:port", True),
    ("refused", NO_RUNTIME_API, "runtime api failed", True),
    ("refused, configuration missing", NO_RUNTIME_API, "authorizer.json: cannot read", False),
]

ROWS = [
    *(
        Row("start", kind.name, name, functools.partial(spoilt, kind, spoil, because))
        for kind in KINDS
        for name, spoil, because in SPOILT
    ),
    *(
        Row("start", kind.name, name, functools.partial(garbled, kind, spoil, because))
        for kind in KINDS
        for name, spoil, because in UNREADABLE_TEXT
        if kind.name != "caFile"
    ),
    *(Row("start", "caFile", name, functools.partial(without_certificate, contents)) for name, contents in ROOTS),
    *(Row("start", "environment", name, functools.partial(variable, *how)) for name, *how in VARIABLES),
    Row("start", "Runtime API", "not set", no_runtime_api),
    *(Row("start", "Runtime API", name, functools.partial(runtime_address, *how)) for name, *how in ADDRESSES),
]
