"""joserfc and PyJWT with the same keys and the same policy, as strict as their public interfaces let them be."""

import functools
import json
import warnings
from collections.abc import Callable
from typing import Any

import jwt
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import CompactSignature, JWSRegistry

from differential.case import Case, Policy

PEERS = ("joserfc", "PyJWT")
# Keys that are too small, algorithms that are out of fashion: what a peer refuses counts, not what it deplores.
warnings.simplefilter("ignore")


def refusal(judge: Callable[[Case], None], case: Case) -> str | None:
    """What a peer raises at what it does not take is not always an error of its own kind."""
    try:
        judge(case)
    except Exception as error:
        return f"refuses: {type(error).__name__}: {error}"
    return None


def opinions(case: Case) -> dict[str, str | None]:
    """What each peer has against it."""
    return {"joserfc": refusal(joserfc_judges, case), "PyJWT": refusal(pyjwt_judges, case)}


def judged(case: Case) -> dict[str, bool]:
    return {peer: opinion is None for peer, opinion in opinions(case).items()}


def jwks_of(case: Case) -> list:
    keys = json.loads(case.jwks)["keys"]
    if not isinstance(keys, list):
        raise ValueError("keys is not an array")
    return keys


def sorted_text(jwk: object) -> str:
    return json.dumps(jwk, sort_keys=True)


@functools.lru_cache(maxsize=4_096)
def joserfc_key(text: str) -> Key | None:
    """None of a key that joserfc does not take; whoever has a set of several goes on with the others."""
    try:
        return JWKRegistry.import_key(json.loads(text))
    except Exception:
        return None


@functools.lru_cache(maxsize=4_096)
def pyjwt_key(text: str, algorithm: str | None) -> jwt.PyJWK | None:
    try:
        return jwt.PyJWK.from_dict(json.loads(text), algorithm)
    except Exception:
        return None


class NoKeyID(Exception):
    """The token does not say which key is meant."""


def joserfc_judges(case: Case) -> None:
    policy = case.policy
    registry = JWSRegistry(algorithms=policy.algorithms)
    keys = [key for jwk in jwks_of(case) if (key := joserfc_key(sorted_text(jwk))) is not None]

    def named(token: CompactSignature) -> KeySet:
        if "kid" not in token.headers():
            raise NoKeyID
        return KeySet(keys)

    def verify(key: object) -> joserfc_jwt.Token:
        return joserfc_jwt.decode(case.token, key, algorithms=policy.algorithms, registry=registry)

    try:
        token = verify(named)
    except NoKeyID:
        token = first_that_verifies(keys, verify)
    joserfc_jwt.JWTClaimsRegistry(leeway=policy.leeway, **wanted_claims(policy)).validate(token.claims)


def first_that_verifies(keys: list, verify: Callable) -> Any:
    """A token without a kid is tried under each key of the set (RFC 7515 appendix D)."""
    problem: Exception = ValueError("no key")
    for key in keys:
        try:
            return verify(key)
        except Exception as error:
            problem = error
    raise problem


def wanted_claims(policy: Policy) -> dict:
    wanted: dict = {"iss": {"essential": True, "value": policy.issuer}, "exp": {"essential": True}}
    if policy.audiences != "any":
        wanted["aud"] = {"essential": True, "values": policy.audiences}
    if policy.clients:
        wanted["client_id"] = {"essential": True, "values": policy.clients}
    if policy.token_use:
        wanted["token_use"] = {"essential": True, "value": policy.token_use}
    for name, values in policy.required.items():
        wanted[name] = {"essential": True, "values": values}
    return wanted


def pyjwt_judges(case: Case) -> None:
    """With a kid the first key of that name, as PyJWKSet finds it."""
    policy = case.policy
    # What is wrong with the header is found when the token is decoded.
    header = json.loads(jwt.utils.base64url_decode(case.token.partition(".")[0]))
    keys = []
    for jwk in jwks_of(case):
        # Of a JWK without alg PyJWK would guess one.
        own = jwk.get("alg") if isinstance(jwk, dict) else None
        if (key := pyjwt_key(sorted_text(jwk), None if own else header["alg"])) is not None:
            keys.append(key)
    if "kid" in header:
        keys = [key for key in keys if key.key_id == header["kid"]][:1]
    first_that_verifies(keys, lambda key: pyjwt_decode(case.token, key, policy))


def pyjwt_decode(token: str, key: jwt.PyJWK, policy: Policy) -> None:
    is_audience_looked_at = policy.audiences != "any"
    jwt.decode(
        token, key, algorithms=policy.algorithms, issuer=policy.issuer, leeway=policy.leeway,
        audience=policy.audiences if is_audience_looked_at else None,
        options={
            "require": ["exp", "iss"], "verify_aud": is_audience_looked_at, "enforce_minimum_key_length": True,
        },
    )  # fmt: skip
