"""Compiles the two C programs, the floor and the stopwatch, whenever their sources have changed."""

import hashlib
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent / "c"
ORDER = pathlib.Path(__file__).parents[1] / "link_order.txt"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
OPTIMISED = ("-O2", "-std=gnu17")
STATIC = ("-static", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections")
ARCHIVES = ("libcurl.a", "libcares.a", "libssl.a", "libcrypto.a")  # in the order in which they need each other


class CannotCompile(Exception):
    """What the compiler said."""


def stopwatch(folder: pathlib.Path) -> pathlib.Path:
    return compiled(folder, HERE / "stopwatch", [*OPTIMISED, *WARNINGS], [])


def floor(
    folder: pathlib.Path, libcurl: pathlib.Path, sources: pathlib.Path = HERE / "floor", has_symbols: bool = False
) -> pathlib.Path:
    """Against the same archives, as static, and laid out by the same order, as the bootstrap that is shipped."""
    archives = [str(libcurl / "lib" / name) for name in ARCHIVES]
    if missing := [name for name in archives if not pathlib.Path(name).is_file()]:
        raise CannotCompile(f"{missing[0]} is not there: scripts/minimal-libcurl.sh {libcurl} makes it")
    options = [*OPTIMISED, *WARNINGS, *STATIC, *(() if has_symbols else ("-s",)), f"-I{libcurl}/include", *ordered()]
    return compiled(folder, sources, options, [*archives, "-lm"])


def ordered() -> list[str]:
    """By the linker of Swift's toolchain."""
    swift = shutil.which("swift")
    folder = pathlib.Path(swift).resolve().parent if swift else None
    if not folder or not (folder / "ld.lld").is_file():
        raise CannotCompile("there is no ld.lld beside swift, by which bootstrap is linked: is its toolchain whole?")
    return ["-fuse-ld=lld", f"-B{folder}", f"-Wl,--symbol-ordering-file={ORDER}", "-Wl,--no-warn-symbol-ordering"]


def compiled(folder: pathlib.Path, sources: pathlib.Path, options: list[str], libraries: list[str]) -> pathlib.Path:
    """The program of all the files in a folder, which it is named after."""
    files = sorted(sources.glob("*.[ch]"))
    recipe = hashlib.sha256(repr((options, libraries)).encode())
    for file in files:
        recipe.update(file.read_bytes())
    program = folder / f"{sources.name}-{recipe.hexdigest()[:16]}"
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    command = ["gcc", *options, "-o", str(program), *(str(one) for one in files if one.suffix == ".c"), *libraries]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotCompile(f"{sources.name}: {done.stderr.strip()}")
    return program
