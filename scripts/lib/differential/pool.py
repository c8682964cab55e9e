"""Key pairs made of a seed, so that a case can be made again; and what they sign.

Worth nothing as keys: whoever knows the seed knows them.
"""

import base64
import functools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sample_tokens import base64url

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
CURVE_OF = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
RSA_ALGORITHMS = ("RS256", "PS256", "RS384", "RS512", "PS384", "PS512")
USUAL_EXPONENT = 65_537
SMALL_EXPONENTS = (3, 17)
LARGE_EXPONENTS = (2**32 + 15, 2**33 + 1, 2**40 + 15)
SMALL_PRIMES = [number for number in range(3, 2_000, 2) if all(number % odd for odd in range(3, number, 2))]
# The primes that the fingerprint of ROCA is taken of (CVE-2017-15361): those up to 167.
ROCA_PRODUCT = math.prod(prime for prime in [2, *SMALL_PRIMES] if prime <= 167)


@dataclass(frozen=True)
class KeyPair:
    """`members` are the public ones of its JWK, in the form that RFC 7518 section 6 and RFC 8037 section 2 want."""

    kid: str
    kind: str
    members: dict
    private_members: dict
    algorithms: tuple[str, ...]
    sign: Callable[[str, bytes], bytes] = field(repr=False, compare=False)
    numbers: tuple[int, ...] = ()
    """The primes of an RSA key."""


