"""Standard streams that are closed, full or gone, disks that are full or may not be written to.

Linux only; what mounts something needs root.
"""

import contextlib
import fcntl
import os
import pathlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator

from faults import stage
from faults.stage import Setting, Stage, Wrong, is_object
from faults.table import Result, Row

PAGE_BYTES = 4_096
AS_EVER = "Allow, Unauthorized, Allow"
NEEDS_ROOT = "a file system of its own needs root"


def as_ever(a_stage: Stage) -> Result:
    """Answers as ever, or what is wrong with them."""
    faults: list[str] = []
    stage.attempt(faults, "answers", lambda: str(a_stage.expect_life()))
    faults += a_stage.breaches()
    return Result("wrong" if faults else AS_EVER, recovered="next events answered", faults=faults)


# Streams that are closed


def closed(streams: str) -> Callable[[pathlib.Path], Result]:
    """What is written to a stream that is closed must go nowhere, and so not into a socket that has its number."""

    def run(program: pathlib.Path) -> Result:
        wrapper = ["sh", "-c", f'exec "$@" {streams}', "sh"]
        with Stage(program, Setting(wrapper=wrapper)) as a_stage:
            return as_ever(a_stage)

    return run


def closed_stderr_at_the_end(program: pathlib.Path) -> Result:
    with Stage(program, Setting(wrapper=["sh", "-c", 'exec "$@" 2>&-', "sh"], broken=True)) as a_stage:
        request = a_stage.api.request()
        a_stage.api.reply(request)
        status = a_stage.function.wait()
        faults = [] if status == 1 and request.kind == "error" else [f"status {status}, {request.target}"]
        return Result(f"init/error: {stage.answer(request)}", recovered="process ended, status 1", faults=faults)


# Pipes


def broken_pipe(program: pathlib.Path) -> Result:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with Stage(program, Setting(stdout=writing)) as a_stage:
            return as_ever(a_stage)
    finally:
        os.close(writing)


