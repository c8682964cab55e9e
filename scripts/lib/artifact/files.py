"""Where the parts of one artifact lie. Standard library only."""

import dataclasses
import pathlib

ARCHES = ("x86_64", "arm64")
PACKED = ("amazon-roots.pem", "authorizer.json", "bootstrap")
"""What the zip holds, by name."""


@dataclasses.dataclass(frozen=True)
class Artifact:
    dist: pathlib.Path
    arch: str

    @property
    def folder(self) -> pathlib.Path:
        return self.dist / self.arch

    @property
    def bootstrap(self) -> pathlib.Path:
        return self.folder / "bootstrap"

    def beside(self, ending: str) -> pathlib.Path:
        return self.dist / f"turnstile-{self.arch}{ending}"

    @property
    def zip(self) -> pathlib.Path:
        return self.beside(".zip")


def present(dist: pathlib.Path) -> list[str]:
    """The architectures of which there is at least a part."""
    return [arch for arch in ARCHES if (dist / arch).is_dir() or (dist / f"turnstile-{arch}.zip").exists()]
