"""The Runtime API's fault table (scripts/faults), on the artifact itself, under an emulator where it needs one."""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

from artifact.emulation import machine
from artifact.files import Artifact
from artifact.rows import Seen

LONGEST_SECONDS = 600


def runtime_api(artifact: Artifact) -> Seen:
    """No row is excused: those of the Runtime API wait for the other end, and never for a fast machine."""
    computer = machine(artifact.arch)
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        program = artifact.bootstrap.resolve()
        if computer.emulator:
            program = started_by(computer.emulator, program, pathlib.Path(folder, "bootstrap"))
        done = subprocess.run(
            [sys.executable, "-m", "faults", "runtime", "--json", "--bootstrap", str(program)],
            env={name: value for name, value in os.environ.items() if name != "TURNSTILE_TALLY"},
            capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
    return told(done.stdout, done.stderr, computer.said)


def started_by(emulator: pathlib.Path, program: pathlib.Path, script: pathlib.Path) -> pathlib.Path:
    script.write_text(f"#!/bin/sh\nexec {shlex.quote(str(emulator))} {shlex.quote(str(program))}\n")
    script.chmod(0o755)
    return script


def told(output: str, errors: str, how: str) -> Seen:
    if not output:
        return Seen("", [f"scripts/faults says nothing but {errors.strip()[-300:]}"])
    rows = json.loads(output)
    faults = [f"{row['name']}: {fault}" for row in rows for fault in row["faults"]]
    return Seen(f"{len(rows)} faults of the Runtime API met as promised{how}", faults if rows else ["no row at all"])
