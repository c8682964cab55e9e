"""Every rule of scripts/check-template must be able to fail: each on a copy of a template, broken in one place."""

import copy
import functools
import pathlib
import tempfile
import unittest

import check_template
from template_model import Stack
from template_mutations import ATTACH, MUTATIONS, REST, STREAMS
from template_rule import RULES

ROOT = pathlib.Path(__file__).parents[2]
SAM = ROOT / ".build-tools/sam"
TEMPLATES = (REST, ATTACH, STREAMS)

TOOL = ROOT / ".build/debug/turnstile"


@functools.cache
def stacks() -> tuple[dict[str, Stack], list[Stack | str]]:
    """The templates as they are, and every broken copy; all translated by one process."""
    whole = check_template.translate(SAM, [{"path": str(ROOT / path)} for path in TEMPLATES])
    good = {
        path: check_template.stack_of(pathlib.Path(path), answer) for path, answer in zip(TEMPLATES, whole, strict=True)
    }
    tables, requests = [], []
    for _, path, _, change in MUTATIONS:
        template, route_table = copy.deepcopy((good[path].source, good[path].route_table))
        change(template, route_table)
        tables.append(route_table)
        requests.append({"template": template})
    answers = check_template.translate(SAM, requests)
    broken = [
        answer.get("error") or Stack(pathlib.Path(path), answer["source"], answer["translated"], table, ROOT)
        for (_, path, _, _), answer, table in zip(MUTATIONS, answers, tables, strict=True)
    ]
    return good, broken


def faults(stack: Stack, id: str) -> list[dict]:
    (rule,) = [rule for rule in check_template.judged(stack) if rule["id"] == id]
    return rule["faults"]


class TemplateTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if not SAM.exists():
            raise FileNotFoundError(f"{SAM} is not there: scripts/install sam")

    def test_the_templates_keep_every_rule(self) -> None:
        for path, stack in stacks()[0].items():
            for rule in check_template.judged(stack):
                self.assertEqual(rule["faults"], [], f"{path}: {rule['id']}")

    def test_nothing_is_judged_by_looking_at_nothing(self) -> None:
        idle = {rule["id"] for rule in check_template.judged(stacks()[0][REST]) if not rule["looked_at"]}
        self.assertEqual(idle, {"simple-answers"})

    def test_every_rule_is_broken_somewhere(self) -> None:
        self.assertEqual({rule.id for rule in RULES}, {id for id, _, _, _ in MUTATIONS})

    def test_each_broken_copy_is_seen_by_its_rule(self) -> None:
        for (id, path, what, _), stack in zip(MUTATIONS, stacks()[1], strict=True):
            with self.subTest(rule=id, template=path, broken=what):
                self.assertIsInstance(stack, Stack, stack)
                self.assertTrue(faults(stack, id))

    def test_what_cfn_lint_sees_is_reported(self) -> None:
        translated = copy.deepcopy(stacks()[0][REST].translated)
        translated["Resources"]["ApiLogs"]["Properties"]["RetentionInDays"] = 31
        self.assertTrue(list(check_template.lint(SAM, translated)))
        self.assertEqual(list(check_template.lint(SAM, stacks()[0][REST].translated)), [])

    @unittest.skipUnless(TOOL.exists(), "swift build --product turnstile")
    def test_what_bootstrap_would_not_load_is_reported(self) -> None:
        table = ROOT / "stack/authorizer.json"
        self.assertEqual(list(check_template.load(TOOL, table)), [])
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "authorizer.json")
            broken.write_text(table.read_text().replace('"anyGroup"', '"anyGroups"'))
            self.assertTrue(list(check_template.load(TOOL, broken)))


if __name__ == "__main__":
    unittest.main()
