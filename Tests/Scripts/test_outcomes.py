"""The comparer of answers must see what is wrong with them."""

import copy
import json
import pathlib
import tempfile
import unittest

import outcomes

EVENT = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/orders"}
EXPECTED = {
    "decision": "allow",
    "reason": None,
    "usageIdentifierKey": "k" * 20,
    "policy": {
        "principalId": "me",
        "context": {"sub": "me"},
        "requests": {"GET /orders": True, "GET /orders/1": False, "$connect": False},
    },
}
PREFIX = "arn:aws:execute-api:eu-west-1:123456789012:api/prod"


def statement(effect: str, *paths: str) -> dict:
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": [f"{PREFIX}/{path}" for path in paths]}


def outcome(*statements: dict, **members: object) -> dict:
    answer = {
        "principalId": "me",
        "policyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
        "context": {"sub": "me"},
        "usageIdentifierKey": "k" * 20,
    }
    return {"decision": "allow", "reason": None, "answer": {**answer, **members}}


class DifferencesTests(unittest.TestCase):
    def differences(self, result: dict, expected: dict = EXPECTED) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            event = pathlib.Path(folder) / "event.json"
            event.write_text(json.dumps(EVENT))
            event.with_suffix(".expected.json").write_text(json.dumps(expected))
            return outcomes.differences(event, result)

    def test_a_policy_of_the_same_meaning_is_as_good(self) -> None:
        self.assertEqual(self.differences(outcome(statement("Allow", "GET/orders"))), [])
        wide = [statement("Allow", "GET/orders*"), statement("Deny", "GET/orders/*")]
        self.assertEqual(self.differences(outcome(*wide)), [])

    def test_an_explicit_deny_wins_whatever_the_order(self) -> None:
        found = self.differences(outcome(statement("Deny", "*"), statement("Allow", "GET/orders")))
        self.assertEqual(found, ["policy: GET /orders is refused"])

    def test_a_star_crosses_slashes(self) -> None:
        found = self.differences(outcome(statement("Allow", "GET/orders*")))
        self.assertEqual(found, ["policy: GET /orders/1 is allowed"])

    def test_a_question_mark_is_one_character(self) -> None:
        self.assertEqual(self.differences(outcome(statement("Allow", "GET/order?"))), [])
        self.assertIn("policy: GET /orders is refused", self.differences(outcome(statement("Allow", "GET/orders?"))))

    def test_another_api_or_stage_is_out_of_reach(self) -> None:
        everywhere = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
        found = self.differences(outcome(everywhere))
        self.assertTrue(any("api/prodx" in line for line in found), found)
        self.assertTrue(any("apix/prod" in line for line in found), found)

    def test_other_elements_are_not_guessed_at(self) -> None:
        conditional = {**statement("Allow", "GET/orders"), "Condition": {}}
        self.assertTrue(self.differences(outcome(conditional)))
        self.assertTrue(self.differences(outcome({**statement("Allow", "GET/orders"), "Action": "*"})))
        self.assertTrue(self.differences(outcome()))

    def test_every_named_member_is_compared(self) -> None:
        good = outcome(statement("Allow", "GET/orders"))
        for change in ({"principalId": "you"}, {"context": {"sub": "me", "more": 1}}, {"usageIdentifierKey": "x"}):
            self.assertTrue(self.differences({**good, "answer": {**good["answer"], **change}}), change)
        self.assertTrue(self.differences({**good, "decision": "deny"}))
        self.assertTrue(self.differences({**good, "reason": "token_expired"}))

    def test_no_usage_key_means_no_member(self) -> None:
        expected = {**copy.deepcopy(EXPECTED), "usageIdentifierKey": None}
        good = outcome(statement("Allow", "GET/orders"))
        self.assertTrue(self.differences(good, expected))
        del good["answer"]["usageIdentifierKey"]
        self.assertEqual(self.differences(good, expected), [])

    def test_an_error_is_no_answer_and_an_answer_no_error(self) -> None:
        expected = {"decision": "reject", "reason": "token_expired", "error": {"errorMessage": "Unauthorized"}}
        reject = {"decision": "reject", "reason": "token_expired"}
        self.assertEqual(
            self.differences({**reject, "error": {"errorMessage": "Unauthorized", "errorType": "x"}}, expected), []
        )
        self.assertTrue(self.differences({**reject, "error": {"errorMessage": "unauthorized"}}, expected))
        self.assertTrue(self.differences({**reject, "answer": {"errorMessage": "Unauthorized"}}, expected))
        self.assertTrue(self.differences({**reject, "error": {"errorMessage": "Unauthorized"}}))

    def test_an_answer_beyond_the_limits_is_seen(self) -> None:
        self.assertTrue(self.differences(outcome(statement("Allow", "GET/orders", "GET/" + "a" * 512))))
        many = [f"GET/{'a' * 400}{number}" for number in range(20)]
        self.assertTrue(self.differences(outcome(statement("Allow", "GET/orders", *many))))


if __name__ == "__main__":
    unittest.main()
