"""What is deployed, in bytes: the file, and the archive that is uploaded."""

import io
import pathlib
import zipfile


def of_file(path: pathlib.Path) -> int:
    return path.stat().st_size


def of_archive(path: pathlib.Path) -> int:
    """A zip of the file alone, at the level that `zip` and the SAM CLI use."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.write(path, "bootstrap")
    return len(memory.getvalue())
