"""Sample events of callers who are known: what they may do, and what they may not.

The expectations are written down by hand from the contract, not computed by the product.
"""

import sample_requests as ask
import sample_tokens as mint
from sample import (
    CLEAN_UP, ORDER, ORDERS_READ, ORDERS_WRITE, REPORT, Sample, context, machine, machine_policy, partner,
    partner_policy, person, person_policy, verdict,
)  # fmt: skip
from sample_tokens import EVENTS, READ, READ_WRITE


def allowed_samples() -> list[Sample]:
    readers = {ORDERS_READ, ORDER}
    writers = {ORDERS_READ, ORDERS_WRITE}
    both = {ORDERS_READ, ORDERS_WRITE, ORDER}
    of_machine = {"issuer": "machines", "usageIdentifierKey": mint.ORDERS_CLIENT}
    of_partner = {"issuer": "partner", "usageIdentifierKey": mint.partner_usage_key()}
    return [
        Sample(
            "rest-token-allowed-machine",
            "a machine client reads; TOKEN events carry nothing but the path",
            lambda keys: ask.rest_token(machine("m1", READ)(keys), "GET", "/external/orders"),
            verdict("allow", None, machine_policy(READ, readers), route=ORDERS_READ, **of_machine),
        ),
        Sample(
            "rest-request-allowed-machine",
            "a machine client writes; the scope is a URL of a resource server, compared whole",
            lambda keys: ask.rest_request(
                machine("m2", READ_WRITE)(keys), "POST", "/external/orders", "/external/orders"
            ),
            verdict("allow", None, machine_policy(READ_WRITE, writers), route=ORDERS_WRITE, **of_machine),
        ),
        Sample(
            "rest-request-allowed-path-parameter",
            "a machine client with two scopes reads one order",
            lambda keys: ask.rest_request(
                machine("m3", f"{READ} {READ_WRITE}")(keys), "GET", "/external/orders/{id}", "/external/orders/4711",
                {"id": "4711"},
            ),
            verdict(
                "allow", None, machine_policy(f"{READ} {READ_WRITE}", both), route="GET /external/orders/{id}",
                **of_machine,
            ),
        ),
        Sample(
            "rest-request-allowed-person",
            "a person of the group operators, metered with all of the staff",
            lambda keys: ask.rest_request(
                person("p1", "openid profile", ["operators"])(keys), "GET", "/internal/{proxy+}",
                "/internal/reports/daily", {"proxy": "reports/daily"},
            ),
            verdict(
                "allow", None, person_policy("openid profile", {REPORT, CLEAN_UP}), route="ANY /internal/{proxy+}",
                issuer="staff", usageIdentifierKey=mint.STAFF_API_KEY,
            ),
        ),
        Sample(
            "rest-token-allowed-partner-es256",
            "a partner's token of RFC 9068 under ES256; the usage key is an HMAC of issuer and client",
            lambda keys: ask.rest_token(partner("x1", READ_WRITE, "ES256")(keys), "POST", "/external/orders"),
            verdict("allow", None, partner_policy(READ_WRITE, writers), route=ORDERS_WRITE, **of_partner),
        ),
        Sample(
            "rest-request-allowed-partner-eddsa",
            "the same partner under EdDSA, with several audiences",
            lambda keys: ask.rest_request(
                partner("x2", READ, "EdDSA", aud=["https://other.example.com", mint.PARTNER_AUDIENCE])(keys), "GET",
                "/external/orders/{id}", "/external/orders/4711", {"id": "4711"},
            ),
            verdict("allow", None, partner_policy(READ, readers), route="GET /external/orders/{id}", **of_partner),
        ),
        Sample(
            "http1-allowed-machine",
            "HTTP API, payload 1.0: a policy, and no usage plans there",
            lambda keys: ask.http_1(machine("m4", READ)(keys), "GET", "/external/orders"),
            verdict(
                "allow", None, machine_policy(READ, readers), route=ORDERS_READ, issuer="machines",
                usageIdentifierKey=None,
            ),
        ),
        Sample(
            "http1-allowed-joined-identity",
            "HTTP API, payload 1.0 with two identity sources joined by a comma: the header is read, not the join",
            lambda keys: http_1_joined(machine("m5", READ)(keys)),
            verdict(
                "allow", None, machine_policy(READ, readers), route=ORDERS_READ, issuer="machines",
                usageIdentifierKey=None,
            ),
        ),
        Sample(
            "http2-allowed-machine",
            "HTTP API, payload 2.0: the simple response",
            lambda keys: ask.http_2(machine("m6", READ_WRITE)(keys), "POST", "/external/orders"),
            verdict("allow", None, simple(READ_WRITE), route=ORDERS_WRITE, issuer="machines"),
        ),
        Sample(
            "websocket-connect-allowed",
            "WebSocket API: a connection is opened",
            lambda keys: ask.websocket_connect(machine("m7", EVENTS)(keys)),
            verdict(
                "allow", None, machine_policy(EVENTS, {"$connect"}), route="$connect", issuer="machines",
                usageIdentifierKey=None,
            ),
        ),
    ]


