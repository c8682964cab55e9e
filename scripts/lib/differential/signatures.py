"""Signatures spoilt."""

import random
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from differential.case import Draft, mutation
from differential.pool import HASHES, decrypted, padded, rsa_private_key
from differential.spoiling import Change, flipped

ORDERS = {
    64: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    96: int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    132: int("1FF" + "F" * 63 + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
}
"""Of the curves, by the length of a signature (NIST SP 800-186 section 3.2.1)."""
ORDER_OF_ED25519 = 2**252 + 27742317777372353535851937790883648493


def signature(change: Callable[[bytes, random.Random], bytes]) -> Change:
    return lambda draft, dice: setattr(draft, "signature", change(draft.signature, dice))


def ecdsa(change: Callable[[int, int, int], tuple[int, int]]) -> Change:
    """Other numbers r and s, of the curve's order n."""

    def mutate(draft: Draft, _: random.Random) -> None:
        length, order = len(draft.signature), ORDERS.get(len(draft.signature))
        if order is None:
            return
        half = length // 2
        r, s = (int.from_bytes(part, "big") for part in (draft.signature[:half], draft.signature[half:]))
        draft.signature = b"".join((value % (1 << 8 * half)).to_bytes(half, "big") for value in change(r, s, order))

    return mutate


def der(data: bytes, _: random.Random) -> bytes:
    half = len(data) // 2
    return encode_dss_signature(int.from_bytes(data[:half], "big"), int.from_bytes(data[half:], "big"))


def larger_s(data: bytes, _: random.Random) -> bytes:
    """S + L, which signs the same where nobody looks (RFC 8032 section 5.1.7)."""
    if len(data) != 64:
        return b"\xff" * len(data)
    return data[:32] + (int.from_bytes(data[32:], "little") + ORDER_OF_ED25519).to_bytes(32, "little")


def rsa_block(change: Callable[[bytes, bytes], bytes]) -> Change:
    """A block of another padding under the private exponent; `change` has the text and the good block."""

    def mutate(draft: Draft, _: random.Random) -> None:
        if len(draft.signature) != 256 or not draft.signer.numbers:
            draft.signature = draft.signature[::-1]
            return
        good = padded(draft.signing_input, 256)
        draft.signature = decrypted(draft.signer, change(draft.signing_input, good))

    return mutate


def of_another_key(draft: Draft, dice: random.Random) -> None:
    other = draft.neighbour(dice)
    draft.signature = other.sign(
        draft.algorithm if draft.algorithm in other.algorithms else other.algorithms[0], draft.signing_input
    )


def other_pss(draft: Draft, dice: random.Random) -> None:
    """PSS with a salt of another length than the hash, or another hash to make its mask (RFC 7518 section 3.5)."""
    if not draft.signer.numbers or not draft.algorithm.startswith("PS"):
        return of_another_key(draft, dice)
    digest = HASHES[draft.algorithm[2:]]()
    mask = dice.choice([digest, hashes.SHA1()])
    length = digest.digest_size if mask is not digest else dice.choice([0, 8, 20])
    private = rsa_private_key(*draft.signer.numbers)
    draft.signature = private.sign(draft.signing_input, padding.PSS(padding.MGF1(mask), length), digest)


def sha1(draft: Draft, _: random.Random) -> None:
    digest = hashes.Hash(hashes.SHA1())
    digest.update(draft.signing_input)
    draft.signature = digest.finalize() + draft.signature[20:]


signed = mutation("signature")
SIGNATURES = [
    signed("signature bit", signature(flipped), refused=True, weight=2),
    signed(
        "signature cut", signature(lambda data, dice: data[: dice.randrange(len(data))] if data else b"x"), refused=True
    ),
    signed("signature longer", signature(lambda data, dice: data + dice.randbytes(1)), refused=True),
    signed("signature with a leading zero", signature(lambda data, _: b"\0" + data), refused=True),
    signed("signature of zeros", signature(lambda data, _: bytes(len(data) or 64)), refused=True),
    signed("signature of ones", signature(lambda data, _: b"\xff" * (len(data) or 64)), refused=True),
    signed("signature twice", signature(lambda data, _: data + data or b"x"), refused=True),
    signed("signature of another key", of_another_key, refused=True),
    signed("signature r = s = 0", ecdsa(lambda *_: (0, 0)), kind="EC", refused=True),
    signed("signature r = s = n", ecdsa(lambda r, s, n: (n, n)), kind="EC", refused=True),
    signed("signature s + n", ecdsa(lambda r, s, n: (r, s + n)), kind="EC", refused=True),
    signed("signature r + n", ecdsa(lambda r, s, n: (r + n, s)), kind="EC", refused=True),
    signed("signature n − s", ecdsa(lambda r, s, n: (r, n - s)), kind="EC"),
    signed("signature in DER", signature(der), kind="EC", refused=True),
    signed("signature S + L", signature(larger_s), kind="OKP", refused=True),
    signed("PSS of another form", other_pss, kind="RSA", refused=True),
    signed(
        "PKCS1 without NULL", rsa_block(lambda text, _: padded(text, 256, b"")), kind="RSA", refused=True, weight=0.5
    ),
    signed(
        "PKCS1 with something behind",
        rsa_block(lambda _, good: good[:2] + good[20:] + b"\0" * 18),
        kind="RSA",
        refused=True,
        weight=0.5,
    ),
    signed("PKCS1 of type 2", rsa_block(lambda _, good: b"\0\x02" + good[2:]), kind="RSA", refused=True, weight=0.5),
    signed("SHA-1 of the text in the signature", sha1, refused=True, weight=0.5),
]
