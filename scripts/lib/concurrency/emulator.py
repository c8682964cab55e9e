"""AWS's Runtime Interface Emulator in its mode for Managed Instances, in a mount namespace of its own.

In that mode it looks for the program in three places of the file system only, wants /var/task to exist, and runs the
program as another user: all of it lies in a file system in memory that nobody else sees.
"""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

from children import end_with_parent
from concurrency import kernel
from concurrency.findings import NO_BACKTRACE, LeftOut, Setting, require
from concurrency.journal import Journal
from run_emulator import free_port

START_SECONDS = 20
END_SECONDS = 3
FUNCTION_TIMEOUT_SECONDS = 5
ANSWER_SECONDS = 4 * FUNCTION_TIMEOUT_SECONDS
PATH = "/2015-03-31/functions/function/invocations"
SURROUNDINGS = """
set -e
ulimit -c 0
mount -t tmpfs -o mode=755 none /var
mkdir /var/task
install -m 755 "$1" /var/task/bootstrap
cp "$2"/* /var/task
chmod -R a+rX /var/task
shift 2
exec "$@"
"""


@dataclasses.dataclass(frozen=True)
class Reply:
    """What one invocation came to."""

    status: int
    document: object


class ManagedEmulator:
    """The emulator with a function of some workers; all of it ends with this context."""

    def __init__(self, setting: Setting, workers: int, files: dict[str, str], environment: dict[str, str]) -> None:
        if os.geteuid() != 0 or not shutil.which("unshare"):
            raise LeftOut("AWS's emulator needs root and unshare here")
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            raise LeftOut("AWS's emulator needs a mount namespace, which this machine does not permit")
        self.workers = workers
        self.port, self.inner_port = free_port(), free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.journal = Journal()
        task = pathlib.Path(self.folder.name, "task")
        task.mkdir()
        for name, text in files.items():
            (task / name).write_text(text)
        self.process = self.start(setting, task, environment)
        self.supervisor = 0

    def start(self, setting: Setting, task: pathlib.Path, environment: dict[str, str]) -> subprocess.Popen:
        process = subprocess.Popen(
            [
                "unshare", "-m", "bash", "-c", SURROUNDINGS, "bash", str(setting.program), str(task),
                str(setting.emulator.resolve()), "--log-level", "error",
                "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}",
                "--runtime-api-address", f"127.0.0.1:{self.inner_port}",
            ],
            env={
                "PATH": os.environ["PATH"], "AUTHORIZER_CONFIG": "/var/task/authorizer.json",
                "AWS_LAMBDA_MAX_CONCURRENCY": str(self.workers), "AWS_LAMBDA_LOG_FORMAT": "JSON",
                "AWS_LAMBDA_FUNCTION_TIMEOUT": str(FUNCTION_TIMEOUT_SECONDS), **NO_BACKTRACE, **environment,
            },
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=end_with_parent,
        )  # fmt: skip
        threading.Thread(target=self.journal.read, args=(process.stdout,), daemon=True).start()
        return process

    def __enter__(self) -> "ManagedEmulator":
        try:
            kernel.wait(self.is_up, START_SECONDS, f"the emulator runs {self.workers} workers")
        except Exception:
            self.__exit__()
            raise
        return self

    def is_up(self) -> bool:
        require(self.process.poll() is None, f"the emulator did not start: {[*self.journal.others]}")
        self.supervisor = kernel.descendant(self.process.pid, "bootstrap") or 0
        return len(kernel.workers(self.supervisor)) == self.workers and self.connections() >= self.workers

    def connections(self) -> int:
        """How many stand between workers and the Runtime API."""
        wanted = f"0100007F:{self.inner_port:04X}"
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return sum(fields[1] == wanted and fields[3] == kernel.ESTABLISHED for fields in map(str.split, lines))

    def __exit__(self, *_: object) -> None:
        """The emulator ends its function where it is asked to; killed, it would leave it behind."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()


class Client:
    """One connection to the emulator, made anew where it broke."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def invoke(self, event: bytes, request_id: str) -> Reply:
        try:
            self.connection.request("POST", PATH, event, {"X-Amzn-RequestId": request_id})
            response = self.connection.getresponse()
            return Reply(response.status, json.loads(response.read() or b"null"))
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.connection.close()
            return Reply(0, f"{type(error).__name__}: {error}")
