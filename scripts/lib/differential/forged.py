"""Keys that sign well and that nobody should believe."""

import hashlib
import hmac
import math
import random

from sample_tokens import base64url

from differential.case import Draft
from differential.pool import decoded, number, padded, signed_with_exponent, signed_with_many_primes
from differential.spoiling import Change

# The identity of edwards25519, y = 1, and the same y not reduced: 2^255 − 19 + 1.
IDENTITY = (1).to_bytes(32, "little")
UNREDUCED_IDENTITY = (2**255 - 18).to_bytes(32, "little")


def of_small_order(encoding: bytes) -> Change:
    """Under the identity as a key S = 0 and R = the identity sign every text."""

    def mutate(draft: Draft, _: random.Random) -> None:
        draft.key |= {"crv": "Ed25519", "x": base64url(encoding)}
        draft.sign = lambda _, __: IDENTITY + bytes(32)

    return mutate


def exponent(*values: int) -> Change:
    """Another public exponent, with the signature that is right under it, if there is one."""

    def mutate(draft: Draft, dice: random.Random) -> None:
        value = dice.choice(values)
        draft.key["e"] = number(value)
        if value % 2 and value >= 3:
            draft.sign = signed_with_exponent(draft.signer, value)
        elif value == 1:
            as_rs256(draft)
            draft.sign = lambda _, text: padded(text, 256)

    return mutate


def as_rs256(draft: Draft) -> None:
    """Makes the whole case one of RS256, for keys that sign nothing else here."""
    draft.algorithm = draft.header["alg"] = "RS256"
    draft.policy.algorithms = sorted({"RS256", *draft.policy.algorithms})
    draft.key.pop("alg", None)


def other_modulus(name: str) -> Change:
    """The key of a pair that no verifier should use, which signs all the same."""

    def mutate(draft: Draft, _: random.Random) -> None:
        as_rs256(draft)
        if name == "many":
            primes = draft.pool.many_primes
            draft.key["n"], draft.sign = number(math.prod(primes)), signed_with_many_primes(primes)
        else:
            pair = draft.pool.small if name == "small" else draft.pool.predictable
            draft.key["n"], draft.sign = pair.members["n"], pair.sign

    return mutate


def without_leading_zero(draft: Draft, _: random.Random) -> None:
    """The key whose x begins with a zero, without it: what encoders do that take a coordinate for a number."""
    zero = next(pair for pair in draft.pool.good if pair.kid == "ec-zero")
    draft.key |= {**zero.members, "x": base64url(decoded(zero.members["x"])[1:])}
    if draft.key.get("alg"):
        draft.key["alg"] = "ES256"
    draft.algorithm = draft.header["alg"] = "ES256"
    draft.policy.algorithms = sorted({"ES256", *draft.policy.algorithms})
    draft.sign = zero.sign


def secret(draft: Draft, _: random.Random) -> None:
    """A secret in a published set, and a token under it (RFC 8725 section 2.1)."""
    draft.key.clear()
    draft.key.update({"kty": "oct", "kid": draft.signer.kid, "alg": "HS256", "k": base64url(b"k" * 32)})
    draft.algorithm = draft.header["alg"] = "HS256"
    draft.sign = lambda _, text: hmac.digest(b"k" * 32, text, hashlib.sha256)
