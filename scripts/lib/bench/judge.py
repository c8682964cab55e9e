"""Whether an answer is right. Policies are evaluated as IAM does it; how they are written is each program's own."""

import json

from bench.events import ALLOWED, HTTP_2, REFUSED, Event
from bench.world import Route, World
from outcomes import Policy, stage_of

RESPONSE, ERROR = b"r", b"e"
STRANGE_VERB = "PATCH"  # of no route


class Wrong(Exception):
    """What is wrong with an answer, in one line."""


def judge(event: Event, answer: bytes, world: World) -> None:
    """`answer` is the kind, one byte, and the body."""
    kind, body = answer[:1], answer[1:]
    try:
        document = json.loads(body)
    except ValueError:
        raise wrong(event, f"no JSON: {body[:200]!r}") from None
    if event.outcome == REFUSED:
        if kind != ERROR or document.get("errorMessage") != "Unauthorized":
            raise wrong(event, f"not refused: {body.decode()}")
    elif kind != RESPONSE:
        raise wrong(event, f"an error: {body.decode()}")
    elif event.shape == HTTP_2:
        judge_simple(event, document)
    else:
        judge_policy(event, document, world)


def wrong(event: Event, what: str) -> Wrong:
    return Wrong(f"{event.shape}, {event.name}: {what}")


def judge_simple(event: Event, document: dict) -> None:
    if document.get("isAuthorized") is not (event.outcome == ALLOWED):
        raise wrong(event, f"isAuthorized is {document.get('isAuthorized')!r}")
    judge_context(event, document)


def judge_policy(event: Event, document: dict, world: World) -> None:
    try:
        policy = Policy(document["policyDocument"])
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(event, f"policyDocument: {error}") from None
    if policy.allows(event.arn) is not (event.outcome == ALLOWED):
        raise wrong(event, f"{event.arn} is {'' if policy.allows(event.arn) else 'not '}allowed")
    judge_other_routes(event, policy, world)
    if document.get("usageIdentifierKey") != event.client:
        raise wrong(event, f"usageIdentifierKey is {document.get('usageIdentifierKey')!r}, not {event.client!r}")
    if event.subject not in str(document.get("principalId")):
        raise wrong(event, f"principalId is {document.get('principalId')!r}")
    judge_context(event, document)


def judge_other_routes(event: Event, policy: Policy, world: World) -> None:
    """A policy of the token opens whatever the token's scopes open, one of the request nothing else; neither more."""
    scopes = event.scope.split(" ") if world.policy == "token" else []
    stage = stage_of(event.arn)
    for route in world.routes:
        if arn(stage, route) != event.arn and policy.allows(arn(stage, route)) is not (route.scope in scopes):
            raise wrong(event, f"{route.key} is judged wrongly by its policy")
        if policy.allows(arn(stage, Route(STRANGE_VERB, route.path, ""))):
            raise wrong(event, f"{STRANGE_VERB} {route.path} is allowed")


def judge_context(event: Event, document: dict) -> None:
    context = document.get("context", {})
    for name, value in (("client_id", event.client), ("sub", event.subject), ("scope", event.scope)):
        if context.get(name) != value:
            raise wrong(event, f"context.{name} is {context.get(name)!r}, not {value!r}")


def arn(stage: str, route: Route) -> str:
    return f"{stage}/{route.verb}{route.path}"
