"""Compact JWS made well and then spoilt at every level: bytes, base64url, JSON, header, payload, signature, key."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from sample_tokens import base64url, compact_json


def signing_keys() -> list[Key]:
    """One key of each algorithm, the RSA ones shared by none, so that a JWK's alg can be held against it."""
    keys: list[Key] = []
    for hash_bits in (256, 384, 512):
        for family in ("RS", "PS"):
            algorithm = f"{family}{hash_bits}"
            keys.append(RSAKey.generate_key(2048, {"kid": algorithm.lower(), "alg": algorithm, "use": "sig"}))
    for curve, algorithm in (("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512")):
        keys.append(ECKey.generate_key(curve, {"kid": algorithm.lower(), "alg": algorithm, "use": "sig"}))
    for curve in ("Ed25519", "Ed448"):
        keys.append(OKPKey.generate_key(curve, {"kid": curve.lower(), "alg": "EdDSA", "use": "sig"}))
    return keys


@dataclass(frozen=True)
class Parts:
    """A token before it is put together. Segments are text, so that they can be spoilt as text."""

    key: Key
    header: dict
    header_segment: str
    payload_segment: str
    signature_segment: str

    @property
    def text(self) -> str:
        return f"{self.header_segment}.{self.payload_segment}.{self.signature_segment}"


def signed(key: Key, header: dict, header_bytes: bytes, payload: bytes) -> Parts:
    segments = base64url(header_bytes), base64url(payload)
    signature = raw_signature(key, ".".join(segments).encode())
    return Parts(key, header, *segments, base64url(signature))


def raw_signature(key: Key, signing_input: bytes) -> bytes:
    return JWSRegistry.algorithms[key.get("alg")].sign(signing_input, key)


def header_of(key: Key) -> dict:
    return {"alg": key.get("alg"), "kid": key.kid}


def claims(dice: random.Random) -> dict:
    value: dict = {"iss": "https://issuer.example/", "sub": f"client-{dice.randrange(10_000)}", "exp": 4_102_444_799}
    if dice.random() < 0.5:
        value["scope"] = " ".join(f"orders/{dice.randrange(100)}" for _ in range(dice.randrange(1, 30)))
    if dice.random() < 0.3:
        value["name"] = dice.choice(["Ada", "Łukasz", "日本", "\u0000", "\\\"/", "😀", "é"])
    if dice.random() < 0.2:
        value["nested"] = {"a": [1, 2.5, -0.0, 1e20, None, True, {"b": []}]}
    return value


def good(keys: list[Key], dice: random.Random) -> Parts:
    key = dice.choice(keys)
    header = header_of(key)
    if dice.random() < 0.3:
        header["typ"] = dice.choice(["JWT", "at+jwt", "application/at+jwt"])
    members = list(header.items())
    dice.shuffle(members)
    header = dict(members)
    return signed(key, header, compact_json(header), compact_json(claims(dice)))


def resigned(parts: Parts, header: dict | bytes | None = None, payload: bytes | None = None) -> Parts:
    """Another header or payload under a signature that is right for it."""
    header_bytes = header if isinstance(header, bytes) else compact_json(parts.header if header is None else header)
    body = decoded(parts.payload_segment) if payload is None else payload
    return signed(parts.key, header if isinstance(header, dict) else parts.header, header_bytes, body)


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def signature_changed(change: Callable[[bytes, random.Random], bytes]) -> Callable:
    def mutate(parts: Parts, dice: random.Random, _: list[Key]) -> str:
        return replace(parts, signature_segment=base64url(change(decoded(parts.signature_segment), dice))).text

    return mutate


def flipped(data: bytes, dice: random.Random) -> bytes:
    if not data:
        return b"\x01"
    position = dice.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def segment_text(change: Callable[[str, random.Random], str]) -> Callable:
    """Spoils the text of one segment; the signature stays that of the segments as they were."""

    def mutate(parts: Parts, dice: random.Random, _: list[Key]) -> str:
        name = dice.choice(["header_segment", "payload_segment", "signature_segment"])
        return replace(parts, **{name: change(getattr(parts, name), dice)}).text

    return mutate


