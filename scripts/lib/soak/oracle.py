"""Which outcomes of one invocation are right, and whether what came is one of them."""

import collections
import dataclasses
import functools
import json
import math
from typing import NamedTuple

from outcomes import MOST_ANSWER_BYTES, Policy, arn_of, elsewhere, stage_of
from soak.events import HTTP_2, REST, REST_TOKEN, WEBSOCKET, Case
from soak.publisher import Fetch
from soak.rules import PROBES, Caller, NoUsageKey, permitted, refusal, route_of, route_of_path
from soak.timeline import HELD, UNKNOWN, Breach, Span, Timeline
from soak.world import MAX_AGE, SOURCES, Profile

FAULTS = {
    "event_unrecognised": "Authorizer.EventUnrecognised",
    "keys_unavailable": "Authorizer.KeysUnavailable",
    "deadline_too_near": "Authorizer.DeadlineTooNear",
}
UNAUTHORIZED = {"errorMessage": "Unauthorized", "errorType": "Authorizer.Unauthorized", "stackTrace": []}
LEVELS = {"fault": "ERROR"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    decision: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.decision}: {self.reason}" if self.reason else self.decision


class Invocation(NamedTuple):
    """What was sent and what came back. `wall` is the span in whole seconds since 1970."""

    index: int
    request_id: str
    case: Case
    span: Span
    wall: tuple[int, int]
    kind: str
    body: bytes


class Wrong(Exception):
    """An answer, a line of the log or a fetch that no reading of the contract allows."""

    def __init__(self, message: str, allowed: set[Outcome] | None = None) -> None:
        super().__init__(message)
        self.allowed = allowed


class Oracle:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.timelines = {source: Timeline(source) for source in SOURCES}
        self.seen: collections.Counter = collections.Counter()
        """How often each outcome came, and each state of the keys."""
        self.circumstances: collections.Counter = collections.Counter()
        """How often each kind of event came, in each shape."""

    # What the server saw

    def fetched_behind(self, fetch: Fetch, not_before: float, ended_by: float) -> None:
        """A fetch while no caller waited: at the start, or when an answer had been posted."""
        try:
            self.timelines[fetch.source].fetched(fetch, not_before, ended_by)
        except Breach as breach:
            raise Wrong(str(breach)) from None
        self.seen[f"fetch, no caller waiting, {fetch.how}"] += 1

    def fetched_meanwhile(self, invocation: Invocation, fetches: list[Fetch]) -> None:
        token = invocation.case.token
        for fetch in fetches:
            if invocation.case.fault or fetch.source != token.source:
                raise Wrong(f"keys of {fetch.source} were fetched for an event that needs none of them")
            self.timelines[fetch.source].waited(token.kid, invocation.span, fetch)
            self.seen[f"fetch, a caller waiting, {fetch.how}"] += 1

    # One invocation

    def judge(self, invocation: Invocation, record: dict, fetches: list[Fetch]) -> None:
        """Raises Wrong where anything is not as it must be."""
        case = invocation.case
        try:
            if fetches:
                self.fetched_meanwhile(invocation, fetches)
            allowed = self.allowed(invocation, bool(fetches))
        except Breach as breach:
            raise Wrong(str(breach)) from None
        outcome = Outcome(record.get("decision", ""), record.get("reason"))
        if outcome not in allowed:
            raise Wrong(f"{outcome} is not right", allowed)
        self.check_record(invocation, record, outcome)
        came = (
            outcome,
            invocation.kind,
            invocation.body,
            *map(record.get, ("issuer", "client", "route", "kid", "level")),
        )
        if came not in case.right:
            self.check_facts(case, record, outcome)
            check_answer(self.profile, case, outcome, invocation.kind, invocation.body)
            case.right[came] = None
        self.seen[str(outcome)] += 1
        self.circumstances[case.name] += 1

    def allowed(self, invocation: Invocation, has_fetched: bool) -> set[Outcome]:
        case, token = invocation.case, invocation.case.token
        if case.fault:
            return {Outcome("fault", "event_unrecognised")}
        if token.source is None:
            return {Outcome("reject", token.refusal)}
        found = self.timelines[token.source].outcomes(token.kid, invocation.span, has_fetched)
        if found == {HELD}:
            return with_key(case, invocation.wall)
        self.seen["keys: " + " or ".join(sorted(found))] += 1
        allowed = with_key(case, invocation.wall) if HELD in found else set()
        for reason in found - {HELD}:
            allowed.add(Outcome("reject" if reason == UNKNOWN else "fault", reason))
        return allowed

    def check_record(self, invocation: Invocation, record: dict, outcome: Outcome) -> None:
        """What the log says beside the outcome, as far as it is of this invocation."""
        if record.get("requestId") != invocation.request_id:
            raise Wrong(f"the line of the log is of {record.get('requestId')}, not of {invocation.request_id}")
        microseconds = record.get("durationMicroseconds")
        longest = math.ceil((invocation.span.end - invocation.span.begin) * 1_000_000)
        if not isinstance(microseconds, int) or not 0 <= microseconds <= longest:
            raise Wrong(f"durationMicroseconds: {microseconds!r}, and the whole of it took {longest}")
        age, source = record.get("keyAgeSeconds"), invocation.case.token.source
        if age is None or source is None:
            if age is not None:
                raise Wrong("keyAgeSeconds of an event that needs no key")
            return
        if age not in self.timelines[source].key_ages(invocation.span):
            raise Wrong(f"keyAgeSeconds: {age} instead of {list(self.timelines[source].key_ages(invocation.span))}")
        if age >= MAX_AGE:
            self.seen["keys: stale and in use"] += 1

    def check_facts(self, case: Case, record: dict, outcome: Outcome) -> None:
        caller = case.token.caller
        is_known = outcome.decision in ("allow", "deny")
        route = route_for(case)
        expected: dict = {
            "level": LEVELS.get(outcome.decision, "INFO"),
            "issuer": caller.entry.name if is_known and caller else None,
            "client": caller.client if is_known and caller else None,
            "route": route if is_known else None,
        }
        if is_known or outcome.reason == UNKNOWN:
            expected["kid"] = case.token.kid
        for name, value in expected.items():
            if record.get(name) != value:
                raise Wrong(f"the log's {name}: {record.get(name)!r} instead of {value!r}")


