"""The story of the whole path must be able to end badly: its judgement, its attacks and its search for secrets."""

import contextlib
import io
import json
import pathlib
import tempfile
import types
import unittest

from demo import machines, tokens
from demo.function import Function, Verdict
from demo.story import Failed, Story
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

PREFIX = "arn:aws:execute-api:eu-west-1:123456789012:api/prod"
KEY = RSAKey.generate_key(2_048, parameters={"kid": "k"}, private=True)
TOKEN = jwt.encode({"alg": "RS256", "kid": "k"}, {"scope": "a"}, KEY, default_type=None)


def verdict(*statements: tuple[str, str]) -> Verdict:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Action": "execute-api:Invoke", "Effect": effect, "Resource": [f"{PREFIX}/{path}"]}
            for effect, path in statements
        ],
    }
    return Verdict(
        "allow", None, "machines", "c", "r", {"policyDocument": document}, None, f"{PREFIX}/GET/external/orders"
    )


class StoryTests(unittest.TestCase):
    def setUp(self) -> None:
        self.story = Story(is_silent=True)

    def test_a_sentence_that_is_not_true_ends_the_story_and_is_named(self) -> None:
        with self.assertRaisesRegex(Failed, "one is two.*Found 1 instead of 2"), self.story.chapter("Numbers"):
            self.story.same("one is one", 1, 1)
            self.story.same("one is two", 1, 2)
        self.assertEqual(self.story.count(), (1, 1))
        self.assertEqual(self.story.place(), "chapter 1, Numbers")

    def test_a_secret_is_found_wherever_it_was_told(self) -> None:
        secret = self.story.hide("a-secret-of-a-client")
        self.assertEqual(self.story.told_secrets(["something else"]), 0)
        self.assertEqual(self.story.told_secrets([f"log: {secret}"]), 1)
        with self.story.chapter(f"Of {secret}"):
            self.assertEqual(self.story.told_secrets([]), 1)
        with self.assertRaises(ValueError):
            self.story.hide("short")

    def test_the_record_has_every_step(self) -> None:
        with self.story.chapter("Numbers"):
            self.story.note("of the natural ones")
            self.story.same("one is one", 1, 1)
        written = io.StringIO()
        with contextlib.redirect_stdout(written):
            self.story.write_record(failure=None)
        record = json.loads(written.getvalue())
        self.assertEqual((record["passed"], record["failed"], record["failure"]), (1, 0, None))
        self.assertEqual(record["chapters"][0]["steps"], [{"what": "one is one", "holds": True}])


class ExactnessTests(unittest.TestCase):
    def judge(self, *statements: tuple[str, str]) -> None:
        scene = types.SimpleNamespace(story=Story(is_silent=True))
        with scene.story.chapter("Policies"):
            machines.exactly(scene, "reports", verdict(*statements), machines.MAY_READ)

    def test_just_the_routes(self) -> None:
        self.judge(
            ("Allow", "GET/external/orders"), ("Allow", "GET/external/orders/?*"), ("Deny", "GET/external/orders/*/*")
        )

    def test_a_wildcard_that_reaches_further_is_seen(self) -> None:
        with self.assertRaisesRegex(Failed, "42/lines"):
            self.judge(("Allow", "GET/external/orders"), ("Allow", "GET/external/orders/*"))
        with self.assertRaisesRegex(Failed, "GET /external/orders2"):
            self.judge(("Allow", "GET/external/orders*"), ("Deny", "GET/external/orders/*/*"))

    def test_a_route_that_is_missing_is_seen(self) -> None:
        with self.assertRaisesRegex(Failed, "refused: .*GET /external/orders/42"):
            self.judge(("Allow", "GET/external/orders"))

    def test_another_stage_is_seen(self) -> None:
        answer = verdict(
            ("Allow", "GET/external/orders"), ("Allow", "GET/external/orders/?*"), ("Deny", "GET/*/orders/*/*")
        )
        wide = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [f"{PREFIX}x/GET/external/orders"]}
        answer.answer["policyDocument"]["Statement"].append(wide)
        self.assertTrue(answer.allowed_elsewhere(machines.PATHS))

    def test_an_error_has_no_policy(self) -> None:
        error = {"errorMessage": "Unauthorized"}
        found = Verdict("reject", "missing_token", None, None, None, None, error, f"{PREFIX}/GET/external/orders")
        self.assertTrue(found.is_unauthorized)
        with self.assertRaises(Failed):
            found.allowed(machines.PATHS)

    def test_builds_that_disagree_are_seen(self) -> None:
        def build(reason: str | None) -> types.SimpleNamespace:
            return types.SimpleNamespace(invoke=lambda _: {"decision": "deny", "reason": reason})

        with tempfile.TemporaryDirectory() as folder:
            builds = {"one": build("route_unknown"), "other": build("route_unknown")}
            function = Function(builds, "api", pathlib.Path(folder))
            self.assertEqual(function.ask(None, "GET", "/").reason, "route_unknown")
            builds["other"] = build("group_missing")
            with self.assertRaisesRegex(Failed, "the other"):
                function.ask(None, "GET", "/")


class AttackTests(unittest.TestCase):
    """An attack that fails for a reason of its own would show nothing."""

    def test_other_claims_under_the_old_signature(self) -> None:
        changed = tokens.with_claims(TOKEN, scope="a b")
        self.assertEqual(tokens.claims_of(changed), {"scope": "a b"})
        self.assertEqual(changed.rpartition(".")[2], TOKEN.rpartition(".")[2])
        self.assertEqual(tokens.header_of(changed), tokens.header_of(TOKEN))

    def test_no_algorithm_and_all_else_as_it_was(self) -> None:
        changed = tokens.unsigned(TOKEN)
        self.assertEqual(tokens.header_of(changed), {"alg": "none", "kid": "k"})
        self.assertEqual(changed.split(".")[1:], TOKEN.split(".")[1:])

    def test_its_own_key_verifies_it(self) -> None:
        changed = tokens.signed_with_its_own_key(TOKEN)
        header = tokens.header_of(changed)
        self.assertEqual(header["kid"], "k")
        registry = JWSRegistry()
        registry.max_header_length = len(changed)
        own = jwt.decode(changed, RSAKey.import_key(header["jwk"]), registry=registry)
        self.assertEqual(own.claims, {"scope": "a"})

    def test_the_public_key_as_a_secret(self) -> None:
        changed = tokens.signed_with_the_public_key(TOKEN, b"public")
        self.assertEqual(tokens.header_of(changed), {"alg": "HS256", "kid": "k"})
        self.assertEqual(tokens.claims_of(changed), {"scope": "a"})


if __name__ == "__main__":
    unittest.main()
