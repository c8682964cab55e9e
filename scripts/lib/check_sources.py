"""House rules that neither the compiler nor the formatter knows, over the Swift sources. Standard library only.

Prints `file:line: fault`, one a line, and ends with 1 where there is any.
"""

import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

# Who may import whom (docs: the drawing of the modules). CPOSIX is further bound to the files named System*.
ALLOWED_IMPORTS = {
    "StrictJSON": set(),
    "JOSE": {"StrictJSON"},
    "Authorization": {"JOSE", "StrictJSON"},
    "APIGateway": {"Authorization", "JOSE", "StrictJSON"},
    "OpenSSLSignatures": {"CLibcrypto", "JOSE", "StrictJSON"},
    "HTTPTransport": {"CLibcurl"},
    "LambdaRuntime": {"HTTPTransport", "StrictJSON"},
    "AuthorizerService": {
        "APIGateway", "Authorization", "CPOSIX", "HTTPTransport", "JOSE", "LambdaRuntime", "OpenSSLSignatures",
        "StrictJSON",
    },
    "bootstrap": {"AuthorizerService"},
}  # fmt: skip
# What belongs to the operator's tool, and is not compiled into the shipped file.
ALLOWED_IMPORTS_OF_THE_TOOL = {
    "AWSClient": {"Foundation", "HTTPTransport", "StrictJSON"},
    "UsageKeys": {"AWSClient", "Authorization", "HTTPTransport", "JOSE", "StrictJSON"},
}  # fmt: skip
C_MODULES = {
    "CLibcrypto": {"OpenSSLSignatures", "TestSupport"},
    "CLibcurl": {"HTTPTransport"},
    "CPOSIX": {"AuthorizerService"},
    "CLibFuzzer": {"Fuzzing"},
}
CORE = set(ALLOWED_IMPORTS)
ALLOWED = ALLOWED_IMPORTS | ALLOWED_IMPORTS_OF_THE_TOOL
MAY_SAY_UNSAFE = {"OpenSSLSignatures", "HTTPTransport"}

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_BOOTSTRAP = 40

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)
TRAPS = re.compile(
    r"\btry!|\bas!|\b(?:fatalError|preconditionFailure|precondition|assertionFailure|unsafelyUnwrapped)\b"
    r"|[\w)\]}]!(?![=\w])"
)
FORBIDDEN_WORDS = re.compile(
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bplace" r"holder\b|\bnot yet imple" r"mented\b", re.IGNORECASE
)
FORBIDDEN_NAMES = re.compile(r"\b(?:class|struct|enum|actor|protocol|extension)\s+(\w*(?:Manager|Helper|Utils?))\b")
DECLARATION = re.compile(r"\b(?:func\s+[^\s(]+|init[?!]?|deinit|subscript|(?:var\s+\w+\s*:[^={\n]*))")

Fault = tuple[pathlib.Path, int, str]


def blanked(source: str) -> str:
    """The source with the text of comments and string literals replaced by spaces; lines stay where they are."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|(#*)"""(?:.*?[^\\])??"""\1|(#+)".*?"\2|"(?:\\.|[^"\\\n])*"|`[^`\n]*`', re.DOTALL
    )
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)


def module_of(path: pathlib.Path) -> str:
    return path.parts[1]


def line_of(code: str, offset: int) -> int:
    return code.count("\n", 0, offset) + 1


def import_faults(path: pathlib.Path, code: str) -> Iterator[Fault]:
    module = module_of(path)
    for number, line in enumerate(code.splitlines(), 1):
        match = IMPORT.match(line)
        if not match:
            continue
        imported = match[1]
        if imported in C_MODULES and module not in C_MODULES[imported]:
            yield path, number, f"{imported} is imported by {', '.join(sorted(C_MODULES[imported]))} only"
        elif imported == "CPOSIX" and not path.name.startswith("System"):
            yield path, number, "CPOSIX is imported by System only"
        elif path.parts[0] == "Sources" and module in ALLOWED and imported not in ALLOWED[module]:
            allowed = ", ".join(sorted(ALLOWED[module])) or "nothing"
            yield path, number, f"{module} imports {imported}; it may import {allowed}"


def length_faults(path: pathlib.Path, code: str) -> Iterator[Fault]:
    lines = code.count("\n")
    most = MOST_LINES_OF_BOOTSTRAP if path.parts[:2] == ("Sources", "bootstrap") else MOST_LINES_OF_A_FILE
    if lines > most:
        yield path, lines, f"{lines} lines in a file, more than {most}"
    for match in DECLARATION.finditer(code):
        span = body_span(code, match.end())
        if span is None:
            continue
        length = line_of(code, span[1]) - line_of(code, match.start()) + 1
        if length > MOST_LINES_OF_A_FUNCTION:
            yield path, line_of(code, match.start()), f"{length} lines in a body, more than {MOST_LINES_OF_A_FUNCTION}"


def body_span(code: str, start: int) -> tuple[int, int] | None:
    """From the brace that opens the body after a signature to the one that closes it; none where there is no body."""
    depth = 0
    for index in range(start, len(code)):
        character = code[index]
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0 and character == "{":
            end = closing_brace(code, index)
            return (index, end) if end is not None else None
        elif depth == 0 and character in "};":
            return None
        elif depth == 0 and character == "\n" and not continues(code, index):
            return None
    return None


def continues(code: str, newline: int) -> bool:
    """Whether a signature goes on after this line's end."""
    following = code[newline:].lstrip()
    return following.startswith(("->", "where", "throws", "async", "rethrows", "{", ")", ":"))


def closing_brace(code: str, opening: int) -> int | None:
    depth = 0
    for index in range(opening, len(code)):
        depth += {"{": 1, "}": -1}.get(code[index], 0)
        if depth == 0:
            return index
    return None


def core_faults(path: pathlib.Path, code: str) -> Iterator[Fault]:
    module = module_of(path)
    for match in TRAPS.finditer(code):
        yield path, line_of(code, match.start()), f"{match[0].strip()} can trap"
    if module in MAY_SAY_UNSAFE or path.name.startswith("System"):
        return
    for match in re.finditer(r"\bunsafe\b|\bUnsafe\w+|@safe\b", code):
        yield path, line_of(code, match.start()), f"{match[0]} outside OpenSSLSignatures, HTTPTransport and System"


def name_faults(path: pathlib.Path, code: str) -> Iterator[Fault]:
    for match in FORBIDDEN_NAMES.finditer(code):
        yield path, line_of(code, match.start()), f"{match[1]} says nothing of what it is"


def word_faults(path: pathlib.Path) -> Iterator[Fault]:
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if match := FORBIDDEN_WORDS.search(line):
            yield path, number, f"“{match[0]}” is a promise, not a program"


def tracked(*patterns: str) -> list[pathlib.Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [pathlib.Path(name) for name in sorted(set(listed)) if pathlib.Path(name).is_file()]


def all_faults() -> Iterator[Fault]:
    for path in tracked("Sources/*.swift", "Tests/*.swift"):
        code = blanked(path.read_text())
        yield from import_faults(path, code)
        yield from length_faults(path, code)
        yield from name_faults(path, code)
        if path.parts[0] == "Sources" and module_of(path) in CORE:
            yield from core_faults(path, code)
    for path in tracked():
        if path.name != "LICENSE" and path.parts[:2] != ("Tests", "Vectors"):
            yield from word_faults(path)


def main() -> int:
    faults = sorted(all_faults())
    for path, line, fault in faults:
        print(f"{path}:{line}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
