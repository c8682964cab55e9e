"""The comparison with joserfc and PyJWT must be able to find fault: in Turnstile, and in its own rules."""

import contextlib
import io
import json
import math
import os
import pathlib
import unittest
import warnings
from collections.abc import Sequence
from unittest import mock

from differential import __main__ as command
from differential import ours, peers, report
from differential.case import Case, Recipe
from differential.good import OPTIONAL
from differential.judge import Comparison, Count, Finding
from differential.kitchen import Kitchen
from differential.laxer import LAXER
from differential.mutations import MUTATIONS
from differential.ours import Verdict
from differential.rules import Rule
from differential.shrink import shrunk
from differential.stricter import STRICTER

ROOT = pathlib.Path(__file__).parents[2]
PROGRAMS = [ROOT / ".build-embedded/release/bootstrap", ROOT / ".build/debug/bootstrap"]
SEED = 7
KITCHEN = Kitchen(SEED, MUTATIONS)
ACCEPTED = Verdict(True)


def setUpModule() -> None:
    # The runner of the tests turns on what the package turns off.
    warnings.simplefilter("ignore")


class Scripted:
    """A judge in place of bootstrap, of one mind about every case."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def verdicts(self, cases: Sequence[Case]) -> list[Verdict]:
        return [self.verdict for _ in cases]


def counted(verdict: Verdict, *mutations: str, rules: Sequence[Rule] = (*STRICTER, *LAXER)) -> Count:
    comparison = Comparison.__new__(Comparison)
    comparison.kitchen, comparison.rules, comparison.judge = KITCHEN, list(rules), Scripted(verdict)
    return comparison.compare([KITCHEN.case(Recipe(SEED, 1, mutations))])


def kinds(count: Count) -> list[tuple[str, str | None]]:
    return [(finding.kind, finding.peer) for finding in count.findings]


class JudgementTests(unittest.TestCase):
    def test_what_all_three_accept_is_no_finding(self) -> None:
        count = counted(ACCEPTED)
        self.assertEqual((kinds(count), count.agreed.total()), ([], 1))

    def test_a_good_token_that_is_refused_is_a_finding(self) -> None:
        found = kinds(counted(Verdict(False, "invalid_signature")))
        self.assertEqual(found, [("refused", None), ("stricter", "joserfc"), ("stricter", "PyJWT")])

    def test_a_bad_token_that_is_accepted_is_a_finding(self) -> None:
        found = kinds(counted(ACCEPTED, "signature bit"))
        self.assertEqual(found, [("accepted", None), ("laxer", "joserfc"), ("laxer", "PyJWT")])
        self.assertEqual(kinds(counted(ACCEPTED, "cnf")), [("accepted", None)], "where no peer looks at it, too")

    def test_a_rule_explains_its_own_reason_only(self) -> None:
        self.assertEqual(kinds(counted(Verdict(False, "invalid_claims"), "cnf")), [])
        found = kinds(counted(Verdict(False, "token_expired"), "cnf"))
        self.assertEqual(found, [("stricter", "joserfc"), ("stricter", "PyJWT")])

    def test_a_rule_explains_its_own_mutation_only(self) -> None:
        self.assertEqual(kinds(counted(Verdict(False, "invalid_claims"), "sub absent"))[0], ("stricter", "joserfc"))

    def test_a_rule_of_what_is_accepted_holds_for_its_peer_only(self) -> None:
        self.assertEqual(kinds(counted(ACCEPTED, "header member unknown")), [])
        without = [rule for rule in LAXER if "header member unknown" not in rule.mutations]
        self.assertEqual(kinds(counted(ACCEPTED, "header member unknown", rules=without)), [("laxer", "joserfc")])


class RuleTests(unittest.TestCase):
    def test_rules_name_mutations_that_there_are(self) -> None:
        for rule in [*STRICTER, *LAXER]:
            self.assertEqual(rule.mutations - set(KITCHEN.mutations), set(), rule.name)

    def test_no_two_rules_have_one_name_and_two_sections(self) -> None:
        sections = {(rule.name, rule.section) for rule in [*STRICTER, *LAXER]}
        self.assertEqual(len({name for name, _ in sections}), len(sections))

    def test_no_rule_lets_pass_what_must_be_refused(self) -> None:
        for rule in LAXER:
            refused = [name for name in rule.mutations if KITCHEN.mutations[name].refused]
            self.assertEqual(refused, [], rule.name)


class CaseTests(unittest.TestCase):
    def test_a_seed_makes_the_same_cases(self) -> None:
        again = Kitchen(SEED, MUTATIONS)
        for index in range(40):
            recipe = KITCHEN.recipe(index)
            self.assertEqual(again.recipe(index), recipe)
            self.assertEqual(again.case(recipe, now=1).jwks, KITCHEN.case(recipe, now=1).jwks)

    def test_peers_accept_good_cases_whatever_is_left_out(self) -> None:
        for index in range(40):
            for without in (frozenset(), frozenset(OPTIONAL), frozenset(OPTIONAL[index % len(OPTIONAL) :])):
                case = KITCHEN.case(Recipe(SEED, index, (), without))
                self.assertEqual(peers.judged(case), {"joserfc": True, "PyJWT": True}, report.command(case.recipe))

    def test_keys_are_as_long_as_they_are_called(self) -> None:
        pairs = [*KITCHEN.pool.by_algorithm("RS256"), KITCHEN.pool.predictable, KITCHEN.pool.small]
        lengths = [math.prod(pair.numbers).bit_length() for pair in pairs]
        self.assertEqual(lengths, [2_048, 2_048, 2_048, 1_024])
        self.assertIn(math.prod(KITCHEN.pool.many_primes).bit_length(), range(9_000, 9_217))

    def test_every_mutation_changes_the_case(self) -> None:
        """In one of a few cases: some have nothing to do in others."""
        for name in KITCHEN.mutations:
            changed = False
            for index in range(8):
                spoilt = KITCHEN.case(Recipe(SEED, index, (name,)), now=2_000_000_000)
                kind = KITCHEN.mutations[name].kind
                good = KITCHEN.case(Recipe(SEED, index, ()), now=2_000_000_000)
                same = (spoilt.policy, spoilt.jwks, spoilt.token) == (good.policy, good.jwks, good.token)
                changed = changed or kind is not None or not same
            self.assertTrue(changed, name)


class BootstrapTests(unittest.TestCase):
    """With the real bootstrap, which scripts/check builds."""

    def setUp(self) -> None:
        built = [program for program in PROGRAMS if program.exists()]
        self.assertTrue(built, "bootstrap is not built: swift build --product bootstrap")
        self.bootstrap = built[0]

    def compared(self, rules: Sequence[Rule], *recipes: Recipe) -> tuple[Comparison, list[Finding]]:
        comparison = Comparison(KITCHEN, rules, self.bootstrap)
        self.addCleanup(comparison.judge.server.close)
        return comparison, comparison.compare([KITCHEN.case(recipe) for recipe in recipes]).findings

    def test_a_difference_without_a_rule_is_found_and_made_small(self) -> None:
        comparison, findings = self.compared([], Recipe(SEED, 3, ("neighbour broken", "cnf", "header with spaces")))
        self.assertEqual({finding.kind for finding in findings}, {"stricter"})
        small = shrunk(findings[0], comparison)
        self.assertEqual(small.case.recipe.mutations, ("cnf",))
        self.assertLessEqual(set(OPTIONAL), small.case.recipe.without)
        record = report.finding_record(small)
        self.assertEqual(record["turnstile"], "refuses: invalid_claims")
        self.assertEqual(record["again"], f"scripts/differential --seed {SEED} --case 3 --mutation cnf --without all")
        self.assertEqual(json.loads(record["payload"]).keys(), {"iss", "exp", "cnf"})

    def test_a_set_without_a_usable_key_is_judged_wherever_it_lies(self) -> None:
        recipe = Recipe(SEED, 5, ("set empty",), frozenset(OPTIONAL))
        comparison, findings = self.compared([*STRICTER, *LAXER], recipe, Recipe(SEED, 6, ()))
        self.assertEqual(findings, [])
        case = KITCHEN.case(recipe)
        in_a_file = Case(case.recipe, case.policy, case.jwks, case.token, may_be_keyless=False)
        fetched, filed = comparison.judge.verdicts([case])[0], comparison.judge.verdicts([in_a_file])[0]
        self.assertEqual((fetched, filed), (Verdict(False, "keys_unavailable"), Verdict(False, "no_usable_key")))

    def test_the_command_counts_every_case_and_says_how_it_ended(self) -> None:
        status, output = self.run_command("--count", "600", "--json")
        found = json.loads(output)
        self.assertEqual((status, found["cases"], found["unexplained"]), (0, 600, 0), found["findings"])
        self.assertEqual(sum(one["cases"] for one in found["classes"]), 600)
        status, output = self.run_command("--case", "3", "--mutation", "signature bit")
        self.assertEqual(status, 0, output)
        self.assertIn("refuses: invalid_signature", output)
        for wrong in (["--count", "0"], ["--mutation", "nothing"], ["--without", "x"], ["--bootstrap", "/nowhere"]):
            self.assertEqual(self.run_command(*wrong)[0], 64, wrong)

    def test_a_program_that_does_not_answer_is_a_finding(self) -> None:
        with mock.patch.object(ours, "PATIENCE_SECONDS", 0.2):
            status, output = self.run_command("--count", "1", "--bootstrap", "/bin/true")
        self.assertEqual(status, 1)
        self.assertIn("bootstrap is broken: no request in 0.2 s: it does not start", output)

    def run_command(self, *words: str) -> tuple[int, str]:
        """Its counts are not those that scripts/test ends with."""
        output = io.StringIO()
        silence = contextlib.redirect_stdout(output), contextlib.redirect_stderr(output)
        with mock.patch.dict(os.environ, {"TURNSTILE_TALLY": ""}), silence[0], silence[1]:
            try:
                status = command.main(["--bootstrap", str(self.bootstrap), *words])
            except SystemExit as end:
                status = int(end.code or 0)
        return status, output.getvalue()


if __name__ == "__main__":
    unittest.main()
