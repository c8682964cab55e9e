"""Holds authorizer.schema.json and the loader together: both judge the same files.

    check_schema.py TURNSTILE      the operator's tool, whose `check --config F` loads F as bootstrap would

Prints `file:1: fault`, one a line, then the count of verdicts to standard error; ends with 1 where there is a fault.
"""

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import tally
from jsonschema import Draft202012Validator
from run_emulator import environment_file

VECTORS = pathlib.Path("Tests/Vectors/configuration")
# folder: (what the schema says, what the loader says); None where the other alone decides.
FOLDERS = {
    "good": (True, True),
    "bad": (False, False),
    "bad-beyond-schema": (None, False),
    "unusable-files": (True, None),
}


def accepted_by_schema(validator: Draft202012Validator, path: pathlib.Path) -> bool:
    try:
        return validator.is_valid(json.loads(path.read_bytes()))
    except ValueError:
        return False


def load(turnstile: str, path: pathlib.Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    command = [turnstile, "check", "--config", str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)


def loader_faults(run: subprocess.CompletedProcess, wanted: bool) -> Iterator[str]:
    if run.returncode < 0 or run.returncode >= 128:
        yield f"the loader crashed with {run.returncode}"
    elif (run.returncode == 0) != wanted:
        said = (run.stderr.strip() or run.stdout.strip() or "nothing").splitlines()[0]
        yield f"the loader {'refuses' if wanted else 'accepts'} it: {said}"
    elif not wanted and not run.stderr.strip():
        yield "the loader refuses it without a word"


def main() -> int:
    turnstile = sys.argv[1]
    validator = Draft202012Validator(json.loads(pathlib.Path("authorizer.schema.json").read_bytes()))
    Draft202012Validator.check_schema(validator.schema)
    environment = {"PATH": os.environ["PATH"], **environment_file(VECTORS / "environment")}
    verdicts = faults = 0
    for folder, (by_schema, by_loader) in FOLDERS.items():
        for path in sorted((VECTORS / folder).glob("*.json")):
            found = []
            if by_schema is not None:
                verdicts += 1
                if accepted_by_schema(validator, path) != by_schema:
                    found.append(f"the schema {'refuses' if by_schema else 'accepts'} it")
            if by_loader is not None:
                verdicts += 1
                found += loader_faults(load(turnstile, path, environment), by_loader)
            for fault in found:
                print(f"{path}:1: {fault}")
            faults += len(found)
    tally.record(verdicts - faults, faults, "schema against loader")
    print(f"{verdicts} verdicts on configuration files, {faults} wrong", file=sys.stderr)
    return 1 if faults or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
