"""The same authorizer in Python, on AWS's runtime interface client, with PyJWT: as short as it can honestly be."""

import json
import os
import time
import urllib.request
from typing import Any

import jwt

ISSUER, AUDIENCE = os.environ["FLOOR_ISSUER"], os.environ["FLOOR_AUDIENCE"]
ROUTES = [line.split(" ") for line in os.environ["FLOOR_ROUTES"].splitlines()]
SCOPES = {f"{verb} {path}": scope for verb, path, scope in ROUTES}

with urllib.request.urlopen(os.environ["BENCH_JWKS_URL"]) as response:
    KEYS = {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.load(response)).keys}


def verified(value: str) -> dict:
    scheme, _, token = value.partition(" ")
    key = KEYS[jwt.get_unverified_header(token)["kid"]]
    if scheme != "Bearer":
        raise ValueError("no bearer token")
    claims = jwt.decode(token, key, algorithms=[key.algorithm_name], audience=AUDIENCE, issuer=ISSUER,
                        options={"require": ["exp", "iss", "aud", "sub", "client_id"]})  # fmt: skip
    if claims.get("token_use") != "access":
        raise ValueError("no access token")
    return claims


def asked(event: dict) -> tuple[str, str, str]:
    """The credential, the ARN and the route."""
    if event.get("version") == "2.0":
        return event["headers"]["authorization"], event["routeArn"], event["routeKey"]
    arn = event["methodArn"]
    if event["type"] == "TOKEN":
        _, _, verb, path = arn.split("/", 3)
        return event["authorizationToken"], arn, f"{verb} /{path}"
    return event["headers"]["Authorization"], arn, f"{event['httpMethod']} {event['resource']}"


def policy(arn: str, scopes: set[str]) -> dict:
    stage = "/".join(arn.split("/", 2)[:2])
    opened = [f"{stage}/{verb}{path}" for verb, path, scope in ROUTES if scope in scopes]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow" if opened else "Deny",
                 "Resource": opened or [f"{stage}/*"]}  # fmt: skip
    return {"Version": "2012-10-17", "Statement": [statement]}


def log(decision: str, route: str, client: str | None, request_id: str, started: float) -> None:
    print(json.dumps({"timestamp": time.time(), "level": "INFO", "requestId": request_id, "decision": decision,
                      "client": client, "route": route,
                      "durationMicroseconds": int((time.monotonic() - started) * 1_000_000)}), flush=True)  # fmt: skip


def handler(event: dict, context: Any) -> dict:
    started = time.monotonic()
    credential, arn, route = asked(event)
    try:
        claims = verified(credential)
    except Exception:
        log("reject", route, None, context.aws_request_id, started)
        raise Exception("Unauthorized") from None
    scopes = set(claims["scope"].split(" "))
    allowed = SCOPES.get(route) in scopes
    log("allow" if allowed else "deny", route, claims["client_id"], context.aws_request_id, started)
    said = {name: claims[name] for name in ("client_id", "sub", "scope")}
    if event.get("version") == "2.0":
        return {"isAuthorized": allowed, "context": said}
    return {"principalId": claims["sub"], "policyDocument": policy(arn, scopes), "context": said,
            "usageIdentifierKey": claims["client_id"]}  # fmt: skip
