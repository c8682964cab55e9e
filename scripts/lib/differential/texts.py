"""JSON text and base64url spoilt, under a signature that is right for them; and the text of the whole token."""

import random
from collections.abc import Callable

from differential.case import Draft, json_text, mutation
from differential.pool import base64url
from differential.spoiling import Change, trailing_bits

# The text of header and payload


def header_text(change: Callable[[bytes], bytes]) -> Change:
    return lambda draft, _: setattr(draft, "header_bytes", change(draft.header_bytes))


def payload_text(change: Callable[[bytes], bytes]) -> Change:
    return lambda draft, _: setattr(draft, "payload_bytes", change(draft.payload_bytes))


def more(text: bytes) -> Callable[[bytes], bytes]:
    return lambda document: document[:-1] + b"," + text + b"}"


TEXTS: list[tuple[str, Callable[[bytes], bytes], bool]] = [
    ("with spaces", lambda text: b" \n" + text.replace(b'":', b'" :\t') + b"\r\n", False),
    ("with a byte order mark", lambda text: b"\xef\xbb\xbf" + text, True),
    ("with something behind", lambda text: text + b"{}", True),
    ("with a zero byte behind", lambda text: text + b"\0", True),
    ("with a comma behind", lambda text: text[:-1] + b",}", True),
    ("with a comment", lambda text: b"/**/" + text, True),
    ("in apostrophes", lambda text: text.replace(b'"', b"'"), True),
    ("an array", lambda text: b"[" + text + b"]", True),
    ("a string", lambda text: b'"claims"', True),
    ("null", lambda text: b"null", True),
    ("a number", lambda text: b"1", True),
    ("not JSON", lambda text: b"claims", True),
    ("not closed", lambda text: text[:-1], True),
    ("an empty object", lambda text: b"{}", True),
    ("empty", lambda text: b"", True),
    ("in UTF-16", lambda text: text.decode().encode("utf-16-le"), True),
    ("not UTF-8", more(b'"x":"\xff"'), True),
    ("with an overlong letter", more(b'"x":"\xc0\xaf"'), True),
    ("with a surrogate in UTF-8", more(b'"x":"\xed\xa0\x80"'), True),
    ("with a lone surrogate", more(b'"x":"\\ud800"'), True),
    ("with a control character", more(b'"x":"\x01"'), True),
    ("with an unknown escape", more(b'"x":"\\x41"'), True),
    ("with NaN", more(b'"x":NaN'), True),
    ("with Infinity", more(b'"x":-Infinity'), True),
    ("with a leading zero", more(b'"x":01'), True),
    ("with a plus", more(b'"x":+1'), True),
    ("with True", more(b'"x":True'), True),
    ("with a long number", more(b'"x":' + b"1" * 65), True),
    ("deep", more(b'"x":' + b"[" * 40 + b"]" * 40), True),
    ("very deep", more(b'"x":' + b"[" * 2_000 + b"]" * 2_000), True),
    ("with a member twice", more(b'"x":1,"x":2'), True),
    ("with a member twice, the same", more(b'"x":1,"x":1'), True),
    ("with a member twice, one with escapes", more(b'"x":1,"\\u0078":1'), True),
    ("with a member twice, deep", more(b'"x":{"y":1,"y":2}'), True),
    ("with many members", more(b",".join(b'"m%d":0' % number for number in range(40))), False),
]
text = mutation("JSON")
HEADER_TEXTS = [
    *[text(f"header {name}", header_text(change), refused=refused, weight=0.5) for name, change, refused in TEXTS],
    text("header with alg twice", header_text(lambda text: text[:-1] + b',"alg":"none"}'), refused=True),
    text("header with kid twice", header_text(lambda text: b'{"kid":"other",' + text[1:]), refused=True),
]
PAYLOAD_TEXTS = [
    *[text(f"payload {name}", payload_text(change), refused=refused, weight=0.5) for name, change, refused in TEXTS],
    text("payload large", payload_text(more(b'"pad":"' + b"p" * 9_000 + b'"')), refused=True, weight=0.5),
    text("payload of nearly 8,192 bytes", payload_text(more(b'"pad":"' + b"p" * 4_800 + b'"')), weight=0.5),
    text("payload in UTF-8 without escapes", payload_text(lambda text: text[:-1] + ',"x":"日本😀é"}'.encode())),
]

