"""What tests said when they last ran, as xUnit files hold it. Standard library only."""

import dataclasses
import pathlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable

# Where runs leave their results.
FOLDER = pathlib.Path(".build-coverage")
# Of scripts/test and of scripts/threats --run, each of the Swift tests and of those of the scripts.
FILES = ("tests.xml", "script-tests.xml", "threats.xml", "script-threats.xml")

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
# Where several tests have one name, the worst is told.
WORST_FIRST = (FAILED, SKIPPED, PASSED)

# A module, or a file of tests in Python, and the test's name.
Key = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Run:
    """One file of results."""

    seconds: float
    outcomes: dict[Key, str]


def read(path: pathlib.Path) -> Run:
    """
    Swift Testing names a test's class `Module.Suite` and the test as it is declared, with its labels.
    """
    outcomes: dict[Key, str] = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        module = case.get("classname", "").split(".")[0]
        key = module, re.sub(r"\([^()]*\)$", "", case.get("name", "")).strip("`")
        outcome = outcome_of(case)
        outcomes[key] = min(outcome, outcomes.get(key, outcome), key=WORST_FIRST.index)
    return Run(path.stat().st_mtime, outcomes)


def outcome_of(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return FAILED
    return PASSED if case.find("skipped") is None else SKIPPED


def newest_first(root: pathlib.Path) -> list[Run]:
    paths = [path for name in FILES if (path := root / FOLDER / name).exists()]
    return sorted((run for path in paths if (run := readable(path))), key=lambda run: run.seconds, reverse=True)


def readable(path: pathlib.Path) -> Run | None:
    """A run that was ended from outside leaves half a file, which says nothing."""
    try:
        return read(path)
    except ElementTree.ParseError:
        return None


def write(path: pathlib.Path, outcomes: Iterable[tuple[str, str, str, str]]) -> None:
    """Writes class, name, outcome and message of each test."""
    cases = list(outcomes)
    failures = sum(outcome == FAILED for _, _, outcome, _ in cases)
    suite = ElementTree.Element(
        "testsuite", name="scripts", tests=str(len(cases)), failures=str(failures), errors="0",
        skipped=str(sum(outcome == SKIPPED for _, _, outcome, _ in cases)),
    )  # fmt: skip
    for classname, name, outcome, message in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name)
        if outcome != PASSED:
            ElementTree.SubElement(case, "failure" if outcome == FAILED else "skipped").text = printable(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.ElementTree(root).write(path, encoding="unicode", xml_declaration=True)


def printable(text: str) -> str:
    """XML 1.0 has no control characters but these (§2.2)."""
    return "".join(character for character in text if character.isprintable() or character in "\t\n")
