"""Sends the sample events to bootstrap under AWS's Lambda Runtime Interface Emulator. Standard library only.

    run_emulator.py --emulator FILE --bootstrap FILE --events FOLDER

Prints a line for each difference and, last, the counts. The emulator takes one event at a time.
"""

import argparse
import functools
import http.server
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import tally
from children import end_with_parent
from outcomes import RECORD_MEMBERS, Outcome, report

START_SECONDS = 20
ANSWER_SECONDS = 20


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing: the run has its own lines."""


def serve_keys(folder: pathlib.Path) -> http.server.ThreadingHTTPServer:
    handler = functools.partial(QuietFiles, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment_file(path: pathlib.Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


class Emulator:
    """The emulator and its bootstrap, in a process group of their own that ends with this object."""

    def __init__(self, emulator: pathlib.Path, bootstrap: pathlib.Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.lines: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [
                str(emulator), "--log-level", "warn",
                "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}",
                "--runtime-api-address", f"127.0.0.1:{free_port()}",
                str(bootstrap.resolve()),
            ],
            env={"PATH": os.environ["PATH"], "AWS_LAMBDA_LOG_FORMAT": "JSON", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )  # fmt: skip
        threading.Thread(target=self.read_lines, daemon=True).start()

    def read_lines(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(line)

    def __enter__(self) -> "Emulator":
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        self.__exit__()
        raise SystemExit("the Runtime Interface Emulator did not start")

    def __exit__(self, *_: object) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def invoke(self, event_path: pathlib.Path) -> Outcome:
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        request = urllib.request.Request(url, data=event_path.read_bytes())
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
                body = json.loads(response.read())
        except (OSError, ValueError) as error:
            return {"event": str(event_path), "error": {"errorMessage": f"no answer: {error}"}}
        kind = "error" if isinstance(body, dict) and "errorMessage" in body else "answer"
        return {"event": str(event_path), **self.decision(), kind: body}

    def decision(self) -> dict:
        """The log line of this invocation: it is written with the answer, and this waits until it is there."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                record = json.loads(self.lines.get(timeout=left))
            except (queue.Empty, ValueError):
                continue
            if isinstance(record, dict) and "decision" in record:
                return {name: record.get(name) for name in RECORD_MEMBERS}
        return {}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("emulator", "bootstrap", "events"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    arguments = parser.parse_args()

    server = serve_keys(arguments.events / "keys")
    environment = environment_file(arguments.events / "environment") | {
        "AUTHORIZER_CONFIG": str((arguments.events / "authorizer.json").resolve()),
        "TURNSTILE_KEYS_URL": f"http://127.0.0.1:{server.server_port}",
    }
    events = [
        path.with_name(path.name.replace(".expected.json", ".json"))
        for path in sorted(arguments.events.glob("*.expected.json"))
    ]
    with Emulator(arguments.emulator, arguments.bootstrap, environment) as emulator:
        passed, failed = report([emulator.invoke(path) for path in events])
    tally.record(passed, failed, "sample events under the emulator")
    print(f"{passed} events as expected, {failed} not")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
