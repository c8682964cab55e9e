"""Events of every shape around a token, of one to eight kilobytes and some huge; and what is no event."""

import dataclasses
import json
import random
from collections.abc import Callable, Iterator

import sample_requests as ask
from soak.rules import CONNECT, Request
from soak.tokens import Token, noise
from soak.world import REQUESTS, STRANGE_REQUESTS

REST_TOKEN, REST, HTTP_1, HTTP_2, WEBSOCKET = "REST TOKEN", "REST REQUEST", "HTTP 1.0", "HTTP 2.0", "WebSocket"
SHAPES = (REST_TOKEN, REST, HTTP_1, HTTP_2, WEBSOCKET)
SHAPE_WEIGHTS = (25, 40, 12, 15, 8)
PADDING_BYTES = (0, 6_000)
HUGE_BYTES = (100_000, 900_000)
STRANGE_SHARE = 0.08


@dataclasses.dataclass(eq=False)
class Case:
    """One event and all that decides what is right to answer."""

    number: int
    shape: str
    event: bytes
    request: Request
    arn: str
    token: Token
    fault: bool = False
    outcome: object = None
    """The one that is right once the key is there, as the oracle has found before; None where it has not."""
    right: dict = dataclasses.field(default_factory=dict)
    """What has been found right before: (decision, reason, …, answer) → None."""

    @property
    def name(self) -> str:
        return f"{self.shape}, {self.token.name}"


class EventMaker:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.made = 0

    def case(self, token: Token, shape: str | None = None, huge: bool = False) -> Case:
        shape = shape or self.dice.choices(SHAPES, SHAPE_WEIGHTS)[0]
        strange = self.dice.random() < STRANGE_SHARE
        request = CONNECT if shape == WEBSOCKET else self.dice.choice(STRANGE_REQUESTS if strange else REQUESTS)
        event = EVENTS[shape](token.text, request)
        if shape != REST_TOKEN:
            self.pad(event, huge)
        return self.finished(shape, event, request, token)

    def finished(self, shape: str, event: dict, request: Request, token: Token, fault: bool = False) -> Case:
        self.made += 1
        arn = event.get("methodArn") or event.get("routeArn") or ""
        return Case(self.made, shape, json.dumps(event).encode(), request, str(arn), token, fault)

    def pad(self, event: dict, huge: bool) -> None:
        low, high = HUGE_BYTES if huge else PADDING_BYTES
        left = self.dice.randint(low, high)
        headers, number = event["headers"], 0
        while left > 0:
            value = 'Łódź "\\ ' + noise(self.dice, 50, 60) * (40 if huge else 8)
            headers[f"x-note-{number}"] = value[:left]
            number, left = number + 1, left - len(value)


def rest_token(token: str | None, request: Request) -> dict:
    event = ask.rest_token(token or "", request[0], request[1])
    if token is None:
        del event["authorizationToken"]
    return event


def rest(token: str | list[str] | None, request: Request) -> dict:
    method, path, resource = request
    return ask.rest_request(token, method, resource, path)


def http_1(token: str | None, request: Request) -> dict:
    method, path, resource = request
    event = ask.http_1(token or "none", method, path)
    event["resource"] = event["requestContext"]["resourcePath"] = resource
    if token is None:
        for name in ("identitySource", "authorizationToken"):
            del event[name]
        del event["headers"]["Authorization"]
    return event


def http_2(token: str | None, request: Request) -> dict:
    method, path, resource = request
    event = ask.http_2(token, method, path)
    event["routeKey"] = event["requestContext"]["routeKey"] = f"{method} {resource}"
    return event


def websocket(token: str | None, _: Request) -> dict:
    event = ask.websocket_connect(token or "none")
    if token is None:
        del event["headers"]["Authorization"], event["multiValueHeaders"]["Authorization"]
    return event


EVENTS: dict[str, Callable] = {
    REST_TOKEN: rest_token, REST: rest, HTTP_1: http_1, HTTP_2: http_2, WEBSOCKET: websocket,
}  # fmt: skip


def without_token(maker: EventMaker) -> Iterator[Case]:
    """No credentials, or others than a bearer token, or two."""
    for shape in SHAPES:
        yield maker.case(Token("no token", None, refusal="missing_token"), shape)
    for value, refusal in (
        ("Basic YTpi", "missing_token"),
        ("Bearer", "malformed_token"),
        ("Bearer a b", "malformed_token"),
    ):
        event = rest(None, REQUESTS[0])
        event["headers"]["Authorization"] = value
        yield maker.finished(REST, event, REQUESTS[0], Token(value, value, refusal=refusal))


def with_two(maker: EventMaker, token: Token) -> Iterator[Case]:
    """The good token beside something else."""
    two = dataclasses.replace(
        token, name="two credentials", source=None, kid=None, refusal="ambiguous_credentials", caller=None
    )
    for shape in (REST, HTTP_1):
        event = EVENTS[shape](token.text, REQUESTS[0])
        event["multiValueHeaders"] = {"authorization": [f"Bearer {token.text}", "Bearer another"]}
        yield maker.finished(shape, event, REQUESTS[0], two)
    event = websocket(token.text, CONNECT)
    event["queryStringParameters"] = {"access_token": token.text}
    yield maker.finished(WEBSOCKET, event, CONNECT, two)
    event = http_2(token.text, REQUESTS[0])
    event["headers"]["authorization"] += ",Bearer another"
    yield maker.finished(HTTP_2, event, REQUESTS[0], two)
    query = websocket(None, CONNECT)
    query["queryStringParameters"] = {"access_token": token.text}
    yield maker.finished(WEBSOCKET, query, CONNECT, dataclasses.replace(token, name="token in the query"))


def unrecognised(maker: EventMaker, token: Token) -> Iterator[Case]:
    """What API Gateway does not send, with a token that is good."""
    request = REQUESTS[0]
    event = rest(token.text, request)
    context = event["requestContext"]
    contradictions = [
        event | {"methodArn": "arn:aws:execute-api:eu-west-1:1"}, event | {"methodArn": 7},
        event | {"httpMethod": "PUT"},
        event | {"requestContext": context | {"apiId": "other12345"}},
        event | {"requestContext": context | {"stage": "dev"}},
        event | {"requestContext": context | {"resourcePath": "/other"}}, event | {"type": "request"},
        {name: value for name, value in event.items() if name != "resource"}, ask.appsync(token.text or ""),
        event | {"headers": []}, {}, {"type": "TOKEN"}, event | {"multiValueHeaders": {"Authorization": token.text}},
    ]  # fmt: skip
    unread = Token("not an event", None)
    for wrong in contradictions:
        yield maker.finished(REST, wrong, request, unread, fault=True)
    good = json.dumps(event).encode()
    for text in (
        b"",
        b"null",
        b"[]",
        good[:-1],
        good + b"}",
        b"\xff" + good,
        b"[" * 100_000,
        good[:-1] + b',"type":"TOKEN"}',
    ):
        case = maker.finished(REST, event, request, unread, fault=True)
        case.event = text
        yield case
