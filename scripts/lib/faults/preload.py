"""Libraries that are loaded before all others into an ordinary build, whose calls of the C library they answer.

The shipped build is static and has no such place; what is tested here is the same source.
"""

import functools
import os
import pathlib
import subprocess
import tempfile
import threading

from faults.stage import Wrong

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = pathlib.Path(__file__).resolve().parent

built_in = tempfile.TemporaryDirectory(prefix="turnstile-")
building = threading.Lock()


def ordinary(program: pathlib.Path) -> pathlib.Path:
    """The build that loads libraries: what is tested, if it does, or what TURNSTILE_ORDINARY names, or SwiftPM's."""
    for file in (program, pathlib.Path(os.environ.get("TURNSTILE_ORDINARY", ROOT / ".build/debug/bootstrap"))):
        if file.is_file():
            with file.open("rb") as opened:
                if b"/ld-linux" in opened.read(1 << 16):
                    return file
    raise Wrong("there is no ordinary build: swift build --product bootstrap, or name one with TURNSTILE_ORDINARY")


def library(name: str) -> pathlib.Path:
    """`preload_NAME.c`, compiled."""
    with building:
        return compiled(name)


@functools.cache
def compiled(name: str) -> pathlib.Path:
    made = pathlib.Path(built_in.name, f"preload_{name}.so")
    command = [
        "gcc",
        "-shared",
        "-fPIC",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-o",
        made,
        FOLDER / f"preload_{name}.c",
    ]
    subprocess.run([str(word) for word in command], check=True)
    return made