@contextlib.contextmanager
def full_pipe() -> Iterator[tuple[int, int]]:
    """A pipe that takes no byte more, of one page."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PAGE_BYTES)
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 64)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x")
    os.set_blocking(writing, True)
    try:
        yield reading, writing
    finally:
        for descriptor in (reading, writing):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def unread_pipe(program: pathlib.Path) -> Result:
    """A log must never stop an answer: with a reader that stalls, events go on being answered."""
    with full_pipe() as (reading, writing), Stage(program, Setting(stdout=writing)) as a_stage:
        faults: list[str] = []
        a_stage.expect(stage.good(), "Allow")
        started = time.monotonic()
        found = stage.attempt(faults, "with the pipe full, the event after the first", lambda: asked_again(a_stage))
        waited = (time.monotonic() - started) * 1_000
        drained = os.read(reading, 1 << 20)
        a_stage.expect_life()
        faults += [] if drained.startswith(b"x") else ["what was in the pipe is gone"]
        return Result(
            f"Allow; while nobody reads: {found}",
            "",
            waited,
            "next events answered, once it is read",
            faults + a_stage.breaches(),
        )


def asked_again(a_stage: Stage) -> str:
    """The second event is asked for and answered within two seconds."""
    try:
        return str(stage.answer(a_stage.api.invoke(stage.good(), seconds=2)))
    except stage.Quiet as error:
        raise Wrong("is not asked for within 2 s") from error


def unread_pipe_and_sigterm(program: pathlib.Path) -> Result:
    """SIGTERM ends a process whose log nobody reads."""
    with full_pipe() as (_, writing), Stage(program, Setting(stdout=writing)) as a_stage:
        faults: list[str] = []
        a_stage.expect(stage.good(), "Allow")
        time.sleep(0.1)
        a_stage.function.signal(signal.SIGTERM)
        found = stage.attempt(
            faults, "SIGTERM while the log line waits for its reader", lambda: str(a_stage.expect_end(0, 2))
        )
        return Result("Allow", recovered=found or "process ended, status 0", faults=faults)


# Files


@contextlib.contextmanager
def small_disk(pages: int) -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        options = f"size={pages * PAGE_BYTES}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True, capture_output=True)
        try:
            yield pathlib.Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def full_disk(program: pathlib.Path) -> Result:
    """Two pages of lines, and no more; then there is room again.

    The line within which the disk filled is cut there, by the kernel; it stands alone, and what was lost is told of.
    """
    if os.geteuid() != 0:
        return Result.of_nothing(NEEDS_ROOT)
    with small_disk(pages=4) as disk, (disk / "log").open("ab") as log:
        (disk / "filling").write_bytes(b"x" * 2 * PAGE_BYTES)
        with Stage(program, Setting(stdout=log)) as a_stage:
            faults = []
            for _ in range(60):
                a_stage.expect(stage.good(), "Allow")
            lost = (disk / "log").read_bytes()
            (disk / "filling").unlink()
            a_stage.expect_life()
            time.sleep(0.1)
            output = (disk / "log").read_bytes()
            if len(lost) != 2 * PAGE_BYTES or len(output) <= len(lost):
                faults.append(f"the disk was not full: {len(lost)}, {len(output)} bytes")
            cut = lost.rpartition(b"\n")[2]
            torn = [line for line in output.splitlines() if not is_object(line) and line != cut]
            faults += [f"no object in the log: …{line[-150:]!r}" for line in torn]
            if b'"event":"log_lines_lost"' not in output[len(lost) :]:
                faults.append("nothing tells of the lines that were lost")
            lines = len(output.splitlines())
            return Result(
                f"60 × Allow, {63 - lines} lines lost", recovered="next events answered, lines written", faults=faults
            )


def device_full(program: pathlib.Path) -> Result:
    with open("/dev/full", "wb", buffering=0) as device, Stage(program, Setting(stdout=device)) as a_stage:
        return as_ever(a_stage)


def file_size_limit(program: pathlib.Path) -> Result:
    """setrlimit(2): a write past RLIMIT_FSIZE is SIGXFSZ, whose default is the end."""
    with Stage(program, Setting(wrapper=["prlimit", "--fsize=1024"])) as a_stage:
        faults: list[str] = []
        stage.attempt(faults, "answers", lambda: str([a_stage.expect(stage.good(), "Allow") for _ in range(12)]))
        if a_stage.has_ended():
            faults.append(f"the process ended with {a_stage.function.process.returncode}")
        return Result("12 × Allow", recovered="next events answered", faults=faults)


def read_only(program: pathlib.Path) -> Result:
    """The whole file system, /tmp and the working folder included, in a mount namespace of its own."""
    if os.geteuid() != 0:
        return Result.of_nothing(NEEDS_ROOT)
    with tempfile.TemporaryDirectory(prefix="turnstile-") as root:
        script = (
            f"set -e; mount --make-rprivate /; mount --bind / {root}; mount --bind /proc {root}/proc; "
            f"mount -o remount,bind,ro {root}; "
            f'if chroot {root} sh -c ": > /tmp/probe" 2>/dev/null; then exit 99; fi; exec chroot {root} "$@"'
        )
        wrapper = ["unshare", "--mount", "sh", "-c", script, "sh"]
        with Stage(program, Setting(wrapper=wrapper)) as a_stage:
            return as_ever(a_stage)


def row(name: str, run: Callable[[pathlib.Path], Result], situation: str = "") -> Row:
    return Row("machine", name, situation, run)


ROWS = [
    row("standard output closed", closed(">&-")),
    row("standard error closed", closed("2>&-")),
    row("standard output and error closed", closed(">&- 2>&-")),
    row("standard input and output closed", closed("<&- >&-")),
    row("all three closed", closed("<&- >&- 2>&-")),
    row("standard error closed", closed_stderr_at_the_end, "and the start fails"),
    row("standard output is a pipe", broken_pipe, "whose reader is gone"),
    row("standard output is a full pipe", unread_pipe, "that nobody reads"),
    row("standard output is a full pipe", unread_pipe_and_sigterm, "and SIGTERM comes"),
    row("standard output is a file", full_disk, "on a disk that is full, and later is not"),
    row("standard output is a file", file_size_limit, "at its limit (RLIMIT_FSIZE)"),
    row("standard output is /dev/full", device_full),
    row("file systems are read-only", read_only),
]
