"""Every rule of scripts/check-template must be able to fail: each on a copy of a template, broken in one place."""

import copy
import functools
import pathlib
import re
import subprocess
import tempfile
import unittest

import check_template
from run_emulator import environment_file
from template_model import Stack
from template_mutations import ATTACH, MUTATIONS, REST, STREAMS, mutual_tls
from template_rule import RULES

ROOT = pathlib.Path(__file__).parents[2]
SAM = ROOT / ".build-tools/sam"
TEMPLATES = (REST, ATTACH, STREAMS)

TOOL = ROOT / ".build/debug/turnstile"
# What Cognito's API and developer guide take and refuse, by parameter.
PARAMETERS = (
    (
        "ResourceServer",
        ("https://a", "https://a.example/prod", "https://a/${USER_POOL_ID}", "https://a/{x}'$&,;=%20<>`|^~!#[]"),
        ("https://", "https://a/", "http://a", "https://a b", 'https://a"b', "https://a\\b", "https://é", "https://a\x7f"),
    ),
    (
        "DomainPrefix",
        ("turnstile", "a", "a-b", "0", "x" * 42),
        ("", "-a", "a-", "A", "my-aws", "amazonas", "cognito", "a.b", "x" * 43),
    ),
    ("UserPoolId", ("eu-west-1_AbC", "us-gov-east-1_x9"), ("eu-west-1", "eu-west-1_a-b", "EU-west-1_A", "x_a")),
    ("ReservedConcurrency", ("none", "1", "1000"), ("", "0", "-1", "None", "1e3", "100000")),
    ("WebCallbackUrl", ("https://a/b?c=d",), ("http://a", "https://", "https://a#b", "https://a b")),
)


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
        self.assertEqual(idle, {"simple-answers", "one-address"})

    def test_every_rule_is_broken_somewhere(self) -> None:
        self.assertEqual({rule.id for rule in RULES}, {id for id, _, _, _ in MUTATIONS})

    def test_each_broken_copy_is_seen_by_its_rule(self) -> None:
        for (id, path, what, _), stack in zip(MUTATIONS, stacks()[1], strict=True):
            with self.subTest(rule=id, template=path, broken=what):
                self.assertIsInstance(stack, Stack, stack)
                self.assertTrue(faults(stack, id))

    def expect_seen(self, rule: str, least: int) -> None:
        """Each copy that breaks the rule is seen, and the templates as they are keep it."""
        broken = [stack for (id, _, _, _), stack in zip(MUTATIONS, stacks()[1], strict=True) if id == rule]
        self.assertGreaterEqual(len(broken), least)
        for stack in broken:
            self.assertTrue(faults(stack, rule))
        for stack in stacks()[0].values():
            self.assertEqual(faults(stack, rule), [])

    def test_threat_57_an_answer_that_is_kept_for_requests_that_it_is_not_about_is_a_fault(self) -> None:
        self.expect_seen("cache-fits-policy", 3)

    def test_threat_63_whoever_else_may_invoke_the_function_is_a_fault(self) -> None:
        self.expect_seen("invoke-permission", 6)

    def test_threat_68_an_answer_that_is_kept_for_longer_than_tokens_live_is_a_fault(self) -> None:
        self.expect_seen("cache-within-token", 3)

    def test_threat_70_a_way_past_mutual_tls_is_a_fault_until_it_is_turned_off(self) -> None:
        self.expect_seen("one-address", 2)
        for path, api in ((REST, "Api"), (STREAMS, "HttpApi")):
            template = copy.deepcopy(stacks()[0][path].source)
            template["Resources"][api]["Properties"] |= {"Domain": mutual_tls(), "DisableExecuteApiEndpoint": True}
            (answer,) = check_template.translate(SAM, [{"template": template}])
            stack = check_template.stack_of(pathlib.Path(path), answer)
            (rule,) = [rule for rule in check_template.judged(stack) if rule["id"] == "one-address"]
            self.assertEqual((rule["looked_at"], rule["faults"]), (1, []))

    def test_what_cfn_lint_sees_is_reported(self) -> None:
        translated = copy.deepcopy(stacks()[0][REST].translated)
        translated["Resources"]["ApiLogs"]["Properties"]["RetentionInDays"] = 31
        self.assertTrue(list(check_template.lint(SAM, translated)))
        self.assertEqual(list(check_template.lint(SAM, stacks()[0][REST].translated)), [])

    def test_parameters_take_what_aws_takes(self) -> None:
        for name, good, bad in PARAMETERS:
            for path, stack in stacks()[0].items():
                if parameter := stack.parameters.get(name):
                    pattern = re.compile(parameter["AllowedPattern"], re.ASCII)
                    for value in good:
                        self.assertTrue(pattern.fullmatch(value), f"{path}: {name} refuses {value}")
                    for value in bad:
                        self.assertFalse(pattern.fullmatch(value), f"{path}: {name} takes {value}")

    @unittest.skipUnless(TOOL.exists(), "swift build --product turnstile")
    def test_bootstrap_takes_every_resource_server_that_the_parameter_takes(self) -> None:
        (values,) = [good for name, good, _ in PARAMETERS if name == "ResourceServer"]
        for value in values:
            samples = {**environment_file(ROOT / "stack/environment"), "RESOURCE_SERVER": value}
            command = [str(TOOL), "check", "--json", "--config", str(ROOT / "stack/authorizer.json")]
            done = subprocess.run(command, env=samples, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, f"{value}: {done.stdout}{done.stderr}")

    def test_what_a_rule_cannot_read_is_a_fault(self) -> None:
        stack = copy.deepcopy(stacks()[0][REST])
        del stack.translated["Resources"]["BasicClient"]["Properties"]["AllowedOAuthScopes"]
        self.assertIn("cannot be judged: KeyError: 'AllowedOAuthScopes'", faults(stack, "client-after-scopes")[0]["why"])

    def test_another_route_table_may_be_said(self) -> None:
        whole = stacks()[0][REST]
        answer = {"source": whole.source, "translated": whole.translated}
        stack = check_template.stack_of(pathlib.Path(REST), answer, ROOT / "stack/attach.json")
        self.assertTrue(faults(stack, "routes"))
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "broken.json")
            broken.write_text("{")
            for table in (broken, pathlib.Path(folder, "nowhere.json")):
                with self.assertRaisesRegex(SystemExit, "cannot be read"):
                    check_template.stack_of(pathlib.Path(REST), answer, table)
        with self.assertRaisesRegex(SystemExit, "say --table"):
            check_template.stack_of(pathlib.Path("mine.yaml"), {"source": {}, "translated": {}})

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
