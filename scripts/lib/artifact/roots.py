"""A root folder that holds what the zip holds, /tmp and a resolver file, and a process that sees nothing else. Linux.

As Lambda has it: the zip in /var/task, where it is started and nothing can be written, and a user without rights.
There is no /proc, no /dev, no library and no certificate. A program of another machine brings its emulator, which is
one file.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

from artifact import archive
from artifact.emulation import Machine
from artifact.files import Artifact
from artifact.rows import LeftOut
from faults.launch import NOBODY

TASK = "/var/task"
PROGRAM = f"{TASK}/bootstrap"
EMULATOR = "/emulator"
NO_RESOLVER = "# nobody is asked\n"


class EmptyRoot:
    """Ends with its `with`."""

    def __init__(self, artifact: Artifact, machine: Machine) -> None:
        if archive.entries(artifact).faults or archive.unpacked_size(artifact.zip) > archive.UNPACKED_LIMIT_BYTES:
            raise LeftOut("the zip is not as it must be, and is not unpacked")
        self.entering = entering()
        self.machine = machine
        self.temporary = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.path = pathlib.Path(self.temporary.name)
        self.path.chmod(0o755)
        for name in ("var", "var/task", "etc", "tmp"):
            (self.path / name).mkdir(mode=0o755)
        (self.path / "tmp").chmod(0o1777)
        self.ask(NO_RESOLVER)
        with zipfile.ZipFile(artifact.zip) as packed:
            for entry in packed.infolist():
                file = self.path / TASK[1:] / entry.filename
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(packed.read(entry))
                file.chmod(entry.external_attr >> 16 & 0o777)
        if machine.emulator:
            shutil.copy(machine.emulator, self.path / EMULATOR[1:])

    def ask(self, resolver: str) -> None:
        """What stands in /etc/resolv.conf."""
        self.put("etc/resolv.conf", resolver.encode())

    def put(self, name: str, content: bytes) -> str:
        """The path that the process knows the file by."""
        file = self.path / name
        file.write_bytes(content)
        file.chmod(0o644)
        return f"/{name}"

    def wrapper(self, *emulator_options: str) -> list[str]:
        """A command that starts another in this root."""
        inside = [EMULATOR, *emulator_options] if self.machine.emulator else []
        return [*self.entering, f"--root={self.path}", f"--wd={TASK}", "--", *inside]

    def __enter__(self) -> "EmptyRoot":
        return self

    def __exit__(self, *_: object) -> None:
        self.temporary.cleanup()


def entering() -> list[str]:
    """A command whose next words are options that name a root, and what is started in it."""
    if os.geteuid() == 0:
        return ["unshare", f"--setgid={NOBODY}", f"--setuid={NOBODY}"]
    mapped = ["unshare", "--map-root-user"]
    try:
        permitted = subprocess.run([*mapped, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        permitted = False
    if not permitted:
        raise LeftOut("a root of its own needs root, or user namespaces")
    return mapped