def signed_segment_text(change: Callable[[str, random.Random], str]) -> Callable:
    """Spoils the text of header or payload and signs what came of it, so that only the encoding is wrong."""

    def mutate(parts: Parts, dice: random.Random, _: list[Key]) -> str:
        name = dice.choice(["header_segment", "payload_segment"])
        changed = replace(parts, **{name: change(getattr(parts, name), dice)})
        signing_input = f"{changed.header_segment}.{changed.payload_segment}".encode()
        return replace(changed, signature_segment=base64url(raw_signature(parts.key, signing_input))).text

    return mutate


def inserted(characters: str) -> Callable[[str, random.Random], str]:
    def change(segment: str, dice: random.Random) -> str:
        position = dice.randrange(len(segment) + 1)
        return segment[:position] + dice.choice(characters) + segment[position:]

    return change


def trailing_bits(segment: str, _: random.Random) -> str:
    """Sets a bit that encodes nothing, where the segment's length leaves one (RFC 4648 section 3.5)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(segment) % 4 in (0, 1):
        return segment + "="
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) ^ 1]


def header_with(**members: object) -> Callable:
    def mutate(parts: Parts, _: random.Random, __: list[Key]) -> str:
        return resigned(parts, {**parts.header, **members}).text

    return mutate


def header_without(name: str) -> Callable:
    def mutate(parts: Parts, _: random.Random, __: list[Key]) -> str:
        return resigned(parts, {member: value for member, value in parts.header.items() if member != name}).text

    return mutate


def header_text(change: Callable[[bytes], bytes]) -> Callable:
    return lambda parts, _, __: resigned(parts, change(compact_json(parts.header))).text


def payload_text(payload: bytes) -> Callable:
    return lambda parts, _, __: resigned(parts, payload=payload).text


def of_another_key(parts: Parts, dice: random.Random, keys: list[Key]) -> str:
    """The header names one key, and another one signed."""
    other = dice.choice([key for key in keys if key is not parts.key])
    signature = raw_signature(other, f"{parts.header_segment}.{parts.payload_segment}".encode())
    return replace(parts, signature_segment=base64url(signature)).text


def other_algorithm(parts: Parts, dice: random.Random, keys: list[Key]) -> str:
    names = {key.get("alg") for key in keys} - {parts.key.get("alg")}
    return resigned(parts, {**parts.header, "alg": dice.choice(sorted(names))}).text


def symmetric(parts: Parts, _: random.Random, __: list[Key]) -> str:
    """HS256 with the public key's text for a secret (RFC 8725 section 2.1)."""
    header = base64url(compact_json({**parts.header, "alg": "HS256"}))
    signing_input = f"{header}.{parts.payload_segment}"
    secret = parts.key.as_pem(private=False)
    return f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def unsigned(parts: Parts, _: random.Random, __: list[Key]) -> str:
    return f"{base64url(compact_json({**parts.header, 'alg': 'none'}))}.{parts.payload_segment}."


def moved_payload(parts: Parts, dice: random.Random, _: list[Key]) -> str:
    return replace(parts, payload_segment=base64url(compact_json(claims(dice)))).text


