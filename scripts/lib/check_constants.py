"""Finds constants that the linker would confuse: one weak symbol, two contents. Standard library only.

    check_constants.py FOLDER      of object files that are linked together (ELF, 64 bits, little-endian)

In the Embedded mode each module compiles what it uses of others again, and the compiler numbers the array literals of
a function by the order in which it meets them: `outlined variable #0 of f`. Where two modules number them differently,
the linker keeps one and f reads another function's literal. One literal to a `static let` cannot be confused.

Prints `symbol: fault`, one a line, and ends with 1 where there is any.
"""

import pathlib
import re
import struct
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator

OUTLINED_VARIABLE = re.compile(rb"Tv\d*_r?$")

# Elf64_Ehdr from e_shoff on, Elf64_Shdr and Elf64_Sym (System V ABI, chapter 4).
SECTION_TABLE_OFFSET = 40
SECTION_COUNTS_OFFSET = 58
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
SYMBOL_TABLE_TYPE = 2  # SHT_SYMTAB
UNDEFINED_SECTION = 0  # SHN_UNDEF
FIRST_RESERVED_SECTION = 0xFF00  # SHN_LORESERVE


def sections(data: bytes) -> list[tuple]:
    (offset,) = struct.unpack_from("<Q", data, SECTION_TABLE_OFFSET)
    size, count = struct.unpack_from("<HH", data, SECTION_COUNTS_OFFSET)
    return [SECTION.unpack_from(data, offset + size * index) for index in range(count)]


def constants(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each outlined variable that an object file defines."""
    table = sections(data)
    for _, kind, _, _, offset, size, link, *_ in table:
        if kind != SYMBOL_TABLE_TYPE:
            continue
        strings = table[link][4]
        for position in range(offset, offset + size, SYMBOL.size):
            name_offset, _, _, section, value, length = SYMBOL.unpack_from(data, position)
            start = strings + name_offset
            name = data[start : data.index(b"\0", start)]
            if UNDEFINED_SECTION < section < FIRST_RESERVED_SECTION and OUTLINED_VARIABLE.search(name):
                begin = table[section][4] + value
                yield name, data[begin : begin + length]


def readable(names: list[bytes]) -> list[str]:
    """Demangled where the toolchain can; Embedded names begin with $e in place of $s."""
    mangled = "\n".join(name.decode().replace("$e", "$s", 1) for name in names)
    run = subprocess.run(["swift", "demangle", "--compact"], input=mangled, capture_output=True, text=True)
    return run.stdout.splitlines() if run.returncode == 0 else mangled.splitlines()


def main() -> int:
    contents: dict[bytes, set[bytes]] = defaultdict(set)
    files = sorted(pathlib.Path(sys.argv[1]).rglob("*.o"))
    for path in files:
        for name, content in constants(path.read_bytes()):
            contents[name].add(content)
    confused = sorted(name for name, found in contents.items() if len(found) > 1)
    for name in readable(confused) if confused else []:
        print(f"{name}: differs between modules, and the linker keeps one")
    return 1 if confused or not files else 0


if __name__ == "__main__":
    sys.exit(main())
