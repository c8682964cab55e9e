"""Keys and tokens of the sample events. Private keys live in this process and end with it."""

import base64
import hashlib
import hmac
import json
import uuid
import warnings

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

# RFC 9864 deprecates the name EdDSA, which identity providers go on using.
warnings.simplefilter("ignore", SecurityWarning)

POOL = "eu-west-1_Example01"
POOL_ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"
PARTNER_ISSUER = "https://login.partner.example/"
PARTNER_AUDIENCE = "https://api.example.com"

READ = "https://api.example.com/prod/external/api.read"
READ_WRITE = "https://api.example.com/prod/external/api.readwrite"
EVENTS = "https://api.example.com/prod/external/events"

ORDERS_CLIENT = "1orders23client45example67"
WEB_CLIENT = "1webapp23client45example67"
UNLISTED_CLIENT = "1unlist23client45example67"
PARTNER_CLIENT = "partner-batch"

STAFF_API_KEY = "staff-0123456789-sample-key"
USAGE_KEY_SECRET = "a-sample-secret-of-no-worth-that-everybody-may-read"

ISSUED = 1_735_689_600  # 2025-01-01T00:00:00Z
LONG_GONE = 1_735_693_200  # an hour later
END_OF_2099 = 4_102_444_799  # 2099-12-31T23:59:59Z


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def stable_uuid(name: str) -> str:
    """The same identifier in every run, so that events made afresh differ in their signatures only."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://turnstile.example/{name}"))


class SampleKeys:
    """One run's key pairs: two of the pool, as Cognito has them, and one of each kind of the partner."""

    def __init__(self) -> None:
        self.machine = RSAKey.generate_key(2048, {"kid": "sample-pool-1", "alg": "RS256", "use": "sig"})
        self.person = RSAKey.generate_key(2048, {"kid": "sample-pool-2", "alg": "RS256", "use": "sig"})
        self.withdrawn = RSAKey.generate_key(2048, {"kid": "sample-pool-withdrawn", "alg": "RS256", "use": "sig"})
        self.es256 = ECKey.generate_key("P-256", {"kid": "sample-partner-es256", "alg": "ES256", "use": "sig"})
        self.eddsa = OKPKey.generate_key("Ed25519", {"kid": "sample-partner-eddsa", "alg": "EdDSA", "use": "sig"})

    def public_sets(self) -> dict[str, dict]:
        """What each issuer's key server answers, by file name."""
        return {
            "pool.json": {"keys": [key.as_dict(private=False) for key in (self.machine, self.person)]},
            "partner.json": {"keys": [key.as_dict(private=False) for key in (self.es256, self.eddsa)]},
        }


def signed(key: RSAKey | ECKey | OKPKey, claims: dict, **header: str) -> str:
    members = {"kid": key.kid, "alg": key.get("alg"), **header}
    return jws.serialize_compact(members, compact_json(claims), key, algorithms=[key.get("alg")])


def tampered(token: str, **claims: object) -> str:
    """The token with other claims and the old signature."""
    header, payload, signature = token.split(".")
    padded = payload + "=" * (-len(payload) % 4)
    altered = {**json.loads(base64.urlsafe_b64decode(padded)), **claims}
    return ".".join([header, base64url(compact_json(altered)), signature])


def unsigned(claims: dict) -> str:
    """alg none with its empty signature (RFC 7518 section 3.6)."""
    return f"{base64url(compact_json({'alg': 'none'}))}.{base64url(compact_json(claims))}."


def machine_claims(name: str, scope: str, **other: object) -> dict:
    """What Cognito puts into the access token of a client-credentials grant."""
    return {
        "sub": ORDERS_CLIENT,
        "token_use": "access",
        "scope": scope,
        "auth_time": ISSUED,
        "iss": POOL_ISSUER,
        "exp": END_OF_2099,
        "iat": ISSUED,
        "version": 2,
        "jti": stable_uuid(name),
        "client_id": ORDERS_CLIENT,
        **other,
    }


def person_claims(name: str, scope: str, groups: list[str]) -> dict:
    """What Cognito puts into the access token of an authorization-code grant."""
    return {
        "sub": stable_uuid("a-person"),
        "cognito:groups": groups,
        "iss": POOL_ISSUER,
        "version": 2,
        "client_id": WEB_CLIENT,
        "origin_jti": stable_uuid(f"{name}-origin"),
        "token_use": "access",
        "scope": scope,
        "auth_time": ISSUED,
        "exp": END_OF_2099,
        "iat": ISSUED,
        "jti": stable_uuid(name),
        "username": "ada",
    }


def identity_claims(name: str) -> dict:
    """What Cognito puts into an ID token: the client is its audience, and there are no scopes."""
    return {
        "sub": stable_uuid("a-person"),
        "cognito:groups": ["operators"],
        "email_verified": True,
        "iss": POOL_ISSUER,
        "cognito:username": "ada",
        "origin_jti": stable_uuid(f"{name}-origin"),
        "aud": WEB_CLIENT,
        "token_use": "id",
        "auth_time": ISSUED,
        "exp": END_OF_2099,
        "iat": ISSUED,
        "jti": stable_uuid(name),
        "email": "ada@example.com",
    }


def partner_claims(name: str, scope: str, **other: object) -> dict:
    """A JWT access token of RFC 9068."""
    return {
        "iss": PARTNER_ISSUER,
        "exp": END_OF_2099,
        "aud": PARTNER_AUDIENCE,
        "sub": PARTNER_CLIENT,
        "client_id": PARTNER_CLIENT,
        "iat": ISSUED,
        "jti": stable_uuid(name),
        "scope": scope,
        **other,
    }


def partner_usage_key(client: str = PARTNER_CLIENT) -> str:
    """Hexadecimal HMAC-SHA-256 of issuer, NUL, client id."""
    message = PARTNER_ISSUER.encode() + b"\0" + client.encode()
    return hmac.new(USAGE_KEY_SECRET.encode(), message, hashlib.sha256).hexdigest()
