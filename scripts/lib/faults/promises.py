"""What holds in every cell, whatever is broken. Each promise yields a sentence for whatever breaks it."""

import datetime
import json
import re
from collections.abc import Iterator

from faults.credentials import ARN
from faults.world import Call, World

MARGIN_MS = 250.0
"""For this machine, which does other things too: as much as bootstrap leaves itself to a deadline."""
CLOCK_MARGIN_SECONDS = MARGIN_MS / 1_000
"""A fetch's end is taken from its line in the log, which is written when the Runtime API has taken the answer."""

ERRORS = {"Authorizer.KeysUnavailable": "keys_unavailable", "Authorizer.DeadlineTooNear": "deadline_too_near"}
UNAUTHORIZED = {"errorMessage": "Unauthorized", "errorType": "Authorizer.Unauthorized", "stackTrace": []}
WORD = re.compile(rb"[A-Za-z0-9_-]{16,}")
"""A part of a token is one, wherever it stands."""
ANSWER_MEMBERS = {"principalId", "policyDocument", "context"}


def broken(world: World) -> list[str]:
    """The first of each kind is told; a row that goes wrong does so many times."""
    promises = (
        answers_are_valid, one_line_per_decision, nobody_waits_too_long, deadlines_are_kept,
        keys_are_believed_for_their_time, one_fetch_per_cooldown, server_and_log_agree, no_token_in_any_output,
        process_lives,
    )  # fmt: skip
    return [sentence for promise in promises for sentence in list(promise(world))[:1]]


def answers_are_valid(world: World) -> Iterator[str]:
    for call in world.calls:
        if call.answer.kind == "error":
            document = call.document
            if document["errorType"] not in ERRORS and document != UNAUTHORIZED:
                yield f"an error that is none of ours: {document}"
        elif not is_policy(call.document):
            yield f"an answer that API Gateway would not take: {call.document}"


def is_policy(document: dict) -> bool:
    statements = document["policyDocument"]["Statement"]
    return (
        set(document) == ANSWER_MEMBERS
        and document["policyDocument"]["Version"] == "2012-10-17"
        and [statement["Effect"] for statement in statements] == ["Allow"]
        and all(statement["Action"] == "execute-api:Invoke" for statement in statements)
        and ARN in json.dumps(statements)
    )


def one_line_per_decision(world: World) -> Iterator[str]:
    decisions = world.decisions()
    if len(decisions) != len(world.calls):
        yield f"{len(decisions)} decisions in the log, {len(world.calls)} calls"
    for call, decision in zip(world.calls, decisions):
        if decision["requestId"] != call.answer.request_id:
            yield f"the line of {decision['requestId']} stands where {call.answer.request_id} was answered"
        if got(call) != (decision["decision"], decision.get("reason") if decision["decision"] == "fault" else None):
            yield f"the caller got {got(call)}, and the log says {decision}"


def got(call: Call) -> tuple[str, str | None]:
    if call.answer.kind == "response":
        return "allow", None
    reason = ERRORS.get(call.document["errorType"])
    return ("fault", reason) if reason else ("reject", None)


def nobody_waits_too_long(world: World) -> Iterator[str]:
    most = world.times.timeout + MARGIN_MS
    for call, decision in zip(world.calls, world.decisions()):
        if call.waited_ms > most:
            yield f"a caller waited {call.waited_ms:.0f} ms; at most {most:.0f} with a fetch of {world.times.timeout}"
        if decision["durationMicroseconds"] / 1_000 > most:
            yield f"a decision took {decision['durationMicroseconds']} µs by its own clock"

def deadlines_are_kept(world: World) -> Iterator[str]:
    for call in world.calls:
        if call.answered > call.deadline:
            yield f"a caller was answered {(call.answered - call.deadline) * 1_000:.0f} ms behind the deadline"


def keys_are_believed_for_their_time(world: World) -> Iterator[str]:
    """An Allow needs a set that named the key, not older than may be, and no later one without it."""
    bound = world.times.max_age + world.times.stale_if_error
    for call in world.calls:
        if not call.is_allow:
            continue
        before = [(at, keys) for at, keys in world.origin.brought if at < call.delivered]
        during = [(at, keys) for at, keys in world.origin.brought if call.delivered <= at <= call.answered]
        if not any(call.key_id in keys and call.delivered < at + bound for at, keys in before[-1:] + during):
            yield f"an Allow on {call.key_id}, which no set of the last {bound} s names"


def one_fetch_per_cooldown(world: World) -> Iterator[str]:
    fetches = world.fetches()
    cooldown = world.times.cooldown
    for earlier, later in zip(fetches, fetches[1:]):
        pause = end_of(later) - later["durationMilliseconds"] / 1_000 - end_of(earlier)
        if pause < cooldown - CLOCK_MARGIN_SECONDS:
            yield f"{pause:.2f} s between two fetches; the cooldown is {cooldown} s"
    most = 1 + int((world.calls[-1].answered - world.started) / cooldown)
    if len(fetches) > most:
        yield f"{len(fetches)} fetches where {most} fit into the cooldowns"


def end_of(fetch: dict) -> float:
    return datetime.datetime.fromisoformat(fetch["timestamp"]).timestamp()


def server_and_log_agree(world: World) -> Iterator[str]:
    unseen = {"could_not_resolve", "could_not_connect"}
    logged = [fetch for fetch in world.fetches() if fetch["outcome"] not in unseen]
    unreached = sum(fetch["outcome"] == "timed_out" for fetch in logged)
    if not len(logged) - unreached <= world.origin.fetches <= len(logged):
        yield f"the log tells of {len(logged)} fetches, the server saw {world.origin.fetches}"


def no_token_in_any_output(world: World) -> Iterator[str]:
    assert world.function
    written = world.function.written() + b" ".join(call.answer.head + call.answer.body for call in world.calls)
    parts = {part.encode() for bearer in world.bearers for part in bearer.split(".")}
    if found := parts & set(WORD.findall(written)):
        yield f"{len(found)} parts of tokens stand in the output"


def process_lives(world: World) -> Iterator[str]:
    assert world.function
    if world.function.process.poll() is not None:
        yield f"the process ended with {world.function.process.returncode}"
    if errors := world.function.errors.read_bytes():
        yield f"standard error: {errors.decode(errors='replace').strip()}"
