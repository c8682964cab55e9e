"""Random tokens, good and spoilt, judged by Turnstile, by joserfc and by PyJWT.

    differential.py [--count N] [--seed S] TURNSTILE

`turnstile inspect --batch` says what it thinks of each signature. Where the three differ, a rule below must say why
(ours is stricter, and where the standard allows or demands that); a difference without a rule is a fault. Ours must
never accept what a peer refuses, unless a rule says so by name.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
from collections.abc import Callable, Iterable

import jwt
import tally
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from token_mutations import signing_keys, token

ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA"]

# Where ours refuses and a peer accepts: mutation → why that is right.
STRICTER = {
    "padding": "RFC 7515 section 2: base64url without padding",
    "signed padding": "RFC 7515 section 2: base64url without padding",
    "character outside the alphabet": "RFC 7515 section 2: no other characters, and no white space",
    "signed character outside the alphabet": "RFC 7515 section 2: no other characters, and no white space",
    "signed trailing bits": "RFC 4648 section 3.5: bits that encode nothing must be zero, or a token has two spellings",
    "trailing bits of the signature": "RFC 4648 section 3.5: bits that encode nothing must be zero",
    "segment character changed": "RFC 4648 section 3.5: what changed were bits that encode nothing",
    "kid absent": "two keys fit: which one is meant is not guessed",
    "kid null": "RFC 7515 section 4.1.4: kid is a string",
    "kid empty": "no key is named so",
    "kid a number": "RFC 7515 section 4.1.4: kid is a string",
    "typ a number": "RFC 7515 section 4.1.9: typ is a string",
    "cty JWT": "RFC 7519 section 5.2: a nested token, which is not opened",
    "crit": "RFC 7515 section 4.1.11: no extension is understood",
    "crit empty": "RFC 7515 section 4.1.11: crit must not be empty",
    "b64 false": "RFC 7797: unencoded payloads are not understood",
    "b64 true": "RFC 7797 section 6: b64 without crit",
    "zip": "a member of JWE (RFC 7516 section 4.1.3)",
    "enc": "a member of JWE (RFC 7516 section 4.1.2)",
    "header duplicate": "RFC 7515 section 4: member names must be unique",
    "header duplicate of the same": "RFC 7515 section 4: member names must be unique",
    "header with a byte order mark": "RFC 8259 section 8.1: no byte order mark",
    "header not UTF-8": "RFC 8259 section 8.1: UTF-8",
    "header with a lone surrogate": "RFC 8259 section 8.2: a lone surrogate is no character",
    "another algorithm": "RFC 7517 section 4.4: the key is for another algorithm",
    "payload an array": "RFC 7519 section 7.2: claims are an object",
    "payload a string": "RFC 7519 section 7.2: claims are an object",
    "payload not JSON": "RFC 7519 section 7.2: claims are an object",
    "payload duplicate": "RFC 7519 section 4: claim names must be unique",
    "payload not UTF-8": "RFC 8259 section 8.1: UTF-8",
    "payload NaN": "RFC 8259 section 6: NaN is no number",
    "payload deep": "our limit of depth (RFC 8259 section 9)",
    "payload large": "our limit of a token's size: API Gateway's headers end at 10,240 bytes",
}

# Where ours accepts and a peer refuses: (peer, mutation) → why that is right.
LAXER = {
    ("joserfc", "header member unknown"): "RFC 7515 section 4: what is not understood and not in crit is ignored",
}


class Peers:
    """The other two, with the same keys. Without a kid they are handed the one key of the set that fits, if any:
    which key that is, is not theirs to find."""

    def __init__(self, keys: list[Key]) -> None:
        self.public = [key.as_dict(private=False) for key in keys]
        self.key_set = KeySet.import_key_set({"keys": self.public})

    def only_key_for(self, text: str) -> dict | None:
        header = jwt.get_unverified_header(text)
        if "kid" in header:
            return None
        (only,) = [key for key in self.public if key["alg"] == header["alg"]]
        return only

    def joserfc_accepts(self, text: str) -> bool:
        only = self.only_key_for(text)
        keys = self.key_set if only is None else JWKRegistry.import_key(only)
        jws.deserialize_compact(text, keys, algorithms=ALGORITHMS)
        return True

    def pyjwt_accepts(self, text: str) -> bool:
        kid = jwt.get_unverified_header(text).get("kid")
        (jwk,) = [key for key in self.public if key["kid"] == kid] if kid is not None else [self.only_key_for(text)]
        key = jwt.PyJWK.from_dict(jwk)
        jwt.PyJWS().decode(text, key, algorithms=[key.algorithm_name])
        return True


def accepts(judge: Callable[[str], bool], text: str) -> bool:
    """What a peer raises at a token that it does not take is not always an error of its own kind."""
    try:
        return judge(text)
    except (JoseError, jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError):
        return False


def ours(turnstile: str, tokens: Iterable[str], jwks: pathlib.Path) -> list[dict]:
    command = [turnstile, "inspect", "--jwks", str(jwks), "--batch"]
    lines = "".join(f"{text}\n" for text in tokens)
    run = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=600)
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode < 0 or run.returncode >= 128 or run.stderr:
        print(run.stderr.decode(errors="replace"), file=sys.stderr)
    return verdicts


def explanation(mutation: str, peer: str, ours_accepts: bool) -> str | None:
    return LAXER.get((peer, mutation)) if ours_accepts else STRICTER.get(mutation)


def compare(
    cases: list[tuple[str, str]], verdicts: list[dict], keys: list[Key]
) -> tuple[collections.Counter, list[str]]:
    """How often each rule explained a difference, and the differences that no rule explains."""
    peers = Peers(keys)
    explained: collections.Counter = collections.Counter()
    unexplained = []
    for (mutation, text), verdict in zip(cases, verdicts, strict=True):
        valid = verdict["signature"] == "valid"
        for peer, peer_accepts in (
            ("joserfc", accepts(peers.joserfc_accepts, text)),
            ("PyJWT", accepts(peers.pyjwt_accepts, text)),
        ):
            if valid == peer_accepts:
                continue
            if (reason := explanation(mutation, peer, valid)) is not None:
                explained[mutation, peer, reason] += 1
            else:
                said = f"{'accepts' if valid else 'refuses'} ({verdict.get('reason')})"
                unexplained.append(f"{mutation}: ours {said}, {peer} does not agree: {text}")
        if mutation == "none" and not valid:
            unexplained.append(f"a good token is refused ({verdict.get('reason')}): {text}")
    return explained, unexplained


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=20_261_121)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(".build-tools"), help="for the key set")
    parser.add_argument("turnstile")
    arguments = parser.parse_args()

    dice = random.Random(arguments.seed)
    keys = signing_keys()
    jwks = arguments.folder / "differential-jwks.json"
    jwks.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))
    cases = [token(keys, dice) for _ in range(arguments.count)]
    verdicts = ours(arguments.turnstile, (text for _, text in cases), jwks)
    if len(verdicts) != len(cases):
        tally.record(0, 1, "tokens against joserfc and PyJWT")
        print(f"{len(cases)} tokens, but {len(verdicts)} verdicts of turnstile inspect")
        return 1
    explained, unexplained = compare(cases, verdicts, keys)
    for (mutation, peer, reason), times in sorted(explained.items()):
        print(f"{times:6} × {mutation}: {peer} differs; {reason}")
    for line in unexplained[:10]:
        print(f"UNEXPLAINED {line}")
    tally.record(len(cases) - len(unexplained), len(unexplained), "tokens against joserfc and PyJWT")
    valid = sum(verdict["signature"] == "valid" for verdict in verdicts)
    print(
        f"seed {arguments.seed}: {len(cases)} tokens, {valid} valid, {explained.total()} differences explained, "
        f"{len(unexplained)} not"
    )
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
