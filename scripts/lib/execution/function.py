"""bootstrap as the process of an execution environment. Linux only; standard library only."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
from typing import IO

from children import end_with_parent

PATIENCE_SECONDS = 20.0


class Function:
    """The process, what it wrote, and what the kernel says of it. It ends with this object."""

    def __init__(
        self, program: pathlib.Path | str, runtime_api: str, environment: dict[str, str],
        stdout: IO[bytes] | int | None = None, wrapper: list[str] | None = None,
    ) -> None:
        """`wrapper` is a command that starts another, such as `prlimit --nofile=16`."""
        self.folder = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.output = pathlib.Path(self.folder.name, "output")
        self.errors = pathlib.Path(self.folder.name, "errors")
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*(wrapper or []), str(program)],
                env={"PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": runtime_api, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output if stdout is None else stdout,
                stderr=errors,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def __enter__(self) -> "Function":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.folder.cleanup()

    def end(self) -> None:
        """Kills the process and all that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit status; a signal's number, negative, where one ended it."""
        return self.process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    # What it wrote

    def records(self) -> list[dict]:
        """The whole lines of its log so far; one that is no JSON object is an error."""
        text = self.output.read_bytes()
        return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]

    def decisions(self) -> list[dict]:
        return [record for record in self.records() if "decision" in record]

    def fetches(self) -> list[dict]:
        return [record for record in self.records() if record.get("event") == "key_fetch"]

    def written(self) -> bytes:
        """All of it, standard output and standard error."""
        return self.output.read_bytes() + self.errors.read_bytes()

    def await_decisions(self, count: int, seconds: float = PATIENCE_SECONDS) -> list[dict]:
        """The log line is written behind the answer, so that it may still be on its way."""
        deadline = time.monotonic() + seconds
        while len(found := self.decisions()) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} decisions in the log after {seconds:g} s, not {count}")
            time.sleep(0.005)
        return found

    # What the kernel says

    def status(self, name: str) -> str:
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return line.partition(":")[2].strip()
        raise KeyError(name)

    def resident_kib(self) -> int:
        return int(self.status("VmRSS").split()[0])

    def threads(self) -> int:
        return int(self.status("Threads"))

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))
