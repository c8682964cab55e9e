"""Judges SAM templates by what SAM and cfn-lint say of them, and by rules to which both are blind.

    check_template.py [--json] [--table FILE] --sam FOLDER [--turnstile FILE] TEMPLATE…

FOLDER is the SAM CLI's virtual environment; FILE the operator's tool, which loads the route tables as bootstrap would.
Prints the verdicts, and faults as `file: rule: what: why`. Ends with 1 where there is a fault. Standard library only.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import tally
import template_rules_api  # noqa: F401
import template_rules_stack  # noqa: F401
from run_emulator import environment_file
from template_model import Stack
from template_rule import RULES

ROOT = pathlib.Path(__file__).parents[2]
# Nothing is asked of AWS: the region is a word, and there are no credentials.
OFFLINE = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
LONGEST_SECONDS = 300  # on a machine that is busy with other things

Fault = tuple[str, str]  # what, why


def run(command: list[str], given: str = "", **environment: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **OFFLINE, **environment}
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=LONGEST_SECONDS
    )


def translate(sam: pathlib.Path, requests: list[dict]) -> list[dict]:
    script = pathlib.Path(__file__).with_name("translate_template.py")
    done = run([str(sam / "bin/python"), str(script)], json.dumps(requests))
    if done.returncode:
        raise SystemExit(f"the template could not be translated: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def validate(sam: pathlib.Path, path: pathlib.Path) -> Iterator[Fault]:
    """`sam validate --lint`: the template as it is written."""
    done = run([str(sam / "bin/sam"), "validate", "--lint", "--template", str(path)])
    if done.returncode:
        yield "sam validate --lint", " ".join((done.stdout + done.stderr).split())


def lint(sam: pathlib.Path, translated: dict) -> Iterator[Fault]:
    """cfn-lint on what CloudFormation would be given: inside SAM's own resources, SAM's lint is blind."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "translated.json")
        path.write_text(json.dumps(translated))
        done = run([str(sam / "bin/cfn-lint"), "--format", "json", str(path)])
    for match in json.loads(done.stdout or "[]"):
        where = "/".join(str(part) for part in match["Location"]["Path"] or [])
        yield f"{match['Rule']['Id']} {where}", match["Message"]


def load(turnstile: pathlib.Path, table: pathlib.Path) -> Iterator[Fault]:
    """`turnstile check`, with the samples for the names in the route table."""
    done = run([str(turnstile), "check", "--config", str(table)], **environment_file(ROOT / "stack/environment"))
    if done.returncode:
        yield table.name, (done.stderr.strip() or done.stdout.strip()).splitlines()[0]


def route_table(path: pathlib.Path, source: dict, instead: pathlib.Path | None = None) -> pathlib.Path:
    if instead:
        return instead
    named = source.get("Metadata", {}).get("Turnstile", {}).get("RouteTable")
    if not named:
        raise SystemExit(
            f"error: {path}: Metadata.Turnstile.RouteTable does not say which route table goes with it: say --table FILE"
        )
    return ROOT / named


def stack_of(path: pathlib.Path, answer: dict, instead: pathlib.Path | None = None) -> Stack:
    file = route_table(path, answer["source"], instead)
    try:
        table = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: the route table {file} cannot be read: {error}") from None
    return Stack(path, answer["source"], answer["translated"], table, ROOT)


def judged(stack: Stack) -> list[dict]:
    results = []
    for rule in RULES:
        try:
            verdicts = list(rule.judge(stack))
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # a form that the rule does not know
            verdicts = [("the template", f"cannot be judged: {type(error).__name__}: {error}")]
        faults = [{"what": what, "why": why} for what, why in verdicts if why]
        results.append({"id": rule.id, "rule": rule.sentence, "looked_at": len(verdicts), "faults": faults})
    return results


def result(id: str, sentence: str, faults: Iterator[Fault]) -> dict:
    return {
        "id": id, "rule": sentence, "looked_at": 1, "faults": [{"what": what, "why": why} for what, why in faults],
    }  # fmt: skip


def check(given: argparse.Namespace, path: pathlib.Path, answer: dict) -> list[dict]:
    results = [result("sam-validate", "SAM and its lint take the template.", validate(given.sam, path))]
    if given.turnstile:
        table = route_table(path, answer["source"], given.table)
        refused = list(load(given.turnstile, table))
        results.append(result("route-table", "bootstrap takes the route table.", iter(refused)))
        if refused:
            return results  # what it says cannot be held against anything
    if "error" in answer:
        return [*results, result("translate", "SAM can translate it.", iter([("samtranslator", answer["error"])]))]
    results.append(result("cfn-lint", "cfn-lint takes what SAM makes of it.", lint(given.sam, answer["translated"])))
    return results + judged(stack_of(path, answer, given.table))


def show(path: str, results: list[dict]) -> None:
    print(path)
    for each in results:
        mark = "✗" if each["faults"] else "✓" if each["looked_at"] else "–"
        count = f"  ({each['looked_at']})" if each["looked_at"] > 1 else ""
        print(f"  {mark}  {each['id']:<20} {each['rule']}{count}", flush=True)
        for fault in each["faults"]:
            print(f"{path}: {each['id']}: {fault['what']}: {fault['why']}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--sam", type=pathlib.Path, required=True)
    parser.add_argument("--turnstile", type=pathlib.Path)
    parser.add_argument("templates", type=pathlib.Path, nargs="+")
    given = parser.parse_args()

    answers = translate(given.sam, [{"path": str(path.resolve())} for path in given.templates])
    found = {
        str(path): check(given, path, answer)
        for path, answer in zip(given.templates, answers, strict=True)
    }
    results = [each for of_one in found.values() for each in of_one]
    failed = sum(1 for each in results if each["faults"])
    passed = sum(1 for each in results if each["looked_at"] and not each["faults"])
    if given.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for path, of_one in found.items():
            show(path, of_one)
        print(f"{len(found)} templates: {passed} rules kept, {failed} broken")
    tally.record(passed, failed, "templates")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
