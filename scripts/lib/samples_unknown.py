"""Sample events of callers who are not known, and of what is no event of API Gateway."""

from collections.abc import Callable

import sample_requests as ask
import sample_tokens as mint
from sample import Sample, machine, partner, person, verdict
from sample_tokens import READ, READ_WRITE, SampleKeys

UNAUTHORIZED = {"error": {"errorMessage": "Unauthorized"}}


def rejected_samples() -> list[Sample]:
    def rest(name: str, reason: str, explanation: str, token: Callable[[SampleKeys], str | list[str] | None]) -> Sample:
        return Sample(
            f"rest-request-rejected-{name}",
            explanation,
            lambda keys: ask.rest_request(token(keys), "GET", "/external/orders", "/external/orders"),
            verdict("reject", reason, UNAUTHORIZED),
        )

    return [
        rest("no-token", "missing_token", "no Authorization header at all", lambda _: None),
        rest(
            "two-credentials", "ambiguous_credentials", "two Authorization headers, each good by itself",
            lambda keys: [machine("r1", READ)(keys), person("r2", READ, [])(keys)],
        ),
        rest("not-a-jwt", "malformed_token", "an opaque token", lambda _: "2YotnFZFEjr1zCsicMWpAA"),
        rest(
            "alg-none", "unsupported_algorithm", "alg none and an empty signature",
            lambda _: mint.unsigned(mint.machine_claims("r3", READ)),
        ),
        rest(
            "wrong-issuer", "unknown_issuer", "another pool signs its own good token",
            machine("r4", READ, iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Another01"),
        ),
        rest(
            "unknown-key", "unknown_key", "signed with a key that the pool does not publish",
            lambda keys: mint.signed(keys.withdrawn, mint.machine_claims("r5", READ)),
        ),
        rest(
            "tampered", "invalid_signature", "the scope was changed after signing",
            lambda keys: mint.tampered(machine("r6", READ)(keys), scope=READ_WRITE),
        ),
        rest("expired", "token_expired", "expired in 2025", machine("r7", READ, exp=mint.LONG_GONE)),
        rest(
            "not-yet-valid", "token_not_yet_valid", "valid from the last second of 2099",
            partner("r8", READ, "ES256", nbf=mint.END_OF_2099 - 1),
        ),
        rest(
            "wrong-audience", "wrong_audience", "the partner's token for somebody else",
            partner("r9", READ, "ES256", aud="https://other.example.com"),
        ),
        rest("wrong-client", "wrong_client", "a client of the pool that is not on the list",
             machine("r10", READ, client_id=mint.UNLISTED_CLIENT, sub=mint.UNLISTED_CLIENT)),
        rest(
            "id-token", "wrong_token_use", "an ID token in place of an access token",
            lambda keys: mint.signed(keys.person, mint.identity_claims("r11")),
        ),
        rest(
            "wrong-token-use", "wrong_token_use", "a token of the pool that says it is an ID token",
            machine("r12", READ, token_use="id"),
        ),
        rest(
            "wrong-type", "wrong_type", "the partner's token without typ at+jwt",
            lambda keys: mint.signed(keys.es256, mint.partner_claims("r13", READ), typ="JWT"),
        ),
        Sample(
            "http2-rejected-expired",
            "HTTP API, payload 2.0: the error, which API Gateway turns into 401",
            lambda keys: ask.http_2(machine("r14", READ, exp=mint.LONG_GONE)(keys), "GET", "/external/orders"),
            verdict("reject", "token_expired", UNAUTHORIZED),
        ),
    ]


def fault_samples() -> list[Sample]:
    return [
        Sample(
            "appsync-fault-unrecognised",
            "an event of AWS AppSync, whose token is good: an error, never an Allow",
            lambda keys: ask.appsync(machine("f1", READ)(keys)),
            verdict(
                "fault", "event_unrecognised", {"error": {"errorType": "Authorizer.EventUnrecognised"}}
            ),
        )
    ]
