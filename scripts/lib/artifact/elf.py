"""An ELF file of 64 bits, little endian, as far as its linking can be told from it (System V ABI, chapters 4 and 5).

Tables are bounded by the file: an offset outside it is an error. Standard library only.
"""

import dataclasses
import struct

MACHINES = {"x86_64": 62, "arm64": 183}
"""EM_X86_64, EM_AARCH64."""
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PT_GNU_RELRO = 1, 2, 3, 0x6474E551, 0x6474E552
PF_X, PF_W = 1, 2
SHT_SYMTAB, SHT_NOBITS, SHT_DYNSYM = 2, 8, 11
DT_NEEDED, DT_RPATH, DT_TEXTREL, DT_RUNPATH, DT_FLAGS, DT_FLAGS_1 = 1, 15, 22, 29, 30, 0x6FFFFFFB
DF_TEXTREL, DF_1_PIE = 4, 0x08000000
SHN_UNDEF = 0

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
DYNAMIC = struct.Struct("<qQ")
SYMBOL = struct.Struct("<IBBHQQ")


class NotELF(ValueError):
    """It is none, or none that Lambda runs."""


@dataclasses.dataclass(frozen=True)
class Segment:
    type: int
    flags: int
    offset: int
    size: int


@dataclasses.dataclass(frozen=True)
class Section:
    name: str
    type: int
    offset: int
    size: int


class File:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        if len(raw) < HEADER.size or raw[:4] != b"\x7fELF":
            raise NotELF("it is no ELF file")
        identity, self.type, self.machine, *rest = HEADER.unpack_from(raw)
        if (identity[4], identity[5]) != (2, 1):
            raise NotELF("it is not of 64 bits, little endian")
        _, _, segments_at, sections_at, _, _, segment_size, segments, section_size, sections, names = rest
        if (segments and segment_size != SEGMENT.size) or (sections and section_size != SECTION.size):
            raise NotELF("its headers are not of the size that the ABI gives them")
        self.segments = [
            Segment(kind, flags, offset, size)
            for kind, flags, offset, _, _, size, *_ in self.table(SEGMENT, segments_at, segments * SEGMENT.size)
        ]
        self.sections = self.named(list(self.table(SECTION, sections_at, sections * SECTION.size)), names)

    def part(self, offset: int, size: int) -> bytes:
        if offset + size > len(self.raw):
            raise NotELF(f"it ends before byte {offset + size}, where a part of it should lie")
        return self.raw[offset : offset + size]

    def table(self, entry: struct.Struct, offset: int, size: int) -> list[tuple]:
        return list(entry.iter_unpack(self.part(offset, size - size % entry.size)))

    def named(self, headers: list[tuple], names_at: int) -> list[Section]:
        if not headers:
            return []
        if names_at >= len(headers):
            raise NotELF("its sections have no names")
        names = self.part(headers[names_at][4], headers[names_at][5])
        return [
            Section(text_at(names, name), kind, offset, size) for name, kind, _, _, offset, size, *_ in headers
        ]

    def has_segment(self, kind: int) -> bool:
        return any(segment.type == kind for segment in self.segments)

    def dynamic(self) -> list[tuple[int, int]]:
        """Tags and values of the dynamic section, which a file that is linked statically may lack."""
        found: list[tuple[int, int]] = []
        for segment in self.segments:
            if segment.type == PT_DYNAMIC:
                found += [(tag, value) for tag, value in self.table(DYNAMIC, segment.offset, segment.size) if tag]
        return found

    def undefined_symbols(self) -> int:
        """In the dynamic symbol table, but for its first entry, which is always empty."""
        count = 0
        for section in self.sections:
            if section.type == SHT_DYNSYM:
                symbols = self.table(SYMBOL, section.offset, section.size)[1:]
                count += sum(symbol[3] == SHN_UNDEF for symbol in symbols)
        return count


def text_at(names: bytes, offset: int) -> str:
    return names[offset : names.find(b"\0", offset)].decode("latin-1")