def route_for(case: Case) -> str | None:
    return route_of_path(*case.request[:2]) if case.shape == REST_TOKEN else route_of(case.request)


def with_key(case: Case, wall: tuple[int, int]) -> set[Outcome]:
    """The outcomes once the key is there: two where the token turned in between."""
    token, turn = case.token, case.token.turn
    if turn is None:
        case.outcome = case.outcome or judged(case, token.refusal)
        return {case.outcome}
    refusals = ({turn.before} if wall[0] < turn.moment else set()) | ({turn.after} if wall[1] >= turn.moment else set())
    return {judged(case, one) for one in refusals}


def judged(case: Case, token_refusal: str | None) -> Outcome:
    if token_refusal is not None or case.token.caller is None:
        return Outcome("reject", token_refusal)
    denial = refusal(case.token.caller, route_for(case))
    if denial is None and case.shape in (REST, REST_TOKEN):
        try:
            case.token.caller.usage_key()
        except NoUsageKey:
            denial = "usage_key_unusable"
    return Outcome("deny", denial) if denial else Outcome("allow", None)


# The answer


def check_answer(profile: Profile, case: Case, outcome: Outcome, kind: str, body: bytes) -> None:
    if len(body) > MOST_ANSWER_BYTES:
        raise Wrong(f"an answer of {len(body)} bytes")
    answer = json.loads(body)
    if outcome.decision == "fault" or (outcome.decision == "reject" and profile.unauthenticated == "unauthorized"):
        check_error(outcome, kind, answer)
        return
    if kind != "response":
        raise Wrong(f"posted as {kind}, and it is an answer")
    is_simple = case.shape == HTTP_2 and profile.http_response == "simple"
    context = context_of(profile, case, outcome, is_simple)
    if is_simple:
        expect("answer", answer, {"isAuthorized": outcome.decision == "allow", "context": context})
        return
    caller = case.token.caller if outcome.decision != "reject" else None
    expected = {"principalId": caller.principal if caller else "anonymous", "context": context}
    allowed, usage_key = grants(profile, case, outcome, caller)
    if usage_key is not None:
        expected["usageIdentifierKey"] = usage_key
    document = answer.pop("policyDocument", None)
    expect("answer but for its policy", answer, expected)
    check_policy(case, document, allowed)


def check_error(outcome: Outcome, kind: str, answer: dict) -> None:
    if kind != "error":
        raise Wrong(f"{outcome} posted as {kind}, and not as an error")
    if outcome.decision == "reject":
        expect("error", answer, UNAUTHORIZED)
    else:
        expect("errorType", answer.get("errorType"), FAULTS[outcome.reason or ""])


def expect(what: str, found: object, expected: object) -> None:
    if found != expected or json.dumps(found, sort_keys=True) != json.dumps(expected, sort_keys=True):
        raise Wrong(f"{what}: {found!r} instead of {expected!r}")


def context_of(profile: Profile, case: Case, outcome: Outcome, is_simple: bool) -> dict:
    """With the reason where the answer is for this request alone."""
    caller = case.token.caller
    context = caller.context() if caller and outcome.decision != "reject" else {}
    says_why = outcome.reason is not None and (is_simple or profile.policy == "request" or outcome.decision == "reject")
    return context | ({"reason": outcome.reason} if says_why else {})


def grants(profile: Profile, case: Case, outcome: Outcome, caller: Caller | None) -> tuple[frozenset[str], str | None]:
    """The requests that the policy must allow, of all that are tried, and the usage key that must be named."""
    if caller is None:
        return frozenset(), None
    this = f"{case.request[0]} {case.request[1]}" if case.shape != WEBSOCKET else "$connect"
    if case.shape == WEBSOCKET or profile.policy == "request":
        allowed = frozenset({this} if outcome.decision == "allow" else ())
    else:
        allowed = permitted(caller)
    if case.shape not in (REST, REST_TOKEN) or not allowed:
        return allowed, None
    try:
        return allowed, caller.usage_key()
    except NoUsageKey:
        return frozenset(), None


def check_policy(case: Case, document: object, allowed: frozenset[str]) -> None:
    judge_policy(stage_of(case.arn), json.dumps(document), allowed)


@functools.lru_cache(maxsize=10_000)
def judge_policy(stage: str, text: str, allowed: frozenset[str]) -> None:
    """Every answer with this policy, of this API, for callers of these permissions; what is wrong is not kept."""
    document = json.loads(text)
    try:
        policy = Policy(document)
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"policyDocument: {error}") from None
    for probe in (*PROBES, "$connect"):
        if policy.allows(arn_of(stage, probe)) != (probe in allowed):
            raise Wrong(f"the policy {'refuses' if probe in allowed else 'allows'} {probe}")
        if any(policy.allows(arn_of(other, probe)) for other in elsewhere(stage)):
            raise Wrong(f"the policy allows {probe} of another API or stage")
