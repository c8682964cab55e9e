"""What starts a program of another machine on this one."""

import dataclasses
import pathlib
import platform
import shutil

from artifact.rows import LeftOut

EMULATORS = {"x86_64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}


@dataclasses.dataclass(frozen=True)
class Machine:
    """`emulator` is none where this machine is of the kind itself."""

    emulator: pathlib.Path | None

    @property
    def said(self) -> str:
        return f", under {self.emulator.name}" if self.emulator else ""


def here() -> str:
    """This machine, as Lambda calls it."""
    return platform.machine().replace("aarch64", "arm64")


def machine(arch: str) -> Machine:
    if arch == here():
        return Machine(None)
    found = shutil.which(EMULATORS[arch])
    if found is None:
        raise LeftOut(f"this machine is {here()}, and {EMULATORS[arch]} is not installed (Debian: qemu-user-static)")
    return Machine(pathlib.Path(found))
