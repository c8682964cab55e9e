"""Key sets spoilt: the neighbours of the signer's key, and the text of the whole set."""

import random
from collections.abc import Callable

from sample_tokens import base64url

from differential.case import Draft, Mutation, Raw, mutation
from differential.pool import KeyPair, decoded
from differential.spoiling import Change, flipped

set_mutation = mutation("key set")


def jwk(pair: KeyPair, **more: object) -> dict:
    return {"kid": pair.kid, **pair.members, **more}


def broken(draft: Draft, dice: random.Random) -> object:
    """An element of `keys` that is no usable key."""
    other = draft.neighbour(dice)
    numbers = {name: base64url(flipped(decoded(other.members[name]), dice)) for name in other.members if name in "xye"}
    return dice.choice(
        [
            {},
            "key",
            5,
            None,
            [],
            True,
            {"kty": "RSA"},
            {"kty": None},
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
            {"kty": "oct", "k": base64url(b"s" * 32)},
            jwk(draft.pool.foreign),
            jwk(draft.pool.small),
            jwk(other, **numbers),
            jwk(other, kid=5),
            jwk(other, use="enc"),
            jwk(other, alg="RSA-OAEP"),
            {"kty": "OKP", "crv": "X25519", "x": "AA"},
            jwk(other, x5c=Raw("[[[[]]]]")),
        ]
    )


def with_broken(draft: Draft, dice: random.Random) -> None:
    draft.insert(broken(draft, dice), dice)


def with_broken_twin(draft: Draft, dice: random.Random) -> None:
    """A neighbour of the signer's kid that is unusable, and so takes no part."""
    other = draft.neighbour(dice)
    draft.insert(
        dice.choice(
            [
                {"kty": "oct", "k": base64url(b"s" * 32), "kid": draft.signer.kid},
                jwk(other, kid=draft.signer.kid, use="enc"),
                jwk(draft.pool.foreign, kid=draft.signer.kid),
                jwk(other, kid=draft.signer.kid, kty="AKP"),
                {"kid": draft.signer.kid},
                jwk(draft.signer, key_ops=["sign"]),
            ]
        ),
        dice,
    )


def with_twin(change: Callable[[Draft, random.Random], dict]) -> Change:
    return lambda draft, dice: draft.insert(change(draft, dice), dice)


def twin_of_another_algorithm(draft: Draft, dice: random.Random) -> dict:
    """The same RSA key once for each of two algorithms, of which the token's is one."""
    if not any(isinstance(name, Raw) for name in draft.key):
        draft.key.setdefault("alg", draft.algorithm)
    others = [name for name in draft.signer.algorithms if name != draft.algorithm]
    return jwk(draft.signer, alg=dice.choice(others))


def many(draft: Draft, dice: random.Random) -> None:
    for _ in range(257 - len(draft.keys)):
        draft.insert({}, dice)


def keys_member(value: Callable[[Draft], object]) -> Change:
    return lambda draft, _: draft.set_members.update(keys=value(draft))


def set_text(name: str, change: Callable[[bytes], bytes], **more: object) -> Mutation:
    def mutate(draft: Draft, _: random.Random) -> None:
        draft.jwks = change(draft.jwks)

    return mutation("JSON")(f"key set {name}", mutate, **{"weight": 0.5, **more})


def extra(text: bytes) -> Callable[[bytes], bytes]:
    return lambda jwks: b'{"extra":' + text + b"," + jwks[1:] if jwks[:1] == b"{" else b"[" + text + b"]"


SETS = [
    set_mutation("neighbour broken", with_broken, weight=3),
    set_mutation("neighbours broken", lambda draft, dice: [with_broken(draft, dice) for _ in range(5)]),
    set_mutation("neighbour of the same kid broken", with_broken_twin, weight=2),
    set_mutation("key twice", with_twin(lambda draft, _: {**draft.key})),
    set_mutation("key twice, for two algorithms", with_twin(twin_of_another_algorithm), kind="RSA"),
    set_mutation(
        "kid twice, other material",
        with_twin(lambda draft, dice: jwk(draft.neighbour(dice), kid=draft.signer.kid)),
        refused=True,
    ),
    set_mutation(
        "kid twice, other material of the same kind",
        with_twin(lambda draft, dice: jwk(draft.neighbour(dice, same_kind=True), kid=draft.signer.kid)),
        refused=True,
    ),
    set_mutation(
        "kid three times, two of them alike",
        lambda draft, dice: (
            draft.insert({**draft.key}, dice),
            draft.insert(jwk(draft.neighbour(dice), kid=draft.signer.kid), dice),
        ),
        refused=True,
    ),
    set_mutation("the signer's key is not there", lambda draft, _: draft.keys.remove(draft.key), refused=True),
    set_mutation("set empty", keys_member(lambda _: []), refused=True),
    set_mutation(
        "keys missing", lambda draft, _: draft.set_members.update(keys=Raw("[]"), KEYS=draft.keys), refused=True
    ),
    set_mutation("keys not an array", keys_member(lambda draft: {"0": draft.key}), refused=True),
    set_mutation("keys null", keys_member(lambda _: None), refused=True),
    set_mutation("keys of a key alone", keys_member(lambda draft: draft.key), refused=True),
    set_mutation("members beside keys", lambda draft, _: draft.set_members.update(issuer="x", Keys=[], n=Raw("1e400"))),
    set_mutation("more than 256 keys", many, refused=True, weight=0.1),
]

SET_TEXTS = [
    set_text("empty", lambda _: b"", refused=True),
    set_text("an array", lambda jwks: b"[" + jwks + b"]", refused=True),
    set_text("with spaces", lambda jwks: b" \n" + jwks.replace(b'":', b'" : ') + b"\t\r\n"),
    set_text("with a byte order mark", lambda jwks: b"\xef\xbb\xbf" + jwks, refused=True),
    set_text("with something behind", lambda jwks: jwks + b"{}", refused=True),
    set_text("with a comma behind", lambda jwks: jwks[:-1] + b",}", refused=True),
    set_text("with a comment", lambda jwks: b"/* keys */" + jwks, refused=True),
    set_text("in UTF-16", lambda jwks: jwks.decode(errors="replace").encode("utf-16"), refused=True),
    set_text("not UTF-8", extra(b'"\xff"'), refused=True),
    set_text("with a lone surrogate", extra(b'"\\ud800"'), refused=True),
    set_text("with NaN", extra(b"NaN"), refused=True),
    set_text("with a long number", extra(b"1" * 100), refused=True),
    set_text("deep", extra(b"[" * 40 + b"]" * 40), refused=True),
    set_text("with keys twice", lambda jwks: jwks[:-1] + b',"keys":[]}', refused=True),
    set_text("with keys twice, the first empty", lambda jwks: b'{"keys":[],' + jwks[1:], refused=True),
    set_text("of more than 256 KiB", lambda jwks: jwks + b" " * (256 << 10), refused=True, weight=0.1),
]
