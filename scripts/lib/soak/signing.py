"""Key pairs and compact JWS, made with `cryptography` alone: quick enough for thousands of tokens in a rotation."""

import base64
import dataclasses
import functools
import hashlib
import hmac
import json
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CURVES = {
    "ES256": (ec.SECP256R1(), "P-256", 32, hashes.SHA256()),
    "ES384": (ec.SECP384R1(), "P-384", 48, hashes.SHA384()),
}
RSA_BITS = 2_048


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def number(value: int, length: int | None = None) -> str:
    return base64url(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


@dataclasses.dataclass(frozen=True)
class Key:
    kid: str
    algorithm: str
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @functools.cached_property
    def jwk(self) -> dict:
        """The public key, as RFC 7518 section 6 and RFC 8037 section 2 have it."""
        head = {"kid": self.kid, "alg": self.algorithm, "use": "sig"}
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {"kty": "RSA", **head, "n": number(numbers.n), "e": number(numbers.e)}
        if isinstance(public, ec.EllipticCurvePublicKey):
            _, name, length, _ = CURVES[self.algorithm]
            point = public.public_numbers()
            return {"kty": "EC", **head, "crv": name, "x": number(point.x, length), "y": number(point.y, length)}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", **head, "crv": "Ed25519", "x": base64url(raw)}

    @functools.cached_property
    def public_text(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    def signature(self, data: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, rsa_padding(self.algorithm), hashes.SHA256())
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            _, _, length, digest = CURVES[self.algorithm]
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        return self.private.sign(data)


def rsa_padding(algorithm: str) -> padding.AsymmetricPadding:
    if algorithm == "RS256":
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)  # RFC 7518 section 3.5


def new_key(algorithm: str, kid: str) -> Key:
    makers: dict[str, Callable] = {
        "RS256": lambda: rsa.generate_private_key(65_537, RSA_BITS),
        "PS256": lambda: rsa.generate_private_key(65_537, RSA_BITS),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }
    return Key(kid, algorithm, makers[algorithm]())


def signed(key: Key, header: dict | bytes, payload: dict | bytes) -> str:
    head = header if isinstance(header, bytes) else compact(header)
    body = payload if isinstance(payload, bytes) else compact(payload)
    text = f"{base64url(head)}.{base64url(body)}"
    return f"{text}.{base64url(key.signature(text.encode()))}"


def header_of(key: Key, **members: object) -> dict:
    return {"alg": key.algorithm, "kid": key.kid, **members}


def with_signature(token: str, signature: bytes) -> str:
    return f"{token.rpartition('.')[0]}.{base64url(signature)}"


def symmetric(key: Key, payload: dict) -> str:
    """HS256 with the public key's text for a secret (RFC 8725 section 2.1)."""
    text = f"{base64url(compact(header_of(key) | {'alg': 'HS256'}))}.{base64url(compact(payload))}"
    return f"{text}.{base64url(hmac.digest(key.public_text, text.encode(), hashlib.sha256))}"
