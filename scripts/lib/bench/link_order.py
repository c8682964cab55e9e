"""The order in which the linker places what bootstrap calls of the C libraries: see scripts/lib/link_order.txt."""

import pathlib
import re

NAMED = re.compile(r"^c?fn=\(\d+\) (\S+)$")
PART = re.compile(r"['.].*$")  # recursion and parts of a function that was cut: parse'2, memcpy.part.0


def called(profile: pathlib.Path) -> list[str]:
    """The functions of one callgrind output in the order in which it names them first."""
    found = (match[1] for match in map(NAMED.match, profile.read_text(errors="replace").splitlines()) if match)
    return list(dict.fromkeys(PART.sub("", name) for name in found))


def is_of_c(name: str) -> bool:
    """Swift's begin with a dollar, or have a space or a colon once they are spelt out."""
    return re.fullmatch(r"[A-Za-z_]\w*", name) is not None


def joined(seen: list[str], before: list[str]) -> list[str]:
    """What was seen now, and then what stood there and was not: other events, and keys over TLS."""
    return list(dict.fromkeys([*filter(is_of_c, seen), *before]))


def rewrite(path: pathlib.Path, seen: list[str]) -> int:
    """Keeps the comment at the head. Comes back with the number of names."""
    lines = path.read_text().splitlines()
    head = [line for line in lines if line.startswith("#")]
    names = joined(seen, [line for line in lines if line and not line.startswith("#")])
    path.write_text("\n".join([*head, *names]) + "\n")
    return len(names)
