"""Keys, tokens and the event they are sent in, all of one run: private keys live in this process and end with it."""

import functools
import json
import os

from joserfc.jwk import ECKey
from sample_tokens import END_OF_2099, ISSUED, base64url, compact_json, signed

ISSUER = "https://login.faults.example/"
CLIENT = "orders-client-0123456789"
SCOPE = "orders/read"
ROUTES = {"GET /orders": {"anyScope": [SCOPE]}}
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"


@functools.cache
def signing_key(key_id: str) -> ECKey:
    """The key of this name: another name is another key."""
    return ECKey.generate_key("P-256", {"kid": key_id, "alg": "ES256", "use": "sig"})


def public_set(*key_ids: str) -> str:
    return json.dumps({"keys": [signing_key(key_id).as_dict(private=False) for key_id in key_ids]})


def claims(issuer: str, client: str = CLIENT) -> dict:
    whose = {"iss": issuer, "sub": client, "client_id": client, "scope": SCOPE}
    return {**whose, "iat": ISSUED, "exp": END_OF_2099}


@functools.cache
def token(key_id: str, issuer: str = ISSUER, client: str = CLIENT) -> str:
    return signed(signing_key(key_id), claims(issuer, client))


def unheld_token(key_id: str, issuer: str = ISSUER) -> str:
    """Of a key that nobody has: well-formed, with a signature that is none."""
    header = {"alg": "ES256", "kid": key_id}
    return ".".join(base64url(part) for part in (compact_json(header), compact_json(claims(issuer)), os.urandom(64)))


def event(bearer: str) -> bytes:
    """As a REST API's REQUEST authorizer gets it."""
    context = {"apiId": "abcdef1234", "stage": "prod"}
    return compact_json({
        "type": "REQUEST", "resource": "/orders", "path": "/orders", "httpMethod": "GET", "methodArn": ARN,
        "headers": {"Authorization": f"Bearer {bearer}"}, "requestContext": context,
    })  # fmt: skip