def number(value: int, length: int | None = None) -> str:
    """Base64urlUInt (RFC 7518 section 2)."""
    return base64url(value.to_bytes(length or max(1, (value.bit_length() + 7) // 8), "big"))


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


# RSA


def is_prime(candidate: int, dice: random.Random) -> bool:
    """Miller and Rabin's test, a few rounds: nothing rests on these keys."""
    if any(candidate % prime == 0 for prime in SMALL_PRIMES):
        return False
    twos = (candidate - 1 & 1 - candidate).bit_length() - 1
    for _ in range(4):
        power = pow(dice.randrange(2, candidate - 1), candidate - 1 >> twos, candidate)
        if power in (1, candidate - 1):
            continue
        if not any((power := power * power % candidate) == candidate - 1 for _ in range(twos - 1)):
            return False
    return True


def suits(candidate: int) -> bool:
    """Whether there is a private exponent to each public one (RFC 8017 section 3.1)."""
    return math.gcd(candidate - 1, math.prod((USUAL_EXPONENT, *SMALL_EXPONENTS, *LARGE_EXPONENTS))) == 1


def prime(dice: random.Random, bits: int) -> int:
    while True:
        candidate = dice.getrandbits(bits) | 3 << bits - 2 | 1
        if suits(candidate) and is_prime(candidate, dice):
            return candidate


def predictable_prime(dice: random.Random, bits: int) -> int:
    """As the library of CVE-2017-15361 made them: a power of 65537 modulo the product of the first primes.

    Its two highest bits are set, so that the product of two has twice as many.
    """
    least, most = ((quarters << bits - 2) // ROCA_PRODUCT for quarters in (3, 4))
    while True:
        power = pow(USUAL_EXPONENT, dice.getrandbits(64), ROCA_PRODUCT)
        candidate = dice.randrange(least + 1, most) * ROCA_PRODUCT + power
        if suits(candidate) and is_prime(candidate, dice):
            return candidate


@functools.cache
def rsa_private_key(p: int, q: int, exponent: int = USUAL_EXPONENT) -> rsa.RSAPrivateKey:
    d = pow(exponent, -1, math.lcm(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    # That p and q are primes is known, and tested at the cost of a hundred signatures.
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def rsa_pair(kid: str, p: int, q: int) -> KeyPair:
    p, q = max(p, q), min(p, q)
    private = rsa_private_key(p, q)
    numbers = private.private_numbers()
    own = {"d": numbers.d, "p": p, "q": q, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    return KeyPair(
        kid, "RSA", {"kty": "RSA", "n": number(p * q), "e": number(USUAL_EXPONENT)},
        {name: number(value) for name, value in own.items()}, RSA_ALGORITHMS, rsa_signer(private), (p, q),
    )  # fmt: skip


def rsa_signer(private: rsa.RSAPrivateKey) -> Callable[[str, bytes], bytes]:
    return lambda algorithm, text: private.sign(text, rsa_padding(algorithm), HASHES[algorithm[2:]]())


def rsa_padding(algorithm: str) -> padding.AsymmetricPadding:
    digest = HASHES[algorithm[2:]]()
    return padding.PKCS1v15() if algorithm.startswith("RS") else padding.PSS(padding.MGF1(digest), digest.digest_size)


# Curves


def ec_pair(kid: str, curve: str, secret: int) -> KeyPair:
    private = ec.derive_private_key(secret, CURVES[curve]())
    numbers = private.private_numbers()
    length = (private.key_size + 7) // 8
    members = {"kty": "EC", "crv": curve, "x": number(numbers.public_numbers.x, length)}
    members["y"] = number(numbers.public_numbers.y, length)
    algorithms = tuple(name for name, its in CURVE_OF.items() if its == curve)
    return KeyPair(kid, "EC", members, {"d": number(secret, length)}, algorithms, ec_signer(private, length))


def ec_signer(private: ec.EllipticCurvePrivateKey, length: int) -> Callable[[str, bytes], bytes]:
    def sign(algorithm: str, text: bytes) -> bytes:
        der = private.sign(text, ec.ECDSA(HASHES[algorithm[2:]](), deterministic_signing=True))
        return b"".join(part.to_bytes(length, "big") for part in decode_dss_signature(der))

    return sign


def leading_zero_pair(kid: str, dice: random.Random) -> KeyPair:
    """One whose x begins with a byte of zero, as one key of 256 has it."""
    while True:
        pair = ec_pair(kid, "P-256", dice.getrandbits(255) + 1)
        if decoded(pair.members["x"])[0] == 0:
            return pair


def edwards_pair(kid: str, curve: str, dice: random.Random) -> KeyPair:
    secret = dice.randbytes(32 if curve == "Ed25519" else 57)
    kind = ed25519.Ed25519PrivateKey if curve == "Ed25519" else ed448.Ed448PrivateKey
    private = kind.from_private_bytes(secret)
    members = {"kty": "OKP", "crv": curve, "x": base64url(private.public_key().public_bytes_raw())}
    return KeyPair(
        kid, "OKP", members, {"d": base64url(secret)}, ("EdDSA",), lambda _, text: private.sign(text)
    )  # fmt: skip


class Pool:
    """All key pairs of a run: the good ones by algorithm, and some that no verifier should use."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(f"{seed}/keys")
        ed = [edwards_pair(f"ed-{index}", "Ed25519", dice) for index in range(5)]
        ed += [edwards_pair("ed448", "Ed448", dice)]
        curves = [ec_pair(f"ec-{index}", "P-256", dice.getrandbits(255) + 1) for index in range(2)]
        curves += [leading_zero_pair("ec-zero", dice)]
        curves += [ec_pair(f"p384-{index}", "P-384", dice.getrandbits(383) + 1) for index in range(2)]
        curves += [ec_pair(f"p521-{index}", "P-521", dice.getrandbits(520) + 1) for index in range(2)]
        primes = [prime(dice, 1_024) for _ in range(6)]
        rsas = [rsa_pair(f"rsa-{index}", primes[2 * index], primes[2 * index + 1]) for index in range(2)]
        self.good = [*ed, *curves, *rsas]
        self.small = rsa_pair("rsa-small", prime(dice, 512), prime(dice, 512))
        roca = [predictable_prime(dice, 1_024) for _ in range(2)]
        self.predictable = rsa_pair("rsa-roca", *roca)
        self.foreign = ec_pair("k1", "secp256k1", dice.getrandbits(255) + 1)
        self.many_primes = [*primes, *roca, *self.small.numbers]
        """Of 1,024 bits each but for the last two, for a modulus that is too long."""

    def by_algorithm(self, algorithm: str) -> list[KeyPair]:
        return [pair for pair in self.good if algorithm in pair.algorithms]


def signed_with_exponent(pair: KeyPair, exponent: int) -> Callable[[str, bytes], bytes]:
    """The signer of the same modulus under another public exponent."""
    return rsa_signer(rsa_private_key(*pair.numbers, exponent))


def signed_with_many_primes(primes: list[int]) -> Callable[[str, bytes], bytes]:
    """RS256 under the product of many primes, each exponentiation modulo one of them (RFC 8017 section 5.1.2)."""
    modulus = math.prod(primes)

    def sign(_: str, text: bytes) -> bytes:
        message = int.from_bytes(padded(text, (modulus.bit_length() + 7) // 8), "big")
        signature = 0
        for prime_ in primes:
            part = pow(message, pow(USUAL_EXPONENT, -1, prime_ - 1), prime_)
            rest = modulus // prime_
            signature += part * rest * pow(rest, -1, prime_)
        return (signature % modulus).to_bytes((modulus.bit_length() + 7) // 8, "big")

    return sign


def padded(text: bytes, length: int, null: bytes = b"\x05\x00") -> bytes:
    """EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 9.2)."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text)
    identifier = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01" + null
    inner = b"\x30" + bytes([len(identifier)]) + identifier + b"\x04\x20" + digest.finalize()
    info = b"\x30" + bytes([len(inner)]) + inner
    return b"\x00\x01" + b"\xff" * (length - len(info) - 3) + b"\x00" + info


def decrypted(pair: KeyPair, block: bytes) -> bytes:
    """A block of an RSA key's length under its private exponent: a signature of whatever padding."""
    p, q = pair.numbers
    d = pow(USUAL_EXPONENT, -1, math.lcm(p - 1, q - 1))
    message = int.from_bytes(block, "big")
    first, second = pow(message, d % (p - 1), p), pow(message, d % (q - 1), q)
    return (second + q * ((first - second) * pow(q, -1, p) % p)).to_bytes(len(block), "big")
