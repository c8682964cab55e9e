"""How bootstrap is linked: for this machine, alone, and with no memory that is both written and run."""

from artifact import elf
from artifact.files import Artifact
from artifact.rows import Seen

TYPES = {elf.ET_EXEC: "EXEC", elf.ET_DYN: "DYN"}


def read(artifact: Artifact) -> elf.File:
    return elf.File(artifact.bootstrap.read_bytes())


def machine(file: elf.File, arch: str) -> Seen:
    faults = [] if file.machine == elf.MACHINES[arch] else [f"machine {file.machine} instead of {elf.MACHINES[arch]}"]
    flags = dict(file.dynamic()).get(elf.DT_FLAGS_1, 0)
    is_static_pie = file.type == elf.ET_DYN and flags & elf.DF_1_PIE and not file.has_segment(elf.PT_INTERP)
    if file.type != elf.ET_EXEC and not is_static_pie:
        faults.append(f"type {TYPES.get(file.type, file.type)}, neither EXEC nor a static PIE")
    return Seen(f"ELF64, machine {file.machine}, {'static PIE' if is_static_pie else 'EXEC'}", faults)


def static(file: elf.File) -> Seen:
    dynamic = file.dynamic()
    tags = [tag for tag, _ in dynamic]
    faults = ["it asks for an interpreter (PT_INTERP)"] if file.has_segment(elf.PT_INTERP) else []
    if needed := tags.count(elf.DT_NEEDED):
        faults.append(f"it needs {needed} shared librar{'y' if needed == 1 else 'ies'} (DT_NEEDED)")
    if elf.DT_RPATH in tags or elf.DT_RUNPATH in tags:
        faults.append("it names a path for libraries (RPATH or RUNPATH)")
    if undefined := file.undefined_symbols():
        faults.append(f"{undefined} undefined dynamic symbol{'' if undefined == 1 else 's'}")
    return Seen("no interpreter, no library, no undefined symbol", faults)


def memory(file: elf.File) -> Seen:
    faults = []
    stacks = [segment for segment in file.segments if segment.type == elf.PT_GNU_STACK]
    if not stacks:
        faults.append("it does not say that its stack is not executable (no GNU_STACK)")
    elif any(stack.flags & elf.PF_X for stack in stacks):
        faults.append("its stack is executable")
    loaded = [segment for segment in file.segments if segment.type == elf.PT_LOAD]
    both = elf.PF_W | elf.PF_X
    if any(segment.flags & both == both for segment in loaded):
        faults.append("a segment is both writable and executable")
    dynamic = file.dynamic()
    flags = dict(dynamic).get(elf.DT_FLAGS, 0)
    if elf.DT_TEXTREL in (tag for tag, _ in dynamic) or flags & elf.DF_TEXTREL:
        faults.append("it has text relocations")
    if not file.has_segment(elf.PT_GNU_RELRO):
        faults.append("tables of addresses stay writable (no GNU_RELRO)")
    return Seen("stack and data not executable, code not writable, RELRO", faults)


def stripped(file: elf.File) -> Seen:
    left = [
        section.name for section in file.sections
        if section.type == elf.SHT_SYMTAB or section.name.startswith((".debug", ".zdebug"))
    ]  # fmt: skip
    return Seen("no symbol table, no debug sections", [f"it has {name}" for name in left])
