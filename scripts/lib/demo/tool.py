"""The operator's tool, run as an operator runs it: a process, its output, its exit status."""

import dataclasses
import json
import os
import pathlib
import subprocess

LONGEST_RUN_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Result:
    status: int
    output: str
    complaints: str

    def json(self) -> dict:
        return json.loads(self.output)

    @property
    def last_line(self) -> str:
        """What a failed check shows; the tool prints no secrets there."""
        lines = self.complaints.strip().splitlines()
        return f"exit status {self.status}: {lines[-1] if lines else 'nothing was said'}"


class Tool:
    """`turnstile` in an environment of its own: nothing of the person's reaches it."""

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, environment: dict[str, str]) -> None:
        self.program = program
        self.environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(folder / "cache"), **environment}
        self.said: list[str] = []

    def run(self, *arguments: str, secret: str | None = None) -> Result:
        """Runs one command; the secret goes to its standard input, since it is never an argument."""
        ran = subprocess.run(
            [self.program, *arguments],
            env=self.environment,
            input=secret or "",
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN_SECONDS,
        )
        self.said.append(ran.stderr)
        return Result(ran.returncode, ran.stdout, ran.stderr)
