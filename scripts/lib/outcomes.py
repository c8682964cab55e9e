"""What came of an event, against what its .expected.json demands. Standard library only.

An outcome is {"event": path, "answer" or "error", and what the log line says: "decision", "reason", …}. Policies are
judged by evaluating them as IAM documents it, not by comparing texts: another policy with the same meaning is as good.
`turnstile invoke --expected` judges by the same files with code of its own.
"""

import json
import pathlib
import re

Outcome = dict

MOST_RESOURCE_CHARACTERS = 512  # API Gateway developer guide, output of a Lambda authorizer
MOST_ANSWER_BYTES = 8_192  # API Gateway quotas, authorizer result size
RECORD_MEMBERS = ("decision", "reason", "issuer", "client", "route")  # of the log line
USAGE_KEY = re.compile(r"[A-Za-z0-9_-]{20,128}")


def differences(event_path: pathlib.Path, outcome: Outcome) -> list[str]:
    """What is not as expected, one line each; empty when all is well."""
    event = json.loads(event_path.read_text())
    expected = json.loads(expected_path(event_path).read_text())
    found = [
        f"{member}: {outcome.get(member)!r} instead of {expected[member]!r}"
        for member in RECORD_MEMBERS
        if member in expected and outcome.get(member) != expected[member]
    ]
    if "error" in expected:
        return found + error_differences(expected["error"], outcome)
    answer = outcome.get("answer")
    if not isinstance(answer, dict):
        return found + [f"no answer but {outcome.get('error')!r}"]
    if len(json.dumps(answer, separators=(",", ":"))) >= MOST_ANSWER_BYTES:
        found.append("the answer is larger than API Gateway takes")
    if "answer" in expected:
        if answer != expected["answer"]:
            found.append(f"answer: {answer!r} instead of {expected['answer']!r}")
    else:
        found += policy_differences(expected["policy"], answer, event)
    return found + usage_key_differences(expected, answer)


def expected_path(event_path: pathlib.Path) -> pathlib.Path:
    return event_path.with_suffix(".expected.json")


def error_differences(expected: dict, outcome: Outcome) -> list[str]:
    error = outcome.get("error")
    if not isinstance(error, dict):
        return [f"no error but the answer {outcome.get('answer')!r}"]
    return [
        f"{member}: {error.get(member)!r} instead of {value!r}"
        for member, value in expected.items()
        if error.get(member) != value
    ]


def usage_key_differences(expected: dict, answer: dict) -> list[str]:
    if "usageIdentifierKey" not in expected:
        return []
    key, wanted = answer.get("usageIdentifierKey"), expected["usageIdentifierKey"]
    if key != wanted or ("usageIdentifierKey" in answer) != (wanted is not None):
        return [f"usageIdentifierKey: {key!r} instead of {wanted!r}"]
    if wanted is not None and not USAGE_KEY.fullmatch(wanted):
        return [f"usageIdentifierKey: {wanted!r} is no API key that API Gateway takes"]
    return []


def policy_differences(expected: dict, answer: dict, event: dict) -> list[str]:
    found = [
        f"{member}: {answer.get(member)!r} instead of {expected[member]!r}"
        for member in ("principalId", "context")
        if answer.get(member) != expected[member]
    ]
    try:
        policy = Policy(answer["policyDocument"])
    except (KeyError, TypeError, ValueError) as error:
        return found + [f"policyDocument: {error}"]
    stage = stage_of(event.get("methodArn") or event["routeArn"])
    for request, verdict in expected["requests"].items():
        if policy.allows(arn_of(stage, request)) != verdict:
            found.append(f"policy: {request} is {'refused' if verdict else 'allowed'}")
        for other in elsewhere(stage):
            if policy.allows(arn_of(other, request)):
                found.append(f"policy: {request} is allowed in {other}")
    return found


def stage_of(arn: str) -> str:
    """An ARN down to its stage: five colons, then one slash."""
    *service, resource = arn.split(":", 5)
    api, stage = resource.split("/", 2)[:2]
    return ":".join([*service, f"{api}/{stage}"])


def elsewhere(stage: str) -> list[str]:
    api, _, name = stage.rpartition("/")
    return [f"{api}x/{name}", f"{api}/{name}x"]


def arn_of(stage: str, request: str) -> str:
    method, _, path = request.partition(" ")
    return f"{stage}/{method}{path}"


class Policy:
    """An IAM policy document: an explicit Deny wins, and what is not allowed is refused."""

    def __init__(self, document: dict) -> None:
        if document["Version"] != "2012-10-17":
            raise ValueError(f"version {document['Version']!r}")
        self.statements = [self.statement(one) for one in document["Statement"]]
        if not self.statements:
            raise ValueError("no statement")

    @staticmethod
    def statement(statement: dict) -> tuple[str, list[re.Pattern]]:
        if set(statement) != {"Action", "Effect", "Resource"}:
            raise ValueError(f"statement of {sorted(statement)}")
        if statement["Action"] not in ("execute-api:Invoke", ["execute-api:Invoke"]):
            raise ValueError(f"action {statement['Action']!r}")
        if statement["Effect"] not in ("Allow", "Deny"):
            raise ValueError(f"effect {statement['Effect']!r}")
        listed = statement["Resource"]
        resources = listed if isinstance(listed, list) else [listed]
        too_long = [resource for resource in resources if len(resource) > MOST_RESOURCE_CHARACTERS]
        if too_long or not resources:
            raise ValueError(f"resource {(too_long or ['none'])[0]}")
        return statement["Effect"], [Policy.pattern(resource) for resource in resources]

    @staticmethod
    def pattern(resource: str) -> re.Pattern:
        wild = {"*": ".*", "?": "."}
        return re.compile("".join(wild.get(character) or re.escape(character) for character in resource), re.DOTALL)

    def allows(self, arn: str) -> bool:
        effects = {
            effect for effect, patterns in self.statements if any(pattern.fullmatch(arn) for pattern in patterns)
        }
        return effects == {"Allow"}


def report(outcomes: list[Outcome]) -> tuple[int, int]:
    """Prints a line for each difference; returns how many events were as expected and how many were not."""
    passed = failed = 0
    for outcome in outcomes:
        event_path = pathlib.Path(outcome["event"])
        if not expected_path(event_path).exists():
            print(f"{event_path}: no {expected_path(event_path).name} to compare with")
            continue
        found = differences(event_path, outcome)
        for line in found:
            print(f"{event_path}: {line}")
        passed, failed = (passed, failed + 1) if found else (passed + 1, failed)
    return passed, failed