def http_1_joined(token: str) -> dict:
    return ask.http_1(token, "GET", "/external/orders", identity_source=f"Bearer {token},{ask.SOURCE_ADDRESS}")


def simple(scope: str, reason: str | None = None) -> dict:
    """The answer is for this request alone, so it may say why not."""
    facts = context("machines", mint.ORDERS_CLIENT, mint.ORDERS_CLIENT, scope)
    why = {"reason": reason} if reason else {}
    return {"answer": {"isAuthorized": reason is None, "context": facts | why}}


def denied_samples() -> list[Sample]:
    of_machine = {"issuer": "machines", "usageIdentifierKey": mint.ORDERS_CLIENT}
    of_staff = {"issuer": "staff", "usageIdentifierKey": mint.STAFF_API_KEY}
    readers = {ORDERS_READ, ORDER}
    return [
        Sample(
            "rest-request-denied-wrong-scope",
            "a reader writes; the answer is the reader's whole policy, so that caching the refusal spoils nothing",
            lambda keys: ask.rest_request(machine("d1", READ)(keys), "POST", "/external/orders", "/external/orders"),
            verdict("deny", "insufficient_scope", machine_policy(READ, readers), route=ORDERS_WRITE, **of_machine),
        ),
        Sample(
            "rest-token-denied-scope-prefix",
            "readwrite holds the letters of read, and is not read",
            lambda keys: ask.rest_token(machine("d2", READ_WRITE)(keys), "GET", "/external/orders/4711"),
            verdict(
                "deny", "insufficient_scope", machine_policy(READ_WRITE, {ORDERS_READ, ORDERS_WRITE}),
                route="GET /external/orders/{id}", **of_machine,
            ),
        ),
        Sample(
            "rest-request-denied-group",
            "a person who is in no group that the route asks for: nothing to call, so nothing to meter",
            lambda keys: ask.rest_request(
                person("d3", "openid", ["auditors"])(keys), "DELETE", "/internal/{proxy+}", "/internal/reports",
                {"proxy": "reports"},
            ),
            verdict(
                "deny", "group_missing", person_policy("openid", set()), route="ANY /internal/{proxy+}",
                issuer="staff", usageIdentifierKey=None,
            ),
        ),
        Sample(
            "rest-token-denied-issuer",
            "a person with the right scope on a route for machines and partners",
            lambda keys: ask.rest_token(person("d4", READ, [])(keys), "GET", "/external/orders/4711"),
            verdict(
                "deny", "issuer_not_allowed", person_policy(READ, {ORDERS_READ}), route="GET /external/orders/{id}",
                **of_staff,
            ),
        ),
        Sample(
            "rest-request-denied-unknown-route",
            "API Gateway has a route that the route table does not: refused",
            lambda keys: ask.rest_request(
                machine("d5", READ)(keys), "GET", "/external/orders/{id}/lines", "/external/orders/4711/lines",
                {"id": "4711"},
            ),
            verdict("deny", "route_unknown", machine_policy(READ, readers), **of_machine),
        ),
        Sample(
            "rest-token-denied-console-test",
            "the console's test button asks for / in a stage of its own; the policy shows what the token may do",
            lambda keys: ask.rest_token(machine("d6", READ)(keys), "GET", "/", ask.CONSOLE_TEST_STAGE),
            verdict("deny", "route_unknown", machine_policy(READ, readers), **of_machine),
        ),
        Sample(
            "http2-denied-wrong-scope",
            "HTTP API, payload 2.0: not authorized",
            lambda keys: ask.http_2(machine("d7", READ)(keys), "POST", "/external/orders"),
            verdict(
                "deny", "insufficient_scope", simple(READ, "insufficient_scope"), route=ORDERS_WRITE,
                issuer="machines",
            ),
        ),
        Sample(
            "websocket-connect-denied",
            "WebSocket API: the scope for orders does not open a connection, which is all there is to allow",
            lambda keys: ask.websocket_connect(machine("d8", READ)(keys)),
            verdict(
                "deny", "insufficient_scope", machine_policy(READ, set()), route="$connect",
                issuer="machines", usageIdentifierKey=None,
            ),
        ),
    ]
