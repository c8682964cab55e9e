"""What spoils bytes, texts and values at any level."""

import random
from collections.abc import Callable

from differential.case import Draft

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
JUNK = [None, 5, -0.5, True, [], ["x"], {}, {"a": 1}, "", "?"]
LATE = 4_102_444_799  # 2099-12-31T23:59:59Z
Change = Callable[[Draft, random.Random], None]


def trailing_bits(text: str, _: random.Random) -> str:
    """Sets a bit that encodes nothing, where the text's length leaves one (RFC 4648 section 3.5)."""
    if len(text) % 4 in (0, 1):
        return text + "="
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1]


def flipped(data: bytes, dice: random.Random) -> bytes:
    if not data:
        return b"\x01"
    place = dice.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)
