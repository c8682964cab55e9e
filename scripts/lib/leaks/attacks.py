"""Every attack that is an event or a token: rows of the threat model, each with what must stay unsaid of it."""

import base64
import dataclasses
import json
import random
import secrets
import time
from collections.abc import Iterator

from leaks.search import Search
from leaks.settings import Settings, marker
from soak import tokens
from soak.events import REST, SHAPES, Case, EventMaker, unrecognised, with_two, without_token
from soak.keyless import keyless
from soak.publisher import Ring
from soak.signing import Key, header_of, new_key, signed
from soak.tokens import Token
from soak.world import CONTEXT, ENTRIES, ENTRY, REQUESTS, Entry
from leaks.mutations import MUTATIONS, good

ASKED_FOR = {*CONTEXT, "iss", "aud", "azp", "scp", "cognito:groups", "roles", "token_use"}
KEY_CLAIMS = {"usage_key"}


@dataclasses.dataclass(frozen=True)
class Attack:
    rows: tuple[int, ...]
    name: str
    event: bytes


class Attacks:
    def __init__(self, settings: Settings, rings: dict[str, Ring], seed: int, search: Search) -> None:
        self.dice = random.Random(seed)
        self.settings, self.rings = settings, rings
        self.maker = EventMaker(self.dice)
        self.search = search
        self.all: list[Attack] = []
        self.tokens: list[str] = []
        self.make()

    def make(self) -> None:
        for entry in ENTRIES:
            key = self.key(entry)
            others = [one for ring in self.rings.values() for keys in ring.epochs.values() for one in keys.values()]
            self.send((82,), tokens.good(entry, key, self.dice))
            for rows, made in (
                ((38, 39, 40, 41, 43, 44, 45, 53), tokens.spoilt(entry, key, self.dice)),
                ((19, 20, 21, 23, 25), tokens.forged(entry, key, others, self.dice)),
                ((1, 2, 3, 27, 29, 30, 31, 32, 33, 34, 35, 42, 46, 47, 48, 73), keyless(entry, key, self.dice)),
                ((8, 78), tokens.of_no_key(entry, key, self.dice, 5)),
            ):
                for token in made:
                    self.send(rows, token)
            for rows, name, members in headers(self.dice):
                claims = tokens.good_claims(entry, self.dice, int(time.time()))
                text = signed(key, header_of(key, **tokens.type_of(entry, self.dice)) | members, claims)
                self.send(rows, Token(name, text))
        for token in tokens.unusable_keys(self.key_of, self.dice):
            self.send((64, 65), token)
        self.make_marked()
        self.make_mutations()
        self.make_events()

    def make_marked(self) -> None:
        """Claims that nobody asked for, of every type, and with what JSON and headers trip over."""
        entry = ENTRY["machines"]
        for rows, claims in (
            ((49, 50, 51, 52, 82), {"email": marker(), "phone_number": marker(), "username": marker()}),
            ((52,), {"__proto__": {"admin": marker()}, "constructor": marker(), "n" * 300: marker()}),
            ((66, 81), {"tenant": [marker()], "display": {"a": marker()}, "level": None}),
            ((58, 66, 67), {"sub": f"*/${{{secrets.token_hex(8)}}}\r\nX-Injected: 1", "note": marker()}),
            ((50,), {"scope": ["read", marker()], "scp": marker()}),
            ((71, 72), {"cnf": {"x5t#S256": secrets.token_urlsafe(32), "jkt": secrets.token_urlsafe(32)}}),
            ((39, 43), {"exp": marker()}), ((39,), {"nbf": [marker()]}), ((43,), {"aud": {"a": marker()}}),
            ((43,), {"sub": [marker()]}), ((45,), {"token_use": marker()}),
            ((42, 73), {"iss": marker()}),
            ((53,), {"client_id": [marker()]}),
        ):  # fmt: skip
            key = self.key(entry)
            text = signed(key, header_of(key), tokens.good_claims(entry, self.dice, int(time.time())) | claims)
            for name, value in claims.items():
                self.hide_claim(name, value, always=rows != (58, 66, 67) or name != "sub")
            self.send(rows, Token(f"claims {', '.join(name[:20] for name in claims)}", text))

    def make_mutations(self) -> None:
        rows = (1, 2, 3, 5, 6, 22, 23, 26, 27, 28, 29, 30, 32, 33, 34, 35, 46, 47, 48)
        for name, mutate in MUTATIONS.items():
            self.send(rows, Token(name, mutate(good(self.settings.keys, self.dice), self.dice, self.settings.keys)))

    def make_events(self) -> None:
        token = tokens.good(ENTRY["machines"], self.key(ENTRY["machines"]), self.dice)
        self.hide(token)
        for rows, cases in (
            ((37,), without_token(self.maker)), ((54, 55, 56), with_two(self.maker, token)),
            ((61, 62, 63, 85, 88), unrecognised(self.maker, token)),
        ):  # fmt: skip
            for case in cases:
                self.add(rows, case)
        for value in (
            f"bearer  {token.text}",
            f"Bearer\t{token.text}",
            f"Bearer {token.text},Bearer {token.text}",
            f"é{token.text}",
            f"Token {token.text}",
        ):
            event = json.loads(self.maker.case(token, REST).event)
            event["headers"]["Authorization"] = value
            event["multiValueHeaders"]["Authorization"] = [value]
            self.add((37, 54), self.maker.finished(REST, event, REQUESTS[0], token))
        for path in (
            "/orders/%2e%2e/x",
            "/orders//1",
            "/orders/a%2Fb",
            "/orders/1;x",
            "/ORDERS",
            "/orders/",
            "/orders/a:b:c",
            "/orders/*",
            "/orders/${*}",
        ):
            event = json.loads(self.maker.case(token, REST).event)
            event["path"] = path
            event["methodArn"] = (
                f"arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/{event['httpMethod']}{path}"
            )
            self.add((58, 59, 60, 61), self.maker.finished(REST, event, REQUESTS[0], token))
        for shape in SHAPES:
            self.add((57, 69, 74, 82, 83), self.marked_event(token, shape))

    def marked_event(self, token: Token, shape: str) -> Case:
        """Everything around the token that a caller, or API Gateway, puts into an event."""
        case = self.maker.case(token, shape)
        event = json.loads(case.event)
        inner = base64.b64encode(secrets.token_bytes(200)).decode()
        certificate = f"-----BEGIN CERTIFICATE-----\n{inner}\n-----END CERTIFICATE-----"
        marked = {name: marker() for name in ("Cookie", "X-Api-Key", "X-Amz-Security-Token", "X-Client-Cert")}
        if "headers" in event:
            event["headers"] |= marked
        if "multiValueHeaders" in event:
            event["multiValueHeaders"] |= {name: [value] for name, value in marked.items()}
        event["queryStringParameters"] = {"code": (code := marker())}
        event["stageVariables"] = {"password": (password := marker())}
        context = event.setdefault("requestContext", {})
        context.setdefault("identity", {}).update(
            {"apiKey": (key := marker()), "clientCert": {"clientCertPem": certificate}}
        )
        for name, value in (
            *marked.items(),
            ("query", code),
            ("stage variable", password),
            ("api key", key),
            ("certificate", certificate),
        ):
            self.search.add("header", name, value)
        return self.maker.finished(shape, event, case.request, token)

    # What is sent, and what of it must not be said

    def send(self, rows: tuple[int, ...], token: Token) -> None:
        self.hide(token)
        self.add(rows, self.maker.case(token))

    def add(self, rows: tuple[int, ...], case: Case) -> None:
        self.all.append(Attack(rows, case.name, case.event))

    def hide(self, token: Token) -> None:
        if not token.text:
            return
        self.tokens.append(token.text)
        self.search.add_token(token.name, token.text)
        for name, value in claims_of(token.text).items():
            if name not in ASKED_FOR and name != "sub":
                self.hide_claim(name, value)

    def hide_claim(self, name: str, value: object, always: bool = True) -> None:
        if isinstance(value, str) and always:
            self.search.add("key" if name in KEY_CLAIMS else "claim", name[:20], value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self.hide_claim(name, inner)

    def key(self, entry: Entry) -> Key:
        return self.key_of(entry.source)

    def key_of(self, source: str) -> Key:
        ring = self.rings[source]
        return self.dice.choice(list(ring.epochs[ring.epoch].values()))


def headers(dice: random.Random) -> Iterator[tuple[tuple[int, ...], str, dict]]:
    """Headers with what an attacker would like to have looked at."""
    own = new_key("EdDSA", "own")
    yield (6,), "jku", {"jku": "https://evil.example/keys.json", "x5u": "https://evil.example/chain.pem"}
    yield (7,), "jwk and x5c", {"jwk": own.jwk, "x5c": [base64.b64encode(dice.randbytes(120)).decode()]}
    for kid in (
        "../../etc/passwd",
        "' OR 1=1 --",
        "https://evil.example/",
        "a\0b",
        'k\r\n{"decision":"allow"}',
        "k decision=allow",
        "k" * 5_000,
    ):
        yield (5, 81), f"kid {kid[:12]!r}", {"kid": kid}
    for kid in (7, {"a": 1}, ["k"], None, True):
        yield (5,), f"kid {kid!r}", {"kid": kid}
    yield (36,), "names in another case", {"ALG": "none", "Kid": "other"}


def claims_of(token: str) -> dict:
    """The claims of what is a token, however it was spoilt; none of what is not."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