MUTATIONS: dict[str, Callable[[Parts, random.Random, list[Key]], str]] = {
    "none": lambda parts, _, __: parts.text,
    "signature bit": signature_changed(flipped),
    "signature cut": signature_changed(lambda data, dice: data[: dice.randrange(len(data))]),
    "signature longer": signature_changed(lambda data, dice: data + bytes([dice.randrange(256)])),
    "signature of zeros": signature_changed(lambda data, _: bytes(len(data))),
    "signature of ones": signature_changed(lambda data, _: b"\xff" * len(data)),
    "signature of another key": of_another_key,
    "payload replaced": moved_payload,
    "segment character changed": segment_text(lambda text, dice: inserted("Ab9-_")(text[1:], dice)),
    "padding": segment_text(lambda text, _: text + "="),
    "character outside the alphabet": segment_text(inserted("+/ \t?#%,~")),
    "signed padding": signed_segment_text(lambda text, _: text + "=" * (-len(text) % 4 or 1)),
    "signed character outside the alphabet": signed_segment_text(inserted("+/ ?#%,~")),
    "signed trailing bits": signed_segment_text(trailing_bits),
    "trailing bits of the signature": lambda parts, dice, _: replace(
        parts, signature_segment=trailing_bits(parts.signature_segment, dice)
    ).text,
    "two segments": lambda parts, _, __: parts.text.rpartition(".")[0],
    "four segments": lambda parts, _, __: parts.text + ".e30",
    "empty segment": segment_text(lambda _, __: ""),
    "another algorithm": other_algorithm,
    "algorithm none": unsigned,
    "algorithm HS256": symmetric,
    "algorithm absent": header_without("alg"),
    "algorithm a number": header_with(alg=256),
    "kid absent": header_without("kid"),
    "kid unknown": header_with(kid="nobody"),
    "kid a number": header_with(kid=1),
    "kid null": header_with(kid=None),
    "kid empty": header_with(kid=""),
    "kid long": header_with(kid="k" * 257),
    "typ a number": header_with(typ=1),
    "cty JWT": header_with(cty="JWT"),
    "crit": header_with(crit=["exp"], exp=4_102_444_799),
    "crit empty": header_with(crit=[]),
    "b64 false": header_with(b64=False, crit=["b64"]),
    "b64 true": header_with(b64=True),
    "zip": header_with(zip="DEF"),
    "enc": header_with(enc="A256GCM"),
    "jku": header_with(jku="https://keys.example/"),
    "header member unknown": header_with(hello=["world"]),
    "header duplicate": header_text(lambda text: text[:-1] + b',"kid":"other"}'),
    "header duplicate of the same": header_text(lambda text: text[:1] + b'"x":1,"x":1,' + text[1:]),
    "header with spaces": header_text(lambda text: b" \n" + text.replace(b":", b" : ") + b"\t"),
    "header with a byte order mark": header_text(lambda text: b"\xef\xbb\xbf" + text),
    "header with something behind": header_text(lambda text: text + b"{}"),
    "header not UTF-8": header_text(lambda text: text[:-1] + b',"x":"\xff"}'),
    "header with a lone surrogate": header_text(lambda text: text[:-1] + b',"x":"\\ud800"}'),
    "header an array": header_text(lambda text: b"[" + text + b"]"),
    "payload empty object": payload_text(b"{}"),
    "payload an array": payload_text(b"[]"),
    "payload a string": payload_text(b'"claims"'),
    "payload not JSON": payload_text(b"claims"),
    "payload duplicate": payload_text(b'{"iss":"https://issuer.example/","sub":"a","sub":"b","exp":4102444799}'),
    "payload not UTF-8": payload_text(b'{"iss":"https://issuer.example/","sub":"\xc3\x28","exp":4102444799}'),
    "payload NaN": payload_text(b'{"iss":"https://issuer.example/","exp":NaN}'),
    "payload deep": payload_text(b'{"iss":"https://issuer.example/","a":' + b"[" * 40 + b"]" * 40 + b"}"),
    "payload large": payload_text(json.dumps({"iss": "https://issuer.example/", "pad": "p" * 9_000}).encode()),
}


def token(keys: list[Key], dice: random.Random) -> tuple[str, str]:
    """A mutation's name and what came of it; every third token is left as it was."""
    name = "none" if dice.random() < 1 / 3 else dice.choice(list(MUTATIONS))
    return name, MUTATIONS[name](good(keys, dice), dice, keys)