# base64url, signed as it is


def segment(change: Callable[[str, random.Random], str]) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        name = dice.choice(["header_segment", "payload_segment"])
        setattr(draft, name, change(getattr(draft, name), dice))

    return mutate


def inserted(characters: str) -> Callable[[str, random.Random], str]:
    """Never at the beginning, where a space would be one of those between the scheme and the token."""

    def change(text: str, dice: random.Random) -> str:
        place = dice.randrange(1, len(text) + 1) if text else 0
        return text[:place] + dice.choice(characters) + text[place:]

    return change


encoded = mutation("base64url")
SEGMENTS = [
    encoded("signed padding", segment(lambda text, _: text + "=" * (-len(text) % 4 or 1)), refused=True),
    encoded("signed character outside the alphabet", segment(inserted("+/ ?#%,~\n\t\0é")), refused=True),
    encoded("signed trailing bits", segment(trailing_bits), refused=True),
    encoded(
        "signed alphabet of base64",
        segment(lambda text, _: (text + "__8").replace("-", "+").replace("_", "/")),
        refused=True,
    ),
    encoded("signed letter behind", segment(lambda text, _: text + "A" * (5 - len(text) % 4)), refused=True),
]

# The text of the whole


def segments(change: Callable[[list[str], random.Random], None]) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        parts = draft.text.split(".")
        change(parts, dice)
        draft.text = ".".join(parts)

    return mutate


def any_segment(change: Callable[[str, random.Random], str]) -> Change:
    def mutate(parts: list[str], dice: random.Random) -> None:
        place = dice.randrange(len(parts))
        parts[place] = change(parts[place], dice)

    return segments(mutate)


def as_json(draft: Draft, _: random.Random) -> None:
    protected, payload, *rest = draft.text.split(".")
    draft.text = json_text({"payload": payload, "protected": protected, "signature": rest[-1] if rest else ""})


def other_payload(parts: list[str], _: random.Random) -> None:
    parts[1] = base64url(b'{"iss":"https://issuer.example/","exp":4102444799}')


whole = mutation("text")
WHOLES = [
    whole("padding", any_segment(lambda text, _: text + "=" * (-len(text) % 4 or 1)), refused=True),
    whole("character outside the alphabet", any_segment(inserted("+/ \t?#%,~é\0\n")), refused=True),
    whole(
        "trailing bits of the signature",
        segments(lambda parts, dice: parts.__setitem__(2, trailing_bits(parts[2], dice) if len(parts) > 2 else "")),
        refused=True,
    ),
    whole("character changed", any_segment(lambda text, dice: inserted("Ab9-_")(text[:1] + text[2:], dice)), weight=2),
    whole("two segments", segments(lambda parts, _: parts.pop()), refused=True),
    whole("four segments", segments(lambda parts, _: parts.append("e30")), refused=True),
    whole("five segments", segments(lambda parts, _: parts.extend(["e30", "AA"])), refused=True),
    whole("empty segment", any_segment(lambda *_: ""), refused=True),
    whole("segments in another order", segments(lambda parts, _: parts.reverse()), refused=True),
    whole("no segments", lambda draft, _: setattr(draft, "text", draft.text.replace(".", "")), refused=True),
    whole("a period behind", lambda draft, _: setattr(draft, "text", draft.text + "."), refused=True),
    whole("a newline behind", lambda draft, _: setattr(draft, "text", draft.text + "\n"), refused=True),
    whole("JSON serialization", as_json, refused=True),
    whole("payload of another token", segments(other_payload), refused=True),
    whole("text twice", lambda draft, _: setattr(draft, "text", f"{draft.text},{draft.text}"), refused=True),
]

TEXT_MUTATIONS = [*HEADER_TEXTS, *PAYLOAD_TEXTS, *SEGMENTS, *WHOLES]
